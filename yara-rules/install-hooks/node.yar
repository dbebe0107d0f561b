// install-hooks/node.yar: see ../README.md for the metadata of each rule.

rule package_json_install_fetches
{
    meta:
        id = "RG-INS-0005"
        description = "package.json whose install script pipes a download into an interpreter"
        description_ja = "導入時に取得した内容をインタプリタに渡す package.json"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1195/002/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /"(pre|post)?install"\s*:\s*"[^"\n]{0,200}\b(curl|wget)\b[^"\n]{0,300}\|\s*(ba|z|da)?sh\b/
        $b = /"(pre|post)?install"\s*:\s*"[^"\n]{0,60}node\s+-e\s+[^\n]{0,400}(child_process|https?:\/\/)/
    condition:
        any of them
}

rule package_json_install_decodes
{
    meta:
        id = "RG-INS-0006"
        description = "package.json whose install script decodes a text or calls a Windows downloading tool"
        description_ja = "導入時に符号化された文字列の復元や Windows の取得ツールを用いる package.json"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1195/001/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /"(pre|post)?install"\s*:\s*"[^\n]{0,400}(base64\s+(-d|-D|--decode)|-e(nc|ncodedcommand)\s+[A-Za-z0-9+\/]{24}|\bcertutil\b|\bmshta\b|\bbitsadmin\b|\/dev\/tcp\/|eval\(atob|Buffer\.from\([^\n]{1,400}eval|Invoke-WebRequest)/
    condition:
        $a
}

rule package_json_install_reports_host
{
    meta:
        id = "RG-INS-0007"
        description = "package.json whose install script sends names of the machine away"
        description_ja = "導入時に機器の情報を外部へ送信する package.json"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1195/001/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /"(pre|post)?install"\s*:\s*"[^\n]{0,240}\b(curl|wget|nslookup|dig|ping)\s[^\n]{0,240}(\$\(|`)\s*(whoami|hostname|id|pwd|env|uname|cat)\b/
    condition:
        $a
}

rule package_json_install_runs_hidden_file
{
    meta:
        id = "RG-INS-0008"
        description = "package.json whose install script runs a hidden file"
        description_ja = "導入時に隠しファイルを実行する package.json"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1564/001/"
        date = "2026-11-24"
        false_positives = "Development set-ups that keep helpers in a hidden folder"
    strings:
        $a = /"(pre|post)?install"\s*:\s*"((node|(ba|z)?sh|python[23]?|bun|deno run)\s+(-\w{1,12}\s+){0,2})(\.\/)?([\w-]{1,40}\/){0,4}\.[A-Za-z0-9_-]{1,40}(\.(js|cjs|mjs|sh|py|bin|node))?["\s]/
    condition:
        $a
}

rule npm_settings_start_programs
{
    meta:
        id = "RG-INS-0009"
        description = "npm settings of a project that replace the shell, Git or a start-up file by one of the project"
        description_ja = "シェル・Git 等をプロジェクト内のものに置き換える npm の設定"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1574/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /(script-shell|\nshell|\ngit|node-gyp|onload-script|\neditor|\nviewer)[ \t]{0,4}=[ \t]{0,4}["\']?(\.\.?\/|\/tmp\/|\/dev\/shm\/)[^\n]{1,120}/
        $b = /(^|\n)[ \t]{0,4}node-options[ \t]{0,4}=[^\n]{0,60}(--require|-r|--import)[ =]["']?(\.{1,2}\/|\/tmp\/|data:)/
    condition:
        filesize < 16KB and any of them
}

rule native_build_settings_fetch
{
    meta:
        id = "RG-INS-0010"
        description = "binding.gyp that runs a downloading or encoded command while it is read"
        description_ja = "読込時に取得・符号化されたコマンドを実行する binding.gyp"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1195/001/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /<!@?\(\s*(curl\s|wget\s|powershell|(ba|z)?sh\s+-c\s+[^\n]{0,120}(curl|wget|base64)|node\s+-e\s+[^\n]{0,240}(child_process|https?:\/\/)|python[23]?\s+-c\s+[^\n]{0,240}(urlopen|b64decode|os\.system))/
    condition:
        filesize < 64KB and $a
}
