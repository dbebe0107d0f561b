// install-hooks/other.yar: see ../README.md for the metadata of each rule.

rule gem_build_step_fetches
{
    meta:
        id = "RG-INS-0011"
        description = "Ruby extension build step that fetches and runs a program"
        description_ja = "取得したプログラムを実行する Ruby 拡張のビルド処理"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1195/001/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $mkmf_1 = "'mkmf'"
        $mkmf_2 = "\"mkmf\""
        $mkmf_3 = "create_makefile"
        $mkmf_4 = "Gem::Specification.new"
        $mkmf_5 = "Gem.post_install"
        $mkmf_6 = "Gem.pre_install"
        $mkmf_7 = "Gem.pre_uninstall"
        $run = /(\b(system|exec|spawn|IO\.popen|Open3\.\w{3,10})\s*[( ]\s*["']|`|%x[{(\[])[^\n]{0,80}\b(curl|wget)\s[^\n]{1,240}(\|\s*(ba|z|da)?sh\b|chmod\s|ruby\b)/
        $eval = /\b(eval|instance_eval|class_eval)\s*\(?\s*(Net::HTTP|URI|open|Base64\.(urlsafe_|strict_)?decode64|Zlib::Inflate)/
    condition:
        filesize < 256KB and any of ($mkmf_*) and any of ($run, $eval)
}

rule package_maintainer_script_fetches
{
    meta:
        id = "RG-INS-0012"
        description = "Package maintainer script that runs what it downloads or decodes"
        description_ja = "取得・復元した内容を実行するパッケージの導入スクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1195/002/"
        date = "2026-11-24"
        false_positives = "Meta packages that fetch what may not be redistributed"
    strings:
        $step = /\b(configure|abort-upgrade|upgrade|purge)\)|["']\$1["']\s*=\s*["']?(configure|1|2)\b|\$1\s+-eq\s+[012]/
        $run = /\b(curl|wget)\s[^\n|]{1,240}\|\s*(sudo\s+)?(\/bin\/)?((ba|z|da)?sh|python[23]?|perl)\b|\bbase64\s+(-d|--decode)[^\n]{0,80}\|\s*(\/bin\/)?(ba|z|da)?sh\b|\/dev\/tcp\/|(nohup|setsid)\s+\/(tmp|dev\/shm|var\/tmp)\//
    condition:
        filesize < 256KB and uint16be(0) == 0x2321 and all of them
}

rule cargo_build_script_fetches
{
    meta:
        id = "RG-INS-0013"
        description = "Rust build script that starts a downloading tool or a shell with one"
        description_ja = "取得ツールを起動する Rust のビルドスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1195/001/"
        date = "2026-11-24"
        false_positives = "Build scripts that fetch a prebuilt library"
    strings:
        $cargo = /\bcargo:(rerun-if|rustc-)/
        $run = /Command::new\s*\(\s*"(curl|wget|powershell|sh|bash|cmd)(\.exe)?"\s*\)[^;]{0,400}(https?:\/\/|\|\s*(ba)?sh|-enc|hidden)/
    condition:
        filesize < 256KB and all of them
}

rule msbuild_step_fetches
{
    meta:
        id = "RG-INS-0014"
        description = "MSBuild file that starts a downloading, hidden or encoded command"
        description_ja = "取得・隠蔽・符号化されたコマンドを起動する MSBuild ファイル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1127/001/"
        date = "2026-11-24"
        false_positives = "Build files that fetch a tool"
    strings:
        $project = /<(Project|Target)\b/
        $exec = /<Exec\s[^>]{0,120}Command\s*=\s*("|')[^>]{0,240}(powershell[^>]{0,120}(hidden|-e(nc|ncodedcommand)?\s|downloadstring|iex|irm)|mshta|certutil|bitsadmin|regsvr32|(curl|wget)[^>]{1,200}\|\s*(ba)?sh)/ nocase
        $event = /<(Pre|Post)BuildEvent>[^<]{0,400}(powershell[^<]{0,120}(hidden|-e(nc|ncodedcommand)?\s|downloadstring|iex|irm)|mshta|certutil|bitsadmin)/ nocase
        $task = /CodeTaskFactory[\s\S]{0,2000}<Code\b[\s\S]{0,4000}(VirtualAlloc|DllImport|Assembly\.Load|DownloadData|DownloadString)/
    condition:
        filesize < 1MB and $project and any of ($exec, $event, $task)
}

rule editor_task_on_folder_open
{
    meta:
        id = "RG-INS-0015"
        description = "Editor task that downloads or decodes and runs something as soon as the folder is opened"
        description_ja = "フォルダを開くと取得・復元した内容を実行するエディタの設定"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1204/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $open = /"runOn"\s*:\s*"folderOpen"/
        $run = /"(command|args)"\s*:\s*\[?\s*"[^\n]{0,240}((curl|wget)\s[^\n]{1,240}\|\s*((ba|z|da)?sh|cmd|node|python[23]?)\b|powershell[^\n]{0,80}(hidden|iwr|irm|-enc)|node\s+-e\s|base64\s+(-d|--decode)|mshta)/
    condition:
        filesize < 64KB and all of them
}

rule callback_host_of_probes
{
    meta:
        id = "RG-INS-0016"
        description = "Address of a call-back service of attack probes, with a request to it"
        description_ja = "攻撃試験用の応答サービスへの通信"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1195/001/"
        date = "2026-11-24"
        false_positives = "Security test tools"
    strings:
        $host_1 = ".oasti\x66y.com" nocase
        $host_2 = ".burpcolla\x62orator.net" nocase
        $host_3 = ".oas\x74.fun" nocase
        $host_4 = ".oas\x74.pro" nocase
        $host_5 = ".oast\x2elive" nocase
        $host_6 = ".oast\x2esite" nocase
        $host_7 = ".oast.\x6fnline" nocase
        $host_8 = ".oas\x74.me" nocase
        $host_9 = ".inter\x61ct.sh" nocase
        $host_10 = ".dnsl\x6fg.cn" nocase
        $host_11 = ".cey\x65.io" nocase
        $send_1 = "curl "
        $send_2 = "wget "
        $send_3 = "nslookup "
        $send_4 = "requests.get("
        $send_5 = "requests.post("
        $send_6 = "urlopen("
        $send_7 = "https.request("
        $send_8 = "https.get("
        $send_9 = "http.get("
        $send_10 = "http.request("
        $send_11 = "gethostbyname("
        $send_12 = "dns.lookup("
        $send_13 = "dns.resolve("
        $send_14 = "Invoke-WebRequest"
    condition:
        filesize < 64KB and any of ($host_*) and any of ($send_*)
}

rule repository_settings_start_program
{
    meta:
        id = "RG-INS-0017"
        description = "Settings of a repository that start a command whenever it is looked at"
        description_ja = "参照のたびにコマンドを起動するリポジトリの設定"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://git-scm.com/docs/git-config"
        date = "2026-11-26"
        false_positives = "None known: monitors of files are named by their path alone"
    strings:
        $a = /\[core\][^\[]{0,600}\bfsmonitor\s{0,8}=[^\n]{0,120}(;|\||\$\(|`|\bsh -c\b|\bcurl\b|\bwget\b|\/tmp\/)/ nocase
        $b = /\[core\][^\[]{0,600}\bsshCommand\s{0,8}=[^\n]{0,120}(;|\||\$\(|`|\bsh -c\b|\bcurl\b|\bwget\b|\/tmp\/)/ nocase
    condition:
        filesize < 1MB and any of them
}
