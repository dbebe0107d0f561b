// build-scripts/build-scripts.yar: see ../README.md for the metadata of each rule.

rule build_script_cuts_pieces_out_of_file
{
    meta:
        id = "RG-BLD-0001"
        description = "Script that cuts a file into pieces by alternate skipping and copying"
        description_ja = "読み飛ばしと複写を繰り返してファイルから断片を取り出すスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://www.cve.org/CVERecord?id=CVE-2024-3094"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /head\s+-c\s*\+?[0-9]{2,7}\s*>\s*\/dev\/null\s*\)?\s*&&\s*\(?\s*head\s+-c\s*\+?[0-9]{2,7}\s*\)?\s*&&\s*\(?\s*head\s+-c\s*\+?[0-9]{2,7}\s*>\s*\/dev\/null/
    condition:
        filesize < 8MB and $a
}

rule build_script_translates_and_unpacks
{
    meta:
        id = "RG-BLD-0002"
        description = "Script that exchanges characters of a file, unpacks the result and runs it"
        description_ja = "文字を入れ替えたファイルを展開して実行するスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://www.cve.org/CVERecord?id=CVE-2024-3094"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\| tr [^\n|]{4,160}\|\s*(xz|unxz|gzip|gunzip|bzip2|bunzip2|lzma|openssl\s+enc|base64)\b[^\n|]{0,100}\|\s*(sudo\s+)?(\/bin\/|\$\{?)?((ba|z|da)?sh|SHELL|CONFIG_SHELL)\b/
    condition:
        filesize < 8MB and $a
}

rule build_script_unpacks_test_file
{
    meta:
        id = "RG-BLD-0003"
        description = "Build script that unpacks a test file and runs what comes out"
        description_ja = "テスト用ファイルを展開して実行するビルドスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1195/002/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /(t[e]sts?|t[e]stdata|t[e]st-data|f[i]xtures|s[a]mples)\/[\w.\/+-]{1,160}(\.xz|\.gz|\.bz2|\.lzma|\.zst|\.bin|\.dat|\.png|\.jpg|\.zip)["\']? ?\|[^\n]{0,200}(\bxz |\bunxz|\bgzip |\bgunzip|\bzcat|\bbzip2 |\blzma |\bbase64 |\bopenssl |\bzstd )[^\n|]{0,80}\|\s*(sudo )?(\/bin\/|\$\{?)?(sh|bash|dash|SHELL|CONFIG_SHELL)\b/
    condition:
        filesize < 8MB and $a
}

rule configure_looks_for_marked_test_file
{
    meta:
        id = "RG-BLD-0004"
        description = "Configure macro that looks for a file by a mark in its content and hands it to a shell"
        description_ja = "内容の目印で探したファイルをシェルに渡す configure マクロ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://www.cve.org/CVERecord?id=CVE-2024-3094"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $macro = /\bA[CM]_(DEFUN|CONFIG_COMMANDS|SUBST|INIT)\b/
        $search = /`\s*grep\s+-[A-Za-z]{0,8}\s+["'][^"'\n]{4,80}["']\s+["']?\$(\{)?(srcdir|top_srcdir|ac_top_srcdir)\b/
        $eval = /\beval\s+["']?\$\{?\w{2,40}\}?["']?\s*\|\s*\$\{?(SHELL|CONFIG_SHELL)|\|\s*\$\{?(SHELL|CONFIG_SHELL)\}?\s+2>\s*\/dev\/null/
    condition:
        filesize < 1MB and all of them
}

rule configure_finds_the_xz_marks
{
    meta:
        id = "RG-BLD-0005"
        description = "Macro that looks for the marks by which the tampered xz release found its test files"
        description_ja = "改ざんされた xz がテスト用ファイルの検索に用いた目印を探すマクロ"
        certainty = "known"
        clause = "26-3 3(1)①"
        reference = "https://www.cve.org/CVERecord?id=CVE-2024-3094"
        date = "2026-11-24"
        false_positives = "None: no sound macro looks for these marks"
    strings:
        $macro = /\bAC_DEFUN\s*\(/
        $mark = /grep\s+-\w{1,8}\s+["']#\{4\}\[\[:alnum:\]\]\{5\}#\{4\}\$?["']/
    condition:
        filesize < 256KB and all of them
}

rule cmake_step_runs_download
{
    meta:
        id = "RG-BLD-0006"
        description = "CMake file that runs what it downloads or decodes"
        description_ja = "取得・復元した内容を実行する CMake ファイル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1195/002/"
        date = "2026-11-24"
        false_positives = "Build files that fetch a tool"
    strings:
        $a = /\b(execute_process|exec_program|add_custom_command|add_custom_target)\s*\([^)]{0,80}\bCOMMAND\s[^)]{0,240}((curl|wget)\s[^)]{1,240}\|\s*(ba|z|da)?sh\b|base64\s+(-d|--decode)[^)]{0,160}\|\s*(ba|z|da)?sh\b|powershell[^)]{0,120}(hidden|-enc|downloadstring|iex))/ nocase
        $b = /\bfile\s*\(\s*DOWNLOAD\s+"?https?:\/\/[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}[^)]{0,200}\)[\s\S]{0,400}execute_process\s*\(/ nocase
    condition:
        filesize < 1MB and any of them
}

rule makefile_runs_download
{
    meta:
        id = "RG-BLD-0007"
        description = "Makefile that runs what it downloads or decodes while it is read"
        description_ja = "読込時に取得・復元した内容を実行する Makefile"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1195/002/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\$\(shell\s[^\n]{0,200}((curl|wget)\s[^\n]{1,240}\|\s*(ba|z|da)?sh\b|base64\s+(-d|--decode)[^\n]{0,120}\|\s*(ba|z|da)?sh\b|\/dev\/tcp\/)/
    condition:
        $a
}

rule workflow_collects_all_secrets
{
    meta:
        id = "RG-BLD-0008"
        description = "Workflow that writes out or sends all secrets of the repository"
        description_ja = "リポジトリの全ての秘密情報を書き出し又は送信するワークフロー"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1552/"
        date = "2026-11-24"
        false_positives = "Workflows that check for missing secrets"
    strings:
        $flow = /\bruns-on\s*:/
        $all = /\$\{\{\s*toJSON\s*\(\s*secrets\s*\)\s*\}\}/ nocase
        $send_1 = "curl "
        $send_2 = "wget "
        $send_3 = "base64"
        $send_4 = "Invoke-WebRequest"
        $send_5 = "upload-artifact"
    condition:
        filesize < 256KB and $flow and $all and any of ($send_*)
}

rule build_runner_memory_read
{
    meta:
        id = "RG-BLD-0009"
        description = "Script that reads the memory of the build runner"
        description_ja = "ビルド実行環境のメモリを読み取るスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1003/007/"
        date = "2026-11-24"
        false_positives = "Teaching material on such attacks"
    strings:
        $runner = /\bRunner\.(Worker|Listener)\b/
        $memory = /\/proc\/[^\n]{0,40}\/(mem|maps)\b/
        $secret = /isSecret|\\?"value\\?"/
    condition:
        filesize < 1MB and all of them
}
