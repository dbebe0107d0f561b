// test-strings/eicar.yar: see ../README.md for the metadata of each rule.

rule eicar_test_file
{
    meta:
        id = "RG-TEST-0001"
        description = "The EICAR anti-virus test string"
        description_ja = "EICAR のウイルス対策ソフトウェア試験用文字列"
        certainty = "known"
        clause = "26-3 3(1)①"
        reference = "https://www.eicar.org/download-anti-malware-testfile/"
        date = "2026-11-24"
        false_positives = "None: files that quote the whole string are test samples"
    strings:
        $text = { 58 35 4f 21 50 25 40 41 50 5b 34 5c 50 5a 58 35 34 28 50 5e 29 37 43 43 29 37 7d 24 45 49 43 41 52 2d 53 54 41 4e 44 41 52 44 2d 41 4e 54 49 56 49 52 55 53 2d 54 45 53 54 2d 46 49 4c 45 21 24 48 2b 48 2a }
    condition:
        $text
}
