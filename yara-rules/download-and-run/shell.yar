// download-and-run/shell.yar: see ../README.md for the metadata of each rule.

rule shell_decode_and_run
{
    meta:
        id = "RG-DNR-0003"
        description = "Shell command that decodes a text and runs it"
        description_ja = "符号化された文字列を復元して実行するシェルコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1140/"
        date = "2026-11-24"
        false_positives = "Self-extracting installers"
    strings:
        $a = /echo\s+(-n\s+)?["']?[A-Za-z0-9+\/=]{64,4096}["']?\s*\|\s*base64\s+(-d|-D|--decode)\s*\|\s*(sudo\s+)?(\/bin\/)?(ba|z|da)?sh\b/
    condition:
        $a
}

rule shell_download_to_tmp_and_run
{
    meta:
        id = "RG-DNR-0004"
        description = "Shell commands that fetch a file to a temporary folder, make it executable and run it in the background"
        description_ja = "一時フォルダに取得したファイルを実行可能にし、バックグラウンドで実行するシェルコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-24"
        false_positives = "Bootstrap scripts of test environments"
    strings:
        $a = /(curl|wget)\s[^\n;|&]{1,200}\/(tmp|dev\/shm)\/[A-Za-z0-9._-]{1,40}[^\n]{0,40}(;|&&|\n)\s*chmod\s+(\+x|7[0-7]{2})\s+\/(tmp|dev\/shm)\/[^\n;&]{1,40}(;|&&|\n)\s*(nohup\s+|setsid\s+)?\/(tmp|dev\/shm)\/[^\n;&]{1,80}&/
    condition:
        $a
}

rule shell_pipes_from_bare_address
{
    meta:
        id = "RG-DNR-0008"
        description = "Shell that runs what a bare network address sends"
        description_ja = "IP アドレスから取得した内容を実行するシェル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-24"
        false_positives = "Test environments of closed networks"
    strings:
        $a = /\b(curl|wget)\s[^\n|]{0,120}https?:\/\/[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}[:\/][^\n|]{0,160}\|\s*(sudo\s+)?(\/bin\/)?((ba|z|da)?sh|python[23]?|perl)\b/
    condition:
        $a
}

rule shell_pipes_from_paste_site
{
    meta:
        id = "RG-DNR-0009"
        description = "Command that runs what a paste site, file drop or tunnel sends"
        description_ja = "テキスト共有サイト、一時ファイル共有サイト又はトンネルから取得した内容を実行するコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1102/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\b(curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod)\s[^\n|]{0,160}(pastebin\.com\/raw|transfer\.sh\/|cdn\.discordapp\.com\/attachments|\.ngrok(-free)?\.(io|app)|\.trycloudflare\.com|paste\.ee\/r|hastebin\.com\/raw|rentry\.co\/|\.onion[\/:])[^\n|]{0,160}\|\s*(sudo\s+)?(\/bin\/)?(iex|invoke-expression|(ba|z|da)?sh|python[23]?|perl|node)\b/ nocase ascii wide
    condition:
        $a
}

rule shell_loader_for_many_processors
{
    meta:
        id = "RG-DNR-0010"
        description = "Shell script that fetches and starts a program for one processor after another"
        description_ja = "機種ごとの実行ファイルを次々に取得・起動するシェルスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/004/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\b(wget|curl|tftp)\s[^\n]{1,200}[.\/_-](mips|mipsel|mpsl|arm[4-7]l?|armv[4-7]l|sh4|ppc|powerpc|m68k|spc|sparc|i[3-6]86|x86(_64)?|arc)\b[^\n]{0,80}[;&\n][^\n]{0,120}chmod\s[^\n]{1,120}[;&\n]/
    condition:
        filesize < 256KB and #a > 2
}

rule shell_runs_unprotected_download
{
    meta:
        id = "RG-DNR-0022"
        description = "Shell that runs what it downloads without protection or from a bare address"
        description_ja = "保護されない通信又は IP アドレスから取得した内容を実行するシェル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-26"
        false_positives = "Old installation instructions; test environments of closed networks"
    strings:
        $pipe = /\b(curl|wget)\b[^\n|]{0,120}(http:\/\/|https?:\/\/[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})[^\n|]{0,160}\|\s{0,4}(sudo\s{1,4})?(\/bin\/)?((ba|z|da|k)?sh|python[23]?|perl|node|ruby)\b/
        $command = /(\bsh|\beval|-c)\s{0,4}["\x27]?\s{0,4}(\$\(|`)\s{0,4}(curl|wget)\b[^\n]{0,120}(http:\/\/|https?:\/\/[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})/
        $process = /(\b(ba|z|k)?sh|\bsource|\s\.)\s{1,4}<\(\s{0,4}(curl|wget)\b[^\n]{0,120}(http:\/\/|https?:\/\/[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})/
    condition:
        any of them
}
