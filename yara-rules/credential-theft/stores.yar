// credential-theft/stores.yar: see ../README.md for the metadata of each rule.

rule browser_passwords_read
{
    meta:
        id = "RG-CRE-0001"
        description = "Program text that reads the password store of Chromium browsers"
        description_ja = "Chromium 系ブラウザのパスワード保管庫を読み取るプログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1555/003/"
        date = "2026-11-24"
        false_positives = "Password managers and forensic tools"
    strings:
        $store = /Login Data\b/ ascii wide
        $column = /\bpassword_value\b/ ascii wide
        $key_1 = "encryp\x74ed_key" ascii wide
        $key_2 = "CryptUnpr\x6ftectData" ascii wide
        $key_3 = "os_c\x72ypt" ascii wide
        $profile_1 = "User Data" ascii wide
        $profile_2 = "google-chrome" ascii wide
        $profile_3 = "BraveSoftware" ascii wide
    condition:
        filesize < 16MB and $store and $column and any of ($key_*) and any of ($profile_*)
}

rule firefox_passwords_read
{
    meta:
        id = "RG-CRE-0002"
        description = "Script that decrypts the password store of Firefox"
        description_ja = "Firefox のパスワード保管庫を復号するスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1555/003/"
        date = "2026-11-24"
        false_positives = "Password managers and forensic tools"
    strings:
        $store = "login\x73.json" ascii wide
        $key = "key\x34.db" ascii wide
        $decrypt_1 = "PK11SDR_Decrypt" ascii wide
        $decrypt_2 = "encryptedPassword" ascii wide
    condition:
        filesize < 1MB and uint16be(0) != 0x4d5a and uint32be(0) != 0x7f454c46 and $store and $key and any of ($decrypt_*)
}

