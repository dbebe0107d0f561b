// download-and-run/windows-tools.yar: see ../README.md for the metadata of each rule.

rule script_host_download_and_run
{
    meta:
        id = "RG-DNR-0005"
        description = "Windows script that saves what it downloads and runs it"
        description_ja = "取得した内容を保存して実行する Windows スクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-24"
        false_positives = "Installers written as scripts"
    strings:
        $http_1 = "MSXML2.\x58MLHTTP" nocase ascii wide
        $http_2 = "MSXML2.Ser\x76erXMLHTTP" nocase ascii wide
        $http_3 = "Microsof\x74.XMLHTTP" nocase ascii wide
        $http_4 = "WinHttp.Win\x48ttpRequest" nocase ascii wide
        $save = ".SaveToFile" nocase ascii wide
        $run_1 = ".Run " nocase ascii wide
        $run_2 = ".Run(" nocase ascii wide
        $run_3 = ".Exec(" nocase ascii wide
        $run_4 = ".Exec " nocase ascii wide
        $run_5 = ".ShellExecute" nocase ascii wide
        $shell_1 = "\"WScript.Shell\"" nocase ascii wide
        $shell_2 = "'WScript.Shell'" nocase ascii wide
        $shell_3 = "\"Shell.Application\"" nocase ascii wide
        $shell_4 = "'Shell.Application'" nocase ascii wide
    condition:
        any of ($http_*) and $save and any of ($run_*) and any of ($shell_*)
}

rule certutil_fetches
{
    meta:
        id = "RG-DNR-0011"
        description = "certutil used to fetch a file"
        description_ja = "ファイルの取得に使われた certutil"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1105/"
        date = "2026-11-24"
        false_positives = "Teaching material and lists of such commands"
    strings:
        $a = /\bcertutil(\.exe)?["']?\s[^\r\n]{0,60}[-\/]urlcache\s[^\r\n]{0,60}https?:\/\// nocase ascii wide
        $b = /\bcertutil(\.exe)?["']?\s[^\r\n]{0,60}[-\/]decode(hex)?\s[^\r\n]{1,200}\.(exe|dll|scr|vbs|js|bat|ps1|hta)\b/ nocase ascii wide
    condition:
        filesize < 1MB and any of them
}

rule bitsadmin_fetches
{
    meta:
        id = "RG-DNR-0012"
        description = "bitsadmin used to fetch a file"
        description_ja = "ファイルの取得に使われた bitsadmin"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1197/"
        date = "2026-11-24"
        false_positives = "Teaching material and lists of such commands"
    strings:
        $a = /\bbitsadmin(\.exe)?["']?\s[^\r\n]{0,80}\/(transfer|addfile)\s[^\r\n]{0,200}https?:\/\/[^\r\n]{1,300}(%(temp|tmp|appdata|public|programdata)%|\\(temp|appdata|public|programdata)\\)/ nocase ascii wide
    condition:
        filesize < 1MB and $a
}

rule mshta_runs_remote
{
    meta:
        id = "RG-DNR-0013"
        description = "mshta that runs a remote page or a script in its argument"
        description_ja = "遠隔のページ又は引数のスクリプトを実行する mshta"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1218/005/"
        date = "2026-11-24"
        false_positives = "Teaching material and lists of such commands"
    strings:
        $a = /\bmshta(\.exe)?["']?\s{1,8}["']?(https?:\/\/|javascript:|vbscript:)/ nocase ascii wide
    condition:
        filesize < 4MB and $a
}

rule regsvr32_runs_remote
{
    meta:
        id = "RG-DNR-0014"
        description = "regsvr32 that runs a remote script"
        description_ja = "遠隔のスクリプトを実行する regsvr32"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1218/010/"
        date = "2026-11-24"
        false_positives = "Teaching material and lists of such commands"
    strings:
        $a = /\bregsvr32(\.exe)?["']?\s[^\r\n]{0,80}\/i:\s{0,2}["']?https?:[^\r\n]{1,300}scrobj/ nocase ascii wide
    condition:
        $a
}

rule rundll32_runs_script
{
    meta:
        id = "RG-DNR-0015"
        description = "rundll32 that runs a script in its argument"
        description_ja = "引数のスクリプトを実行する rundll32"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1218/011/"
        date = "2026-11-24"
        false_positives = "Teaching material and lists of such commands"
    strings:
        $a = /\brundll32(\.exe)?["']?\s{1,8}["']?javascript:/ nocase ascii wide
        $b = /\brundll32(\.exe)?["']?\s[^\r\n]{0,120}url\.dll\s{0,2},\s{0,2}(OpenURL|FileProtocolHandler)\s[^\r\n]{0,20}(file:|https?:)[^\r\n]{1,200}\.hta/ nocase ascii wide
    condition:
        any of them
}

rule script_fetched_by_wmic_or_msiexec
{
    meta:
        id = "RG-DNR-0016"
        description = "Windows tool that quietly runs a remote style sheet or installer"
        description_ja = "遠隔のスタイルシート又はインストーラーを確認なしに実行する Windows のツール"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1218/007/"
        date = "2026-11-24"
        false_positives = "Teaching material and lists of such commands"
    strings:
        $a = /\bwmic(\.exe)?["']?\s[^\r\n]{0,80}\/format\s{0,2}:\s{0,2}["']?https?:\/\// nocase ascii wide
        $b = /\bmsiexec(\.exe)?["']?\s[^\r\n]{0,40}\/q[nb]?\s[^\r\n]{0,20}\/(i|package)\s{1,4}["']?https?:\/\/[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}/ nocase ascii wide
    condition:
        any of them
}
