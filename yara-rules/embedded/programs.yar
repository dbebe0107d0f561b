// embedded/programs.yar: see ../README.md for the metadata of each rule.

rule program_appended_to_image
{
    meta:
        id = "RG-EMB-0001"
        description_en = "A Windows program inside an image file"
        description_ja = "画像ファイルに埋め込まれた Windows プログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "Microsoft, PE Format"
        date = "2026-11-23"
        false_positives = "None in the real images that were looked at"
    strings:
        $mz = { 4d 5a [58] ?? ?? 00 00 }
    condition:
        (uint32be(0) == 0x89504e47 or uint16be(0) == 0xffd8 or uint32be(0) == 0x47494638 or uint16be(0) == 0x424d)
        and for any i in (1..#mz) : (@mz[i] > 8 and uint32be(@mz[i] + uint32(@mz[i] + 60)) == 0x50450000)
}

rule unix_program_appended_to_image
{
    meta:
        id = "RG-EMB-0002"
        description_en = "A Unix program inside an image file"
        description_ja = "画像ファイルに埋め込まれた Unix プログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "System V ABI, ELF header"
        date = "2026-11-23"
        false_positives = "None in the real images that were looked at"
    strings:
        $elf = { 7f 45 4c 46 (01 | 02) (01 | 02) 01 [9] (02 | 03) 00 ?? 00 01 00 00 00 }
    condition:
        (uint32be(0) == 0x89504e47 or uint16be(0) == 0xffd8 or uint32be(0) == 0x47494638 or uint16be(0) == 0x424d)
        and $elf
}

rule program_written_as_base64
{
    meta:
        id = "RG-EMB-0003"
        description_en = "A Windows program written as base64 in a text"
        description_ja = "テキスト内に base64 で記述された Windows プログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "MITRE ATT&CK T1027.009"
        date = "2026-11-23"
        false_positives = "Development tools that carry a helper program in a script"
    strings:
        // The header of a program, and its fixed message at each of the three alignments.
        $head = /TV(qQAA|pQAA|oAAA|pBUl|roAA)[A-Za-z0-9+\/]{60}/
        $message = "This program cannot be run in DOS mode" base64
    condition:
        $head and $message
}
