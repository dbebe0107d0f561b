// packers/sections.yar: see ../README.md for the metadata of each rule.

rule packer_section_names
{
    meta:
        id = "RG-PAC-0002"
        description_en = "A program whose section names are those of a packer or protector"
        description_ja = "セクション名が圧縮・保護ツールのものであるプログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "MITRE ATT&CK T1027.002"
        date = "2026-11-23"
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
