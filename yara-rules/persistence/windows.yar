// persistence/windows.yar: see ../README.md for the metadata of each rule.

rule run_key_starts_script
{
    meta:
        id = "RG-PER-0010"
        description = "Script that lets Windows start a script interpreter or a file of the user profile at log-on"
        description_ja = "ログオン時にスクリプト処理系等を起動させるスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1547/001/"
        date = "2026-11-24"
        false_positives = "Installers of small tools"
    strings:
        $a = /\breg(\.exe)?["']?\s{1,4}add\s{1,4}["']?HK[A-Z_]{2,20}\\Software\\Microsoft\\Windows\\CurrentVersion\\Run(Once)?["']?\s[^\r\n]{0,240}(powershell|wscript|mshta|cscript|rundll32|regsvr32|%temp%|%appdata%|%public%|\.(vbs|js|bat|hta|ps1)\b)/ nocase ascii wide
        $b = /\.RegWrite\s{0,3}\(?\s{0,3}["']HK[A-Z_]{2,20}\\{1,2}Software\\{1,2}Microsoft\\{1,2}Windows\\{1,2}CurrentVersion\\{1,2}Run/ nocase ascii wide
        $c = /\b(New|Set)-ItemProperty\s[^\r\n]{0,120}CurrentVersion\\Run(Once)?\b[^\r\n]{0,240}(powershell|wscript|mshta|rundll32|\$env:(temp|appdata|public)|\.(vbs|js|bat|hta|ps1)\b)/ nocase ascii wide
    condition:
        filesize < 4MB and any of them
}

rule scheduled_task_starts_script
{
    meta:
        id = "RG-PER-0011"
        description = "Command that schedules a hidden script or a file of a temporary folder"
        description_ja = "隠しスクリプト又は一時フォルダのファイルを定期実行させるコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1053/005/"
        date = "2026-11-24"
        false_positives = "Set-up scripts"
    strings:
        $a = /\bschtasks(\.exe)?["']?\s[^\r\n]{0,60}\/create\b[^\r\n]{0,240}\/tr\s{1,4}[^\r\n]{0,60}(powershell[^\r\n]{0,80}(hidden|-e(nc|p)|-w\s)|wscript|mshta|cscript|rundll32|regsvr32|%temp%|%appdata%|%public%|\\temp\\|\\users\\public\\)/ nocase ascii wide
    condition:
        filesize < 4MB and $a
}

rule wmi_event_starts_program
{
    meta:
        id = "RG-PER-0012"
        description = "Script that ties a program to an event of Windows"
        description_ja = "Windows のイベントにプログラムの起動を結び付けるスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1546/003/"
        date = "2026-11-24"
        false_positives = "Management software"
    strings:
        $a = "__Even\x74Filter" nocase ascii wide
        $b_1 = "CommandLineEventConsumer" nocase ascii wide
        $b_2 = "ActiveScriptEventConsumer" nocase ascii wide
        $c = "__FilterToCo\x6esumerBinding" nocase ascii wide
        $d_1 = "Set-WmiInstance" nocase ascii wide
        $d_2 = "New-CimInstance" nocase ascii wide
        $d_3 = "Register-WmiEvent" nocase ascii wide
        $d_4 = ".Put_" nocase ascii wide
        $d_5 = ".Put(" nocase ascii wide
        $d_6 = "SpawnInstance_" nocase ascii wide
        $d_7 = "CreateInstance(" nocase ascii wide
    condition:
        filesize < 1MB and uint16be(0) != 0x4d5a and $a and any of ($b_*) and $c and any of ($d_*)
}

rule script_put_into_startup_folder
{
    meta:
        id = "RG-PER-0013"
        description = "Script that puts a script into the folder of programs started at log-on"
        description_ja = "ログオン時起動フォルダにスクリプトを置くスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1547/001/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\b(copy|xcopy|move|SaveToFile|CopyFile|Copy-Item|Move-Item|Out-File|Set-Content|DownloadFile|-OutFile|shutil\.copy\w{0,4}|WriteAllText)\b[^\r\n]{0,240}\\Start Menu\\Programs\\Startup\\?[^\r\n]{0,80}\.(vbs|vbe|js|jse|bat|cmd|hta|ps1|wsf)\b/ nocase ascii wide
        $b = /\b(shell:startup|SpecialFolders\s{0,2}\(\s{0,2}["']Startup["']\s{0,2}\)|GetFolderPath\s{0,2}\(\s{0,2}["']?\[?Startup)[^\r\n]{0,120}\.(vbs|vbe|js|jse|bat|cmd|hta|ps1|wsf)\b/ nocase ascii wide
    condition:
        filesize < 4MB and any of them
}

rule logon_helper_replaced
{
    meta:
        id = "RG-PER-0014"
        description = "Command that ties a debugger to a helper program of the log-on screen"
        description_ja = "ログオン画面の補助プログラムにデバッガを結び付けるコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1546/008/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $a = /Image File Execution Options\\{1,2}(sethc|utilman|osk|magnify|narrator|displayswitch|atbroker)\.exe["']?[^\r\n]{0,120}\bDebugger\b/ nocase ascii wide
    condition:
        $a
}

rule settings_put_code_into_programs
{
    meta:
        id = "RG-PER-0016"
        description = "Settings of .NET that load a library into a program before it runs"
        description_ja = "プログラムの実行前にライブラリを読み込ませる .NET の設定"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1574/014/"
        date = "2026-11-26"
        false_positives = "Settings of hosting programs that bring such a library themselves"
    strings:
        $a = /<\s{0,8}appDomainManager(Assembly|Type)\s/ ascii wide
    condition:
        filesize < 1MB and $a
}