rule chat_tokens_collected
{
    meta:
        id = "RG-CRE-0003"
        description = "Program that collects session tokens of a chat client"
        description_ja = "チャットソフトのセッショントークンを収集するプログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1528/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $token = /\[\\w-\]\{2[46](,26)?\}\\?\.\[\\w-\]\{6\}\\?\.\[\\w-\]\{2[57]/ ascii wide
        $marker = /dQw4w9WgXcQ:/ ascii wide
        $store = /Local Storage[\\\/"', ]{1,6}leveldb/ nocase ascii wide
    condition:
        filesize < 32MB and $store and any of ($token, $marker)
}

rule wallets_collected
{
    meta:
        id = "RG-CRE-0004"
        description = "Program text that lists the stores of several cryptocurrency wallets"
        description_ja = "複数の暗号資産ウォレットの保管場所を列挙するプログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1005/"
        date = "2026-11-24"
        false_positives = "Backup tools and forensic tools"
    strings:
        $a = /Exodus[\\\/]{1,2}exodus\.wallet/ nocase ascii wide
        $b = /Electrum[\\\/]{1,2}wallets/ nocase ascii wide
        $c = /Ethereum[\\\/]{1,2}keystore/ nocase ascii wide
        $d = /atomic[\\\/]{1,2}Local Storage[\\\/]{1,2}leveldb/ nocase ascii wide
        $e = "nkbihfbeogaeaoeh\x6cefnkodbefgpgknn" ascii wide
        $f = "bfnaelmomeimhlpm\x67jnjophhpkkoljpa" ascii wide
        $g = "hnfanknocfeofbdd\x67cijnmhnfnkdnaad" ascii wide
        $h = "ibnejdfjmmkpcnlp\x65bklmnkoeoihofec" ascii wide
        $i = /Coinomi[\\\/]{1,2}Coinomi[\\\/]{1,2}wallets/ nocase ascii wide
    condition:
        filesize < 32MB and 3 of them
}

rule environment_sent_away
{
    meta:
        id = "RG-CRE-0005"
        description = "Script that sends all environment variables to a server"
        description_ja = "全ての環境変数をサーバに送信するスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1552/007/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $python = /\b(requests\.(post|put|get)|httpx\.post|urlopen)\s*\([^\n]{0,160}\b(dict\s*\(\s*|str\s*\(\s*|json\.dumps\s*\(\s*(dict\s*\(\s*)?)os\.environ\b/
        $node = /JSON\s*\.\s*stringify\s*\(\s*(Object\.assign\s*\(\s*\{\s*\}\s*,\s*)?process\s*\.\s*env\s*[,)]/
        $send_1 = "https.r\x65quest("
        $send_2 = "http.r\x65quest("
        $send_3 = "fetch\x28'http"
        $send_4 = "fetch(\"\x68ttp"
        $send_5 = "fetch\x28`http"
        $send_6 = "axios\x2epost("
        $send_7 = "dns.re\x73olve("
        $send_8 = "dns.l\x6fokup("
        $send_9 = "dns.re\x73olve4("
        $shell = /\b(env|printenv)\s*\|\s*(base64[^\n|]{0,20}\|\s*)?(curl|wget|nc)\s[^\n]{4,200}/
    condition:
        filesize < 256KB and ($python or ($node and any of ($send_*)) or $shell)
}

rule key_files_sent_away
{
    meta:
        id = "RG-CRE-0006"
        description = "Script that reads key files of several services and sends data to a server"
        description_ja = "複数のサービスの鍵ファイルを読み取り外部へ送信するスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1552/001/"
        date = "2026-11-24"
        false_positives = "Backup and migration scripts"
    strings:
        $ssh = /\.ssh['"]?[\/\\,\s'"]{1,6}id_(rsa|ed25519|ecdsa|dsa)\b/
        $aws = /\.aws['"]?[\/\\,\s'"]{1,6}credentials\b/
        $npm = /['"\/\\]\.npmrc\b/
        $git = /\.git-credentials\b/
        $kube = /\.kube['"]?[\/\\,\s'"]{1,6}config\b/
        $docker = /\.docker['"]?[\/\\,\s'"]{1,6}config\.json\b/
        $pypi = /['"\/\\]\.pypirc\b/
        $gcp = "application_defaul\x74_credentials.json"
        $send_1 = "request\x73.post("
        $send_2 = "urlo\x70en("
        $send_3 = "https.r\x65quest("
        $send_4 = "http.r\x65quest("
        $send_5 = "fetch\x28'http"
        $send_6 = "fetch(\"\x68ttp"
        $send_7 = "fetch\x28`http"
        $send_8 = "axios\x2epost("
        $send_9 = "cur\x6c -F"
        $send_10 = "cur\x6c -d"
        $send_11 = "cur\x6c -T"
        $send_12 = "curl \x2d-data"
        $send_13 = "curl -\x2dupload"
        $send_14 = "curl \x2ds -F"
        $send_15 = "curl \x2ds -d"
        $send_16 = "curl -\x58 POST"
        $send_17 = "curl -\x73X POST"
        $send_18 = "-Metho\x64 Post"
        $send_19 = "api.telegr\x61m.org/bot"
        $send_20 = "discord.com/\x61pi/webhooks"
        $send_21 = "discordapp.co\x6d/api/webhooks"
    condition:
        filesize < 256KB and 3 of ($ssh, $aws, $npm, $git, $kube, $docker, $pypi, $gcp) and any of ($send_*)
}

rule key_file_uploaded
{
    meta:
        id = "RG-CRE-0007"
        description = "Command that uploads a file of keys or passwords"
        description_ja = "鍵又はパスワードのファイルを送信するコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1048/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\bcurl\s[^\n]{0,160}(-F|-d|-T|--data|--data-binary|--upload-file|--form)[ =]?["']?[^\n ]{0,40}(\/etc\/shadow|\.ssh\/id_(rsa|ed25519|ecdsa)|\.aws\/credentials|\.kube\/config|\.git-credentials|\.npmrc|\.pypirc|wallet\.dat|\.bash_history)/
        $b = /\bcat\s[^\n|]{0,60}(\/etc\/shadow|\.ssh\/id_(rsa|ed25519|ecdsa)|\.aws\/credentials|\.git-credentials|\.npmrc|\.pypirc)[^\n|]{0,40}\|\s*(base64[^\n|]{0,20}\|\s*)?(curl|nc|ncat|wget)\s/
    condition:
        any of them
}

rule machine_role_keys_sent_away
{
    meta:
        id = "RG-CRE-0008"
        description = "Command that fetches the keys of a cloud machine and passes them on"
        description_ja = "クラウド上の機器の鍵を取得し転送するコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1552/005/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /169\.254\.169\.254\/latest\/meta-data\/iam\/security-credentials[^\n]{0,160}\|[^\n]{0,80}\b(curl|nc|ncat|wget)\s/
        $b = /\bcurl\s[^\n]{0,200}(-d|--data|--data-binary|-F)\s?["']?[^\n]{0,20}(\$\(|`)[^\n]{0,60}169\.254\.169\.254\/latest\/meta-data/
    condition:
        any of them
}

rule keys_packed_and_sent
{
    meta:
        id = "RG-CRE-0017"
        description = "Command that sends a folder of keys over the network"
        description_ja = "鍵のフォルダをネットワークに送信するコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1552/004/"
        date = "2026-11-26"
        false_positives = "None known"
    strings:
        $a = /(~|\$HOME|\$\{HOME\}|\/root|\/home\/\w{1,32})\/\.(ssh|aws|gnupg|kube|docker|config\/gcloud)\b[^\n]{0,120}\|\s{0,4}(curl|wget|nc|ncat|socat)\b/
        $b = /\b(curl|wget)\b[^\n]{0,120}(@|--post-file[= ])\s{0,2}["\x27]?(~|\$HOME|\$\{HOME\}|\/root|\/home\/\w{1,32})\/\.(ssh|aws|gnupg|kube|docker|config\/gcloud)\//
    condition:
        any of them
}
