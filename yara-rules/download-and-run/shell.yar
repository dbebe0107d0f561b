// download-and-run/shell.yar: see ../README.md for the metadata of each rule.

rule shell_decode_and_run
{
    meta:
        id = "RG-DNR-0003"
        description_en = "Shell command that decodes a text and runs it"
        description_ja = "符号化された文字列を復元して実行するシェルコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "MITRE ATT&CK T1140"
        date = "2026-11-23"
        false_positives = "Self-extracting installers"
    strings:
        $a = /echo\s+[\"']?[A-Za-z0-9+\/=]{64,4096}[\"']?\s*\|\s*base64\s+(-d|-D|--decode)\s*\|\s*(ba|z|da)?sh\b/
    condition:
        $a
}

rule shell_download_to_tmp_and_run
{
    meta:
        id = "RG-DNR-0004"
        description_en = "Shell commands that fetch a file to a temporary folder, make it executable and run it in the background"
        description_ja = "一時フォルダに取得したファイルを実行可能にし背景で実行するシェルコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "MITRE ATT&CK T1105"
        date = "2026-11-23"
        false_positives = "Bootstrap scripts of test environments"
    strings:
        $a = /(curl|wget)\s[^\n;|&]{1,200}\/tmp\/[A-Za-z0-9._-]{1,40}[^\n]{0,40}(;|&&|\n)\s*chmod\s+(\+x|7[0-7]{2})\s+\/tmp\/[^\n;&]{1,40}(;|&&|\n)\s*(nohup\s+)?\/tmp\/[^\n;&]{1,80}&/
    condition:
        $a
}
