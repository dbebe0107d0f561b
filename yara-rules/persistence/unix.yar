// persistence/unix.yar: see ../README.md for the metadata of each rule.

rule cron_job_runs_download
{
    meta:
        id = "RG-PER-0001"
        description = "Cron job that runs what it downloads"
        description_ja = "取得した内容を実行する定期ジョブ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1053/003/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /(\*|@(reboot|hourly|daily))[ \t]{1,4}[^\n]{0,80}\b(curl|wget)\s[^\n|]{1,200}\|\s*(sudo\s+)?(\/bin\/)?((ba|z|da)?sh|python[23]?|perl)\b/
        $b = /\bcrontab\s+-l\b[^\n]{0,120}\becho\s[^\n]{0,120}\b(curl|wget)\s[^\n]{1,200}\|\s*crontab\s+-/
    condition:
        filesize < 1MB and any of them
}

rule login_key_added_by_script
{
    meta:
        id = "RG-PER-0002"
        description = "Script that adds a fixed key to those that may log in"
        description_ja = "固定の鍵をログイン許可鍵に追加するスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1098/004/"
        date = "2026-11-24"
        false_positives = "Set-up scripts of machines that one party runs"
    strings:
        $a = /\b(echo|printf)\s[^\n]{0,20}(ssh-(rsa|ed25519|dss)|ecdsa-sha2-nistp[0-9]{3})\s+AAAA[A-Za-z0-9+\/=]{40,1000}[^\n]{0,120}>>?\s*[^\n]{0,60}\.ssh\/authorized_keys/
    condition:
        filesize < 1MB and $a
}

rule preload_file_written
{
    meta:
        id = "RG-PER-0003"
        description = "Script that writes the file of libraries loaded into every program"
        description_ja = "全プログラムに読み込まれるライブラリの設定を書き込むスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1574/006/"
        date = "2026-11-24"
        false_positives = "Set-up scripts of a few instrumentation tools"
    strings:
        $a = /(>>?|\btee\s+(-a\s+)?|\b(cp|mv|install)\s[^\n;|&]{1,80})\s*["']?\/etc\/ld\.so\.preload\b/
    condition:
        filesize < 1MB and $a
}

rule service_started_from_writable_folder
{
    meta:
        id = "RG-PER-0004"
        description = "Service unit that starts a program from a folder that everybody can write to"
        description_ja = "誰でも書き込めるフォルダのプログラムを起動するサービス定義"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1543/002/"
        date = "2026-11-24"
        false_positives = "Units written for tests"
    strings:
        $unit = /\[Service\]/
        $start = /\nExecStart(Pre|Post)?\s*=\s*[-@+!:]{0,2}(\/(usr\/)?bin\/)?((ba|z|da)?sh\s+(-c\s+["']?)?)?(nohup\s+)?(\/tmp\/|\/dev\/shm\/|\/var\/tmp\/)[^\n]{1,200}/
        $install = /WantedBy\s*=/
    condition:
        filesize < 64KB and all of them
}

rule login_script_extended
{
    meta:
        id = "RG-PER-0005"
        description = "Script that adds a downloading or networked command to a login script"
        description_ja = "ログインスクリプトに取得・通信のコマンドを追加するスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1546/004/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\b(echo|printf)\s[^\n]{0,160}((curl|wget)\s[^\n]{1,200}\|\s*(ba|z|da)?sh\b|\/dev\/tcp\/|base64\s+(-d|--decode)[^\n]{0,60}\|\s*(ba|z|da)?sh\b)[^\n]{0,160}>>\s*[^\n]{0,60}(\.(bashrc|profile|bash_profile|zshrc|zprofile|bash_login)|\/etc\/(profile|rc\.local|bash\.bashrc))\b/
    condition:
        $a
}

rule macos_agent_runs_download
{
    meta:
        id = "RG-PER-0006"
        description = "macOS launch agent that runs what it downloads or decodes"
        description_ja = "取得・復元した内容を実行する macOS の起動エージェント"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1543/001/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $plist = "<key>ProgramArguments</key>"
        $auto = /<key>(RunAtLoad|KeepAlive|StartInterval)<\/key>/
        $run = /<string>[^<]{0,240}((curl|wget)\s[^<]{1,240}\|\s*(ba|z)?sh|base64\s+(-d|-D|--decode)[^<]{0,120}\|\s*(ba|z)?sh|\/dev\/tcp\/|osascript\s+-e[^<]{0,120}do shell script[^<]{0,80}(curl|base64))/
    condition:
        filesize < 64KB and all of them
}

rule python_start_file_runs_code
{
    meta:
        id = "RG-PER-0007"
        description = "Python path file whose import line runs hidden or fetched code at each start"
        description_ja = "起動のたびに隠された又は取得したコードを実行する Python のパス設定ファイル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1546/018/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $run = /; ?(exec|eval|os\.system|os\.popen|subprocess\.\w{3,14}) ?\(/
        $b64 = "b64decode("
        $b85 = "85decode("
        $fetch = "urlopen("
        $unpack = "decompress("
        $marshal = "marshal.loads("
        $hexadecimal = "fromhex("
        $curl = "curl "
        $wget = "wget "
        $base = "base64 -d"
    condition:
        filesize < 64KB and uint32be(0) == 0x696d706f and uint16be(4) == 0x7274 and $run and any of ($b64, $b85, $fetch, $unpack, $marshal, $hexadecimal, $curl, $wget, $base)
}

rule key_of_somebody_added_to_those_who_may_log_in
{
    meta:
        id = "RG-PER-0015"
        description = "Script that adds a key of its own to those that may log in"
        description_ja = "スクリプト内の公開鍵をログインできる鍵に追加するスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1098/004/"
        date = "2026-11-26"
        false_positives = "Set-up scripts of an organisation; documents that quote them"
    strings:
        $a = /(echo|printf)\s{1,4}[^\n]{0,20}(ssh-rsa|ssh-ed25519|ecdsa-sha2-nistp256)\s{1,4}AAAA[A-Za-z0-9+\/=]{30,600}[^\n]{0,80}>>[^\n]{0,80}authorized_keys/
    condition:
        $a
}
