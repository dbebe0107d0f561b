// credential-theft/windows.yar: see ../README.md for the metadata of each rule.

rule process_memory_of_logon_dumped
{
    meta:
        id = "RG-CRE-0010"
        description = "Command that writes out the memory of the Windows logon process"
        description_ja = "Windows の認証プロセスのメモリを書き出すコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1003/001/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $a = /\bcomsvcs(\.dll)?["']?[ ,]{1,3}["']?(#\+?24|MiniDump)\b/ nocase ascii wide
        $b = /\bprocdump(64)?(\.exe)?["']?\s[^\r\n]{0,60}lsass/ nocase ascii wide
        $c = /MiniDumpWriteDum[p][^\r\n]{0,200}lsass/ nocase ascii wide
    condition:
        filesize < 16MB and any of them
}

rule account_database_saved
{
    meta:
        id = "RG-CRE-0011"
        description = "Command that saves the Windows account database"
        description_ja = "Windows のアカウント情報を保存するコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1003/002/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $a = /\breg(\.exe)?["']?\s{1,4}save\s{1,4}["']?(HKLM|HKEY_LOCAL_MACHINE)\\(sam|security)\b/ nocase ascii wide
        $b = /\bntdsutil(\.exe)?["']?\s[^\r\n]{0,80}\bifm\b[^\r\n]{0,40}create/ nocase ascii wide
    condition:
        any of them
}

rule credential_tool_commands
{
    meta:
        id = "RG-CRE-0012"
        description = "Commands of a tool that takes Windows credentials out of memory"
        description_ja = "Windows の認証情報をメモリから取り出すツールのコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1003/"
        date = "2026-11-24"
        false_positives = "Security products and their tests"
    strings:
        $a = /\bsekurlsa::\w{3,20}/ nocase ascii wide
        $b = /\blsadump::\w{2,20}/ nocase ascii wide
        $c = /\bkerberos::(golden|ptt|list)\b/ nocase ascii wide
        $d = /\bprivilege::debug\b/ nocase ascii wide
        $e = /\bcrypto::(capi|cng|certificates)\b/ nocase ascii wide
        $f = "Invoke-Mimi" nocase ascii wide
    condition:
        2 of them
}

rule keystrokes_recorded_and_sent
{
    meta:
        id = "RG-CRE-0013"
        description = "Script that records keystrokes and sends them away"
        description_ja = "キー入力を記録し外部へ送信するスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1056/001/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $hook_1 = "from pynp\x75t import" ascii wide
        $hook_2 = "from pynput.k\x65yboard import" ascii wide
        $hook_3 = "keyboard.\x6fn_press(" ascii wide
        $hook_4 = "keyboard.o\x6e_release(" ascii wide
        $hook_5 = "GetAsync\x4beyState" ascii wide
        $hook_6 = "SetWindo\x77sHookEx" ascii wide
        $send_1 = "smtplib.SMTP" nocase ascii wide
        $send_2 = "Send-MailMessage" nocase ascii wide
        $send_3 = "Net.Mail.SmtpClient" nocase ascii wide
        $send_4 = "api.telegram.org/bot" nocase ascii wide
        $send_5 = "discord.com/api/webhooks" nocase ascii wide
        $send_6 = "discordapp.com/api/webhooks" nocase ascii wide
        $send_7 = "ftplib.FTP" nocase ascii wide
        $send_8 = "FtpWebRequest" nocase ascii wide
        $keep_1 = "key.char" ascii wide
        $keep_2 = "Key.space" ascii wide
        $keep_3 = "Key.enter" ascii wide
        $keep_4 = "AppendAllText" ascii wide
        $keep_5 = "Add-Content" ascii wide
        $keep_6 = "keylog" ascii wide
        $keep_7 = "log +=" ascii wide
        $keep_8 = "buffer +=" ascii wide
    condition:
        filesize < 256KB and uint16be(0) != 0x4d5a and any of ($hook_*) and any of ($send_*) and any of ($keep_*)
}

rule clipboard_addresses_replaced
{
    meta:
        id = "RG-CRE-0014"
        description = "Script that replaces cryptocurrency addresses on the clipboard"
        description_ja = "クリップボード内の暗号資産の宛先を差し替えるスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1565/002/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $pattern = /\[13\](\{1\})?\[a-km-zA-HJ-NP-Z[01]-9\]\{2\d,3\d\}/ ascii wide
        $pattern2 = /0x\[a-fA-F0-9\]\{40\}/ ascii wide
        $set_1 = "pyperclip.copy" ascii wide
        $set_2 = "Set-Clipboard" ascii wide
        $set_3 = "SetClipboardData" ascii wide
        $set_4 = "clipboard.write" ascii wide
        $set_5 = "Clipboard]::SetText" ascii wide
        $get_1 = "pyperclip.paste" ascii wide
        $get_2 = "Get-Clipboard" ascii wide
        $get_3 = "GetClipboardData" ascii wide
        $get_4 = "clipboard.read" ascii wide
        $get_5 = "Clipboard]::GetText" ascii wide
    condition:
        filesize < 1MB and any of ($pattern, $pattern2) and any of ($set_*) and any of ($get_*)
}
