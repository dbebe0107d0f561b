// embedded/programs.yar: see ../README.md for the metadata of each rule.

rule program_appended_to_image
{
    meta:
        id = "RG-EMB-0001"
        description = "A Windows program inside an image file"
        description_ja = "画像ファイルに埋め込まれた Windows プログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-24"
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
        description = "A Unix program inside an image file"
        description_ja = "画像ファイルに埋め込まれた Unix プログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-24"
        false_positives = "None in the real images that were looked at"
    strings:
        $elf = { 7f 45 4c 46 (01 | 02) (01 | 02) 01 [9] (02 | 03) 00 ?? 00 01 00 00 00 }
    condition:
        (uint32be(0) == 0x89504e47 or uint16be(0) == 0xffd8 or uint32be(0) == 0x47494638 or uint16be(0) == 0x424d)
        and $elf
}

rule program_in_document
{
    meta:
        id = "RG-EMB-0004"
        description = "A Windows or Unix program inside a PDF document"
        description_ja = "PDF 文書に埋め込まれたプログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-24"
        false_positives = "None in the real documents that were looked at"
    strings:
        $mz = { 4d 5a [58] ?? ?? 00 00 }
        $elf = { 7f 45 4c 46 (01 | 02) (01 | 02) 01 [9] (02 | 03) 00 ?? 00 01 00 00 00 }
    condition:
        uint32be(0) == 0x25504446
        and ($elf or for any i in (1..#mz) : (@mz[i] > 8 and uint32be(@mz[i] + uint32(@mz[i] + 60)) == 0x50450000))
}

rule script_inside_image
{
    meta:
        id = "RG-EMB-0005"
        description = "A shell script, page script or PowerShell command inside an image file"
        description_ja = "画像ファイル内のスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/003/"
        date = "2026-11-24"
        false_positives = "None in the real images that were looked at"
    strings:
        $shell = /#!\/bin\/(ba|z|da)?sh\r?\n[^\n]{0,200}(curl|wget|base64|nc|chmod|eval)\b/
        $page = /<script\b[^>]{0,80}>[^<]{0,400}(\beval\s*\(|ActiveXObject|\batob\s*\(|document\.write\s*\()/ nocase
        $power = /(powershell(\.exe)?\s[^\r\n]{0,80}-e(nc|p|x)|FromBase64String\s{0,3}\()/ nocase
    condition:
        (uint32be(0) == 0x89504e47 or uint16be(0) == 0xffd8 or uint32be(0) == 0x47494638 or uint16be(0) == 0x424d)
        and any of them
}
