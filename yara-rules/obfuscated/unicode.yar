// obfuscated/unicode.yar: see ../README.md for the metadata of each rule.

rule source_shown_in_another_order
{
    meta:
        id = "RG-OBF-0051"
        description = "Source text with marks that show its words in another order than they are run"
        description_ja = "表示される順序を実行される順序と違えて見せる記号を含むソースコード"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://www.cve.org/CVERecord?id=CVE-2021-42574"
        date = "2026-11-26"
        false_positives = "Text about marks of writing direction that shows them at work"
    strings:
        // A mark beside another, or beside a hyphen, is in a table of characters.
        $a = /\xe2\x80[\xad\xae][ -,.-~][^\n]{0,120}\xe2\x81[\xa6-\xa9][ -,.-~]/
        $c = /\xe2\x80[\xad\xae]\xe2\x81[\xa6-\xa8][ -,.-~][^\n]{0,120}\xe2\x81\xa9/
        $b = /\xe2\x81\xa7[^\n]{0,24}(\*\/|"""|\x27\x27\x27|["\x27`]\)?;|return\b|\/\/)/
    condition:
        filesize < 16MB and any of them
}

rule text_hidden_in_tag_characters
{
    meta:
        id = "RG-OBF-0052"
        description = "Text written in characters that nothing shows"
        description_ja = "画面に表示されない文字で書かれた文章"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://www.unicode.org/reports/tr51/"
        date = "2026-11-26"
        false_positives = "None known: flags of regions take at most six of them"
    strings:
        $a = /(\xf3\xa0[\x80\x81][\x80-\xbf]){16}/
    condition:
        $a
}

rule script_with_invisible_name
{
    meta:
        id = "RG-OBF-0053"
        description = "Script that declares a name which nothing shows"
        description_ja = "表示されない名前を宣言するスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://certitude.consulting/blog/en/invisible-backdoor/"
        date = "2026-11-26"
        false_positives = "None known"
    strings:
        $a = /\b(const|let|var)\b[^;\n]{1,160}\xe3\x85\xa4\s{0,4}[,=}\]]/
        $b = /\b(const|let|var)\b[^;\n]{1,160}\xef\xbe\xa0\s{0,4}[,=}\]]/
    condition:
        filesize < 16MB and any of them
}
