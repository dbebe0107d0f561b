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
        $stub = "This program cannot be run in DOS mode"
    condition:
        (uint32be(0) == 0x89504e47 or uint16be(0) == 0xffd8 or uint32be(0) == 0x47494638) and for any i in (1..#mz) : (@mz[i] > 8 and uint32be(@mz[i] + uint32(@mz[i] + 60)) == 0x50450000) and $stub
}
