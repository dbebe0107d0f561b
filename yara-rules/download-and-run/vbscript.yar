// download-and-run/vbscript.yar: see ../README.md for the metadata of each rule.

rule script_host_download_and_run
{
    meta:
        id = "RG-DNR-0005"
        description_en = "Windows script that saves what it downloads and runs it"
        description_ja = "取得した内容を保存して実行する Windows スクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "MITRE ATT&CK T1059.005, T1105"
        date = "2026-11-23"
        false_positives = "Installers written as scripts"
    strings:
        $http = /\b(CreateObject|ActiveXObject)\s*\(\s*["'](MSXML2\.(Server)?XMLHTTP|Microsoft\.XMLHTTP|WinHttp\.WinHttpRequest)/ nocase ascii wide
        $save = /\.SaveToFile\b/ nocase ascii wide
        $run = /\.(Run|Exec|ShellExecute)\s*\(?\s*["'\w]/ nocase ascii wide
        $shell = /["'](WScript\.Shell|Shell\.Application)["']/ nocase ascii wide
    condition:
        all of them
}
