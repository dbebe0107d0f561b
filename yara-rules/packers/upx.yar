// packers/upx.yar: see ../README.md for the metadata of each rule.

rule upx_packed_program
{
    meta:
        id = "RG-PAC-0001"
        description_en = "A program packed with UPX"
        description_ja = "UPX で圧縮されたプログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "MITRE ATT&CK T1027.002"
        date = "2026-11-23"
        false_positives = "Programs that are packed only to be small; justify them by digest"
    strings:
        $one = "UPX0"
        $two = "UPX1"
        $magic = "UPX!"
    condition:
        ((uint16be(0) == 0x4d5a and $one in (0..1024) and $two in (0..1024)) or uint32be(0) == 0x7f454c46) and $magic
}
