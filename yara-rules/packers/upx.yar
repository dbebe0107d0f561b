// packers/upx.yar: see ../README.md for the metadata of each rule.

rule upx_packed_program
{
    meta:
        id = "RG-PAC-0001"
        description = "A program packed with UPX"
        description_ja = "UPX で圧縮されたプログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/002/"
        date = "2026-11-24"
        false_positives = "Programs that are packed only to be small; justify them by digest"
    strings:
        $one = "UPX0"
        $two = "UPX1"
        $magic = "UPX!"
    condition:
        ((uint16be(0) == 0x4d5a and $one in (0..1024) and $two in (0..1024)) or (uint32be(0) == 0x7f454c46 and $magic in (0..1024))) and $magic
}

rule upx_marks_removed
{
    meta:
        id = "RG-PAC-0003"
        description = "A program packed with UPX whose marks were removed so that it cannot be unpacked"
        description_ja = "展開を妨げるため UPX の標識が除去されたプログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/002/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $one = "UPX0"
        $two = "UPX1"
        $magic = "UPX!"
    condition:
        uint16be(0) == 0x4d5a and $one in (0..1024) and $two in (0..1024) and not $magic
}
