// download-and-run/powershell.yar: see ../README.md for the metadata of each rule.

rule powershell_download_and_run
{
    meta:
        id = "RG-DNR-0001"
        description = "PowerShell that runs what it downloads"
        description_ja = "取得した内容を実行する PowerShell"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-24"
        false_positives = "Installers that are published as one-line commands, and documents that quote them"
    strings:
        $a = /\b(iex|invoke-expression)\b.{0,80}\b(downloadstring|invoke-webrequest|iwr|invoke-restmethod|irm)\b/ nocase ascii wide
        $b = /\b(downloadstring|iwr|irm|invoke-webrequest)\b[^\n]{0,200}\|\s*(iex|invoke-expression)\b/ nocase ascii wide
        $hidden = /-w(indowstyle)?\s+hidden/ nocase ascii wide
        $bypass = /-e(xecution)?p(olicy)?\s+bypass/ nocase ascii wide
    condition:
        ($a or $b) and ($hidden or $bypass)
}

rule powershell_encoded_hidden
{
    meta:
        id = "RG-DNR-0002"
        description = "Hidden PowerShell started with an encoded command"
        description_ja = "符号化されたコマンドを非表示で実行する PowerShell"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "Some management agents"
    strings:
        $a = /powershell(\.exe)?[^\r\n]{0,120}-w(indowstyle)?\s+h(idden)?[^\r\n]{0,120}-e(nc|ncodedcommand)?\s+[A-Za-z0-9+\/=]{80}/ nocase ascii wide
    condition:
        $a
}

rule powershell_downloads_file_and_starts_it
{
    meta:
        id = "RG-DNR-0007"
        description = "Hidden PowerShell that saves what it downloads in a temporary folder and starts it"
        description_ja = "取得した内容を一時フォルダに保存し非表示で起動する PowerShell"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-24"
        false_positives = "Installers"
    strings:
        $load = /(DownloadFile\s{0,3}\(|Invoke-WebRequest\b|\biwr\b|Start-BitsTransfer\b)[^\r\n]{0,200}(\$env:(temp|tmp|appdata|localappdata|public|programdata)|%(temp|tmp|appdata|public)%)/ nocase ascii wide
        $run = /\b(Start-Process|saps|Invoke-Item|ii|cmd(\.exe)?\s+\/c)\b[^\r\n]{0,160}(\$env:(temp|tmp|appdata|localappdata|public|programdata)|%(temp|tmp|appdata|public)%|-WindowStyle\s+Hidden)/ nocase ascii wide
        $hidden = /-w(indowstyle)?\s+h(idden)?\b/ nocase ascii wide
    condition:
        filesize < 1MB and all of them
}

rule powershell_runs_unprotected_download
{
    meta:
        id = "RG-DNR-0020"
        description = "PowerShell that runs what it downloads without protection or from a bare address"
        description_ja = "保護されない通信又は IP アドレスから取得した内容を実行する PowerShell"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-26"
        false_positives = "Old installation instructions; tests with a local server"
    strings:
        $a = /\b(iex|invoke-expression)\b[^\n]{0,100}\b(downloadstring|invoke-webrequest|iwr|invoke-restmethod|irm)\b[^\n]{0,60}(http:\/\/|https?:\/\/[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})/ nocase ascii wide
        $b = /\b(downloadstring|invoke-webrequest|iwr|invoke-restmethod|irm)\b[^\n|]{0,60}(http:\/\/|https?:\/\/[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})[^\n|]{0,120}\|\s{0,8}(iex|invoke-expression)\b/ nocase ascii wide
    condition:
        any of them
}

rule powershell_small_script_of_a_download
{
    meta:
        id = "RG-DNR-0021"
        description = "Small PowerShell script whose lines run what they download"
        description_ja = "取得した内容を実行する行からなる小さな PowerShell スクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-26"
        false_positives = "Installers that are published as one line, kept in a file of their own"
    strings:
        $a = /(^|\n|\r|;|\{)\s{0,2}(iex|invoke-expression)\b[^\n]{0,100}\b(downloadstring|invoke-webrequest|iwr|invoke-restmethod|irm)\b[^\n]{0,60}https?:/ nocase ascii wide
        $b = /(^|\n|\r|;|\{)\s{0,2}(downloadstring|invoke-webrequest|iwr|invoke-restmethod|irm)\b[^\n|]{0,60}https?:[^\n|]{0,120}\|\s{0,8}(iex|invoke-expression)\b/ nocase ascii wide
        $page_1 = "<code" nocase ascii wide
        $page_2 = "<pre>" nocase ascii wide
        $page_3 = "<html" nocase ascii wide
        $page_4 = "<body" nocase ascii wide
        $fence = "```" ascii wide
        $rst = "::\n" ascii wide
    condition:
        filesize < 8KB and any of ($a, $b) and not any of ($page_*, $fence, $rst)
}
