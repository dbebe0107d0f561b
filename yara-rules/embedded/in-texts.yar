// embedded/in-texts.yar: see ../README.md for the metadata of each rule.

rule program_written_as_base64
{
    meta:
        id = "RG-EMB-0003"
        description = "A Windows program written as base64 in a text"
        description_ja = "テキスト内に base64 で記述された Windows プログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-24"
        false_positives = "Development tools that carry a helper program in a script"
    strings:
        // The header of a program, and its fixed message at each of the three alignments.
        $head = /TV(qQAA|pQAA|oAAA|pBUl|roAA)[A-Za-z0-9+\/]{60}/ ascii wide
        $message = "This program cannot be run in DOS mode" base64 base64wide
    condition:
        $head and $message
}

rule program_written_as_hexadecimal
{
    meta:
        id = "RG-EMB-0006"
        description = "A Windows program written in hexadecimal in a text"
        description_ja = "テキスト内に 16 進表記で記述された Windows プログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-24"
        false_positives = "Test data of tools that read programs"
    strings:
        $message = "546869732070726f6772616d2063616e6e6f74\x32062652072756e20696e20444f53206d6f6465" nocase ascii wide
        $spaced = /0x54,\s?0x68,\s?0x69,\s?0x73,\s?0x20,\s?0x70,\s?0x72,\s?0x6f,\s?0x67,\s?0x72,\s?0x61,\s?0x6d,\s?0x20,\s?0x63,\s?0x61,\s?0x6e/ nocase
        $escaped = /\\x54\\x68\\x69\\x73\\x20\\x70\\x72\\x6f\\x67\\x72\\x61\\x6d\\x20\\x63\\x61\\x6e/ nocase
    condition:
        any of them
}

rule program_written_backwards
{
    meta:
        id = "RG-EMB-0007"
        description = "A Windows program written backwards in base64 or hexadecimal"
        description_ja = "逆順の base64 又は 16 進表記で記述された Windows プログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $base64 = "AAAAEAAA\x41MAAQqVT" ascii wide
        $hexadecimal = "0000ffff00000040\x3000000300009a5d4" nocase ascii wide
    condition:
        any of them
}

rule unix_program_written_as_base64
{
    meta:
        id = "RG-EMB-0008"
        description = "A Unix program written as base64 in a text"
        description_ja = "テキスト内に base64 で記述された Unix プログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-24"
        false_positives = "Development tools and tests that carry a small program"
    strings:
        $a = /f0VMRg(IBAQ|EBAQ|ICAQ|ECAQ)(AAAAAAAAAAAA|MAAAAAAAAA)[A-Za-z0-9+\/]{120}/ ascii wide
    condition:
        $a
}

rule powershell_holds_program_bytes
{
    meta:
        id = "RG-EMB-0010"
        description = "PowerShell that holds the bytes of a Windows program"
        description_ja = "Windows プログラムのバイト列を含む PowerShell"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\[byte\[\]\][^\n]{0,60}\(?\s{0,3}(0x4d\s{0,2},\s{0,2}0x5a\s{0,2},\s{0,2}0x90|77\s{0,2},\s{0,2}90\s{0,2},\s{0,2}144)/ nocase ascii wide
    condition:
        $a
}
