// embedded/machine-code.yar: see ../README.md for the metadata of each rule.

rule loader_code_in_bytes
{
    meta:
        id = "RG-EMB-0011"
        description = "Position-independent loader code that looks up system functions by hash"
        description_ja = "関数をハッシュで検索する位置独立な機械語"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1620/"
        date = "2026-11-24"
        false_positives = "Penetration test tools"
    strings:
        $x86 = { fc e8 8? 00 00 00 60 89 e5 31 ?? 64 8b }
        $x86b = { fc e8 8? 00 00 00 60 89 e5 31 ?? 64 8b ?? 30 8b }
        $x64 = { fc 48 83 e4 f0 e8 c? 00 00 00 41 51 41 50 52 51 56 48 31 d2 65 48 8b 52 60 }
    condition:
        any of ($x86, $x86b, $x64)
}

rule loader_code_in_text
{
    meta:
        id = "RG-EMB-0012"
        description = "Position-independent loader code written in a text"
        description_ja = "テキスト内に記述された位置独立な機械語"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1620/"
        date = "2026-11-24"
        false_positives = "Penetration test tools"
    strings:
        $escaped86 = /\\xfc\\xe8\\x8[0-9a-f]\\x00\\x00\\x00\\x60\\x89\\xe5/ nocase ascii wide
        $escaped64 = /\\xfc\\x48\\x83\\xe4\\xf0\\xe8\\xc[0-9a-f]\\x00\\x00\\x00/ nocase ascii wide
        $listed86 = /0xfc,\s?0xe8,\s?0x8[0-9a-f],\s?0x0{1,2},\s?0x0{1,2},\s?0x0{1,2},\s?0x60,\s?0x89,\s?0xe5/ nocase ascii wide
        $listed64 = /0xfc,\s?0x48,\s?0x83,\s?0xe4,\s?0xf0,\s?0xe8,\s?0xc[0-9a-f],\s?0x0{1,2}/ nocase ascii wide
        $base64x86 = "/OiCAAAAYInl\x4dcBki1Awi1IM" ascii wide
        $base64x64 = "/EiD5PDowAAA\x41EFRQVBSUVZI" ascii wide
    condition:
        any of them
}
