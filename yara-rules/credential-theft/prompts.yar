// credential-theft/prompts.yar: see ../README.md for the metadata of each rule.

rule false_password_prompt
{
    meta:
        id = "RG-CRE-0015"
        description = "Script that asks for the password of the user in a window of its own (macOS)"
        description_ja = "独自の入力画面で利用者のパスワードを求めるスクリプト（macOS）"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1056/002/"
        date = "2026-11-24"
        false_positives = "Installers that ask for an administrator in this way"
    strings:
        $ask = /display dialog[^\n]{0,400}\bhidden answer\b/ nocase
        $use_1 = "-authonly"
        $use_2 = "authonly "
        $use_3 = "security unlock-keychain"
        $use_4 = "security find-generic-password"
        $use_5 = "sudo -S"
        $use_6 = "login.keychain"
    condition:
        filesize < 1MB and $ask and any of ($use_*)
}

rule message_service_used_to_carry_files
{
    meta:
        id = "RG-CRE-0016"
        description = "Script that uploads files to a chat service through a bot or web hook"
        description_ja = "ボット又はウェブフックを用いてファイルをチャットに送信するスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1567/"
        date = "2026-11-24"
        false_positives = "Notification scripts that attach logs"
    strings:
        $telegram = /api\.telegram\.org\/bot[0-9]{8,11}:[A-Za-z0-9_-]{35}\/send(Document|Photo|MediaGroup)/ nocase ascii wide
        $discord = /discord(app)?\.com\/api\/(v[0-9]{1,2}\/)?webhooks\/[0-9]{17,20}\/[A-Za-z0-9_-]{60,70}/ nocase ascii wide
        $file_1 = "files={" nocase
        $file_2 = "files = {" nocase
        $file_3 = "files= {" nocase
        $file_4 = "-F file" nocase
        $file_5 = "-F document" nocase
        $file_6 = "-F \"document" nocase
        $file_7 = "-F \"file" nocase
        $file_8 = "multipart/form-data" nocase
        $file_9 = "FormData(" nocase
        $file_10 = "UploadFile(" nocase
        $local_1 = "os.environ" nocase
        $local_2 = "getlogin" nocase
        $local_3 = "getpass.getuser" nocase
        $local_4 = "gethostname" nocase
        $local_5 = "$env:username" nocase
        $local_6 = "$env:computername" nocase
        $local_7 = "%username%" nocase
        $local_8 = "%computername%" nocase
        $local_9 = "os.hostname" nocase
        $local_10 = "userInfo(" nocase
    condition:
        filesize < 16MB and any of ($telegram, $discord) and any of ($file_*) and any of ($local_*)
}
