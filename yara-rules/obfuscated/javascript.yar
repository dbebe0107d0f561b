// obfuscated/javascript.yar: see ../README.md for the metadata of each rule.

rule javascript_renamed_and_starts_programs
{
    meta:
        id = "RG-OBF-0014"
        description = "JavaScript with machine-made names that starts programs or opens Windows objects"
        description_ja = "変数名を機械的に置換し、プログラムを起動する JavaScript"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-24"
        false_positives = "Protected commercial tools"
    strings:
        $names = /\b_0x[0-9a-f]{4,6}\b/
        $start_1 = "child_process"
        $start_2 = "WScript"
        $start_3 = "ActiveXObject"
        $start_4 = "execSync"
    condition:
        filesize < 4MB and #names > 40 and any of ($start_*)
}

rule javascript_hidden_in_invisible_characters
{
    meta:
        id = "RG-OBF-0015"
        description = "Script text hidden in a run of invisible characters"
        description_ja = "不可視文字の列に隠されたスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "None known: honest text has such characters one at a time"
    strings:
        $run = /(\xf3\xa0[\x84-\x87][\x80-\xbf]){16}/
    condition:
        $run
}

rule javascript_name_in_escapes
{
    meta:
        id = "RG-OBF-0048"
        description = "JavaScript that writes the name of eval in escapes"
        description_ja = "eval の名称をエスケープで記述した JavaScript"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-26"
        false_positives = "Tests of JavaScript engines"
    strings:
        $a = /\\u0065(\\u0076|v)(\\u0061|a)(\\u006c|l)\b/ nocase
        $b = /\be\\u0076(\\u0061|a)(\\u006c|l)\b/ nocase
        $c = /\bev\\u0061(\\u006c|l)\b/ nocase
        $d = /\beva\\u006c\b/ nocase
    condition:
        any of them
}
