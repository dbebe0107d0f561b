// ransom/notes.yar: see ../README.md for the metadata of each rule.

rule ransom_note_english
{
    meta:
        id = "RG-RAN-0001"
        description = "Text of a ransom note in English"
        description_ja = "英語の脅迫文"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1486/"
        date = "2026-11-24"
        false_positives = "Articles on such programs"
    strings:
        $lost = /\b(all\s+)?(of\s+)?your\s+(important\s+|personal\s+|company\s+)?(files|documents|data|databases|network)\s+(and\s+\w+\s+)?(have|has|were|was|are)\s+(been\s+)?(encrypted|locked|stolen|exfiltrated)/ nocase ascii wide
        $pay_1 = "bitcoin" nocase ascii wide
        $pay_2 = "monero" nocase ascii wide
        $pay_3 = " BTC" nocase ascii wide
        $pay_4 = "ransom" nocase ascii wide
        $key = /\b(decrypt(ion|or|er)?\s+(key|tool|software|program|your)|private\s+key|decryptor|recover\s+your\s+(files|data))/ nocase ascii wide
        $reach_1 = ".onion" nocase ascii wide
        $reach_2 = "tor browser" nocase ascii wide
        $reach_3 = "protonmail" nocase ascii wide
        $reach_4 = "tutanota" nocase ascii wide
        $reach_5 = "onionmail" nocase ascii wide
        $reach_6 = "qtox" nocase ascii wide
        $reach_7 = "cock.li" nocase ascii wide
        $reach_8 = "contact us at" nocase ascii wide
        $reach_9 = "write to us" nocase ascii wide
        $reach_10 = "our wallet" nocase ascii wide
        $reach_11 = "wallet address" nocase ascii wide
        $reach_12 = "bitcoin address" nocase ascii wide
    condition:
        filesize < 256KB and $lost and any of ($pay_*) and $key and any of ($reach_*)
}

rule ransom_note_japanese
{
    meta:
        id = "RG-RAN-0002"
        description = "Text of a ransom note in Japanese"
        description_ja = "日本語の脅迫文"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1486/"
        date = "2026-11-24"
        false_positives = "Articles on such programs"
    strings:
        // "file", "were encrypted", "decrypt" or "restore", "Bitcoin" or "ransom", in UTF-8, UTF-16 and Shift_JIS
        $file_utf8 = { e3 83 95 e3 82 a1 e3 82 a4 e3 83 ab }
        $file_utf16 = { d5 30 a1 30 a4 30 eb 30 }
        $file_sjis = { 83 74 83 40 83 43 83 8b }
        $lost_utf8 = { e6 9a 97 e5 8f b7 e5 8c 96 e3 81 95 e3 82 8c }
        $lost_utf16 = { 97 66 f7 53 16 53 55 30 8c 30 }
        $lost_sjis = { 88 c3 8d 86 89 bb 82 b3 82 ea }
        $key_utf8 = { e5 be a9 e5 8f b7 }
        $key_utf16 = { a9 5f f7 53 }
        $key_sjis = { 95 9c 8d 86 }
        $restore_utf8 = { e5 be a9 e5 85 83 }
        $restore_utf16 = { a9 5f 43 51 }
        $restore_sjis = { 95 9c 8c b3 }
        $coin_utf8 = { e3 83 93 e3 83 83 e3 83 88 e3 82 b3 e3 82 a4 e3 83 b3 }
        $coin_utf16 = { d3 30 c3 30 c8 30 b3 30 a4 30 f3 30 }
        $coin_sjis = { 83 72 83 62 83 67 83 52 83 43 83 93 }
        $ransom_utf8 = { e8 ba ab e4 bb a3 e9 87 91 }
        $ransom_utf16 = { ab 8e e3 4e d1 91 }
        $ransom_sjis = { 90 67 91 e3 8b e0 }
        $reach = /(\.onion\b|tor browser|torbrowser|@proton\.|@protonmail|@tutanota|@onionmail|bc1q[a-z0-9]{25,60})/ nocase ascii wide
    condition:
        filesize < 64KB and $reach and any of ($file_*) and any of ($lost_*) and any of ($key_*, $restore_*) and any of ($coin_*, $ransom_*)
}
