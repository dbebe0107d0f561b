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
