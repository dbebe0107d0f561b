// office-documents/references.yar: see ../README.md for the metadata of each rule.

rule document_loads_remote_template
{
    meta:
        id = "RG-OFF-0001"
        description = "Office document that loads its template from a server"
        description_ja = "サーバからテンプレートを読み込む Office 文書"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1221/"
        date = "2026-11-24"
        false_positives = "Templates kept on a server of the organisation"
    strings:
        $a = /<Relationship\b[^>]{0,500}\/attachedTemplate["'][^>]{0,500}Target\s*=\s*["'](https?:|ftps?:|\\\\|file:\/\/\/?\\\\|file:\/\/[^\/])/ nocase
        $b = /<Relationship\b[^>]{0,300}Target\s*=\s*["'](https?:|ftps?:|\\\\|file:\/\/\/?\\\\|file:\/\/[^\/])[^>]{1,500}\/attachedTemplate["']/ nocase
    condition:
        filesize < 1MB and any of them
}

rule document_loads_remote_object
{
    meta:
        id = "RG-OFF-0002"
        description = "Office document that loads an object or a frame from a server"
        description_ja = "サーバからオブジェクト又はフレームを読み込む Office 文書"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1221/"
        date = "2026-11-24"
        false_positives = "Documents that embed a page of the organisation"
    strings:
        $a = /<Relationship\b[^>]{0,500}\/(oleObject|frame|subDocument|externalLinkPath|package)["'][^>]{0,500}Target\s*=\s*["'](https?:|mhtml:|ftps?:|\\\\|ms-[a-z]{2,20}:)/ nocase
        $b = /<Relationship\b[^>]{0,300}Target\s*=\s*["'](https?:|mhtml:|ftps?:|\\\\|ms-[a-z]{2,20}:)[^>]{1,500}\/(oleObject|frame|subDocument|externalLinkPath|package)["']/ nocase
    condition:
        filesize < 1MB and any of them
}

rule document_runs_page_as_object
{
    meta:
        id = "RG-OFF-0003"
        description = "Office document whose object is a remote page in MHTML form that runs code"
        description_ja = "遠隔の MHTML ページをオブジェクトとして実行させる Office 文書"
        certainty = "known"
        clause = "26-3 3(1)①"
        reference = "https://www.cve.org/CVERecord?id=CVE-2021-40444"
        date = "2026-11-24"
        false_positives = "None: no program writes such a reference"
    strings:
        $a = /<Relationship\b[^>]{0,500}Target\s*=\s*["']mhtml:https?:\/\/[^"'>]{1,300}!x-usc:https?:/ nocase
    condition:
        filesize < 1MB and $a
}

rule page_calls_support_tool
{
    meta:
        id = "RG-OFF-0004"
        description = "Page or document that lets the Windows support tool run a command"
        description_ja = "Windows の診断ツールにコマンドを実行させるページ又は文書"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://www.cve.org/CVERecord?id=CVE-2022-30190"
        date = "2026-11-24"
        false_positives = "Articles on this hole"
    strings:
        $a = /\bms-msdt:[^\n]{0,80}IT_BrowseForFile[^\n]{0,400}(\$\(|\/\.\.\/\.\.)/ nocase ascii wide
        $b = /\b(search-ms|search):query=[^"'\n<]{0,160}crumb=location:\s{0,2}(\\\\|%5c%5c)/ nocase ascii wide
    condition:
        any of them
}

rule document_field_starts_program
{
    meta:
        id = "RG-OFF-0005"
        description = "Office document field that starts a program (DDE)"
        description_ja = "プログラムを起動する Office 文書のフィールド（DDE）"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1559/002/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\bDDE(AUTO)?(\s|&quot;|["'\\])[^\r\n]{0,160}\b(cmd(\.exe)?|powershell(\.exe)?|mshta|wscript|regsvr32|rundll32)\b/ nocase ascii wide
        $xml_1 = "instrText"
        $xml_2 = "fldSimple"
        $xml_3 = "ddeLink"
        $xml_4 = "ddeService"
    condition:
        filesize < 4MB and $a and any of ($xml_*)
}

rule table_cell_starts_program
{
    meta:
        id = "RG-OFF-0006"
        description = "Table cell that starts a program when opened in a spreadsheet"
        description_ja = "表計算ソフトで開くとプログラムを起動するセル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1559/002/"
        date = "2026-11-24"
        false_positives = "Teaching material; test data"
    strings:
        $a = /(^|[\r\n,;"'\t])[=+@-][^\r\n]{0,40}\b(cmd|powershell|mshta|msexcel|rundll32|regsvr32)\s{0,2}\|\s{0,2}["'][^\r\n]{1,300}["']\s{0,2}!/ nocase ascii wide
    condition:
        filesize < 64MB and $a
}

rule rich_text_loads_remote_template
{
    meta:
        id = "RG-OFF-0007"
        description = "Rich text document that loads its template from a server"
        description_ja = "サーバからテンプレートを読み込むリッチテキスト文書"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1221/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\{\\\*\\template\s+(https?:|\\\\|ftps?:)/ nocase
        $b = /\{\\\*\\template\s+(\\u-?[0-9]{2,5}\??){6}/ nocase
    condition:
        uint32be(0) == 0x7b5c7274 and any of them
}

rule rich_text_updates_equation_object
{
    meta:
        id = "RG-OFF-0008"
        description = "Rich text document whose equation object is loaded by itself"
        description_ja = "数式オブジェクトを自動的に読み込むリッチテキスト文書"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://www.cve.org/CVERecord?id=CVE-2017-11882"
        date = "2026-11-24"
        false_positives = "Very old documents with equations"
    strings:
        $update = /\\objupdate\b/ nocase
        $class = /(4571756174696f6e2e33|0002ce02000000000?c0+46)/ nocase
        $plain = "Equation.3" nocase
        $data = /\\objdata\b/ nocase
    condition:
        uint32be(0) == 0x7b5c7274 and $update and $data and any of ($class, $plain)
}
