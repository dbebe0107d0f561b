// packers/windows.yar: see ../README.md for the metadata of each rule.

rule packer_section_names
{
    meta:
        id = "RG-PAC-0002"
        description = "A program whose section names are those of a packer or protector"
        description_ja = "セクション名が圧縮・保護ツールのものであるプログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/002/"
        date = "2026-11-24"
        false_positives = "Protected commercial programs; justify them by digest"
    strings:
        $aspack = ".aspack\x00"
        $petite = ".petite\x00"
        $mpress = ".MPRESS1"
        $themida = ".themida"
        $vmprotect = { 2e 76 6d 70 30 00 00 00 }
        $enigma = ".enigma1"
        $nspack = ".nsp0\x00"
        $fsg = "FSG!\x00"
    condition:
        uint16be(0) == 0x4d5a and uint32(0x3c) < 0x1000 and for any of them : ($ in (uint32(0x3c) .. uint32(0x3c) + 1200))
}

rule net_program_of_free_protector
{
    meta:
        id = "RG-PAC-0004"
        description = "A .NET program made unreadable by a free protector that malicious programs often use"
        description_ja = "不正プログラムに多用される保護ツールで難読化された .NET プログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/002/"
        date = "2026-11-24"
        false_positives = "Protected commercial programs; justify them by digest"
    strings:
        $attribute = "ConfusedByAttribute" ascii
        $version = /ConfuserEx v[0-9]\.[0-9]/ ascii wide
    condition:
        uint16be(0) == 0x4d5a and any of them
}

rule automation_script_compiled
{
    meta:
        id = "RG-PAC-0005"
        description = "A Windows automation script compiled into a program"
        description_ja = "プログラムに変換された Windows 自動操作スクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/010/"
        date = "2026-11-24"
        false_positives = "Small tools of administrators; justify them by digest"
    strings:
        $mark = { 41 55 33 21 45 41 30 36 }
        $start = { a3 48 4b be 98 6c 4a a9 99 4c 53 0a 86 d6 48 7d }
    condition:
        uint16be(0) == 0x4d5a and all of them
}
