// macros/vba.yar: see ../README.md for the metadata of each rule.

rule macro_starts_program_by_itself
{
    meta:
        id = "RG-MAC-0001"
        description = "Macro that starts a command or a download as soon as the document is opened"
        description_ja = "文書を開くとコマンドの実行又は取得を行うマクロ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1137/001/"
        date = "2026-11-24"
        false_positives = "Business templates that start helper programs"
    strings:
        $auto_1 = "Sub Au\x74oOpen" nocase ascii wide
        $auto_2 = "Sub Au\x74o_Open" nocase ascii wide
        $auto_3 = "Sub Au\x74oExec" nocase ascii wide
        $auto_4 = "Sub A\x75toNew" nocase ascii wide
        $auto_5 = "Sub Au\x74oClose" nocase ascii wide
        $auto_6 = "Sub Aut\x6f_Close" nocase ascii wide
        $auto_7 = "Sub Docu\x6dent_Open" nocase ascii wide
        $auto_8 = "Sub Docu\x6dentOpen" nocase ascii wide
        $auto_9 = "Sub Docum\x65nt_Close" nocase ascii wide
        $auto_10 = "Sub Docu\x6dent_New" nocase ascii wide
        $auto_11 = "Sub Work\x62ook_Open" nocase ascii wide
        $auto_12 = "Sub Work\x62ookOpen" nocase ascii wide
        $auto_13 = "Sub Workbo\x6fk_Activate" nocase ascii wide
        $auto_14 = "Sub Workbook\x5fBeforeClose" nocase ascii wide
        $auto_15 = "Function\x20AutoOpen" nocase ascii wide
        $auto_16 = "Function \x41uto_Open" nocase ascii wide
        $run = /(\bShell\s{0,3}\(|\bShell\s{1,3}["\w]|WScript\.Shell["\']|ShellExecute|Win32_Process\b|Shell\.Application)/ nocase ascii wide
        $what_1 = "URLDownloadToFile" nocase ascii wide
        $what_2 = "XMLHTTP" nocase ascii wide
        $what_3 = "WinHttpRequest" nocase ascii wide
        $what_4 = "powershell" nocase ascii wide
        $what_5 = "cmd /c" nocase ascii wide
        $what_6 = "cmd.exe /c" nocase ascii wide
        $what_7 = "cmd /k" nocase ascii wide
        $what_8 = "mshta" nocase ascii wide
        $what_9 = "rundll32" nocase ascii wide
        $what_10 = "regsvr32" nocase ascii wide
        $what_11 = "certutil" nocase ascii wide
        $what_12 = "bitsadmin" nocase ascii wide
        $what_13 = "wscript " nocase ascii wide
    condition:
        filesize < 16MB and any of ($auto_*) and $run and any of ($what_*)
}

rule macro_runs_machine_code
{
    meta:
        id = "RG-MAC-0002"
        description = "Macro that puts machine code into memory and runs it"
        description_ja = "機械語をメモリに書き込み実行するマクロ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1055/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $declare = /\bDeclare\s{1,3}(PtrSafe\s{1,3})?(Function|Sub)\s[^\r\n]{1,100}\bLib\s{1,3}"(kernel32|ntdll)/ nocase ascii wide
        $alloc_1 = "VirtualAlloc" ascii wide
        $alloc_2 = "HeapCreate" ascii wide
        $alloc_3 = "NtAllocateVirtualMemory" ascii wide
        $alloc_4 = "VirtualProtect" ascii wide
        $write_1 = "RtlMov\x65Memory" ascii wide
        $write_2 = "WriteProc\x65ssMemory" ascii wide
        $write_3 = "NtWriteVir\x74ualMemory" ascii wide
        $write_4 = "RtlFil\x6cMemory" ascii wide
        $run_1 = "CreateThread" ascii wide
        $run_2 = "CreateRemoteThread" ascii wide
        $run_3 = "EnumSystemLocales" ascii wide
        $run_4 = "EnumDateFormats" ascii wide
        $run_5 = "CallWindowProc" ascii wide
        $run_6 = "EnumWindows" ascii wide
        $run_7 = "QueueUserAPC" ascii wide
        $run_8 = "SetTimer" ascii wide
        $run_9 = "EnumTimeFormats" ascii wide
        $run_10 = "EnumUILanguages" ascii wide
    condition:
        filesize < 16MB and $declare and any of ($alloc_*) and any of ($write_*) and any of ($run_*)
}

rule macro_hides_object_name
{
    meta:
        id = "RG-MAC-0003"
        description = "Macro that hides the name of the object that it creates"
        description_ja = "生成するオブジェクトの名前を隠すマクロ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\b(CreateObject|GetObject)\s{0,3}\(\s{0,3}(StrReverse\s{0,3}\(|Chr[WB]?\$?\s{0,2}\(\s{0,2}\d{1,3}\s{0,2}\)\s{0,2}[&+]\s{0,2}Chr|Replace\s{0,3}\(\s{0,3}"[^"\r\n]{6,120}"\s{0,3},)/ nocase ascii wide
    condition:
        filesize < 16MB and $a
}

rule macro_copies_itself
{
    meta:
        id = "RG-MAC-0004"
        description = "Macro that writes its own code into other documents"
        description_ja = "自身のコードを他の文書に書き込むマクロ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1080/"
        date = "2026-11-24"
        false_positives = "Tools for macro developers"
    strings:
        $auto_1 = "Sub Au\x74oOpen" nocase ascii wide
        $auto_2 = "Sub Au\x74o_Open" nocase ascii wide
        $auto_3 = "Sub Au\x74oExec" nocase ascii wide
        $auto_4 = "Sub A\x75toNew" nocase ascii wide
        $auto_5 = "Sub Au\x74oClose" nocase ascii wide
        $auto_6 = "Sub Aut\x6f_Close" nocase ascii wide
        $auto_7 = "Sub Docu\x6dent_Open" nocase ascii wide
        $auto_8 = "Sub Docu\x6dentOpen" nocase ascii wide
        $auto_9 = "Sub Docum\x65nt_Close" nocase ascii wide
        $auto_10 = "Sub Docu\x6dent_New" nocase ascii wide
        $auto_11 = "Sub Work\x62ook_Open" nocase ascii wide
        $auto_12 = "Sub Work\x62ookOpen" nocase ascii wide
        $auto_13 = "Sub Workbo\x6fk_Activate" nocase ascii wide
        $auto_14 = "Sub Workbook\x5fBeforeClose" nocase ascii wide
        $auto_15 = "Function\x20AutoOpen" nocase ascii wide
        $auto_16 = "Function \x41uto_Open" nocase ascii wide
        $components = /\bVBProject\s{0,3}\.\s{0,3}VBComponents\b/ nocase ascii wide
        $write_1 = ".AddFromString" nocase ascii wide
        $write_2 = ".InsertLines" nocase ascii wide
        $write_3 = ".AddFromFile" nocase ascii wide
        $write_4 = ".Import " nocase ascii wide
        $other_1 = "NormalTemplate" ascii wide
        $other_2 = "ThisDocument" ascii wide
        $other_3 = "ActiveDocument" ascii wide
        $other_4 = "ActiveWorkbook" ascii wide
        $other_5 = "ThisWorkbook" ascii wide
    condition:
        filesize < 16MB and any of ($auto_*) and $components and any of ($write_*) and any of ($other_*)
}

rule macro_lowers_its_own_protection
{
    meta:
        id = "RG-MAC-0005"
        description = "Macro or script that lowers the macro protection of Office"
        description_ja = "Office のマクロ保護を緩めるマクロ又はスクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1562/001/"
        date = "2026-11-24"
        false_positives = "Set-up scripts of development machines"
    strings:
        $a = /\\Office\\{1,2}(1[0-9]\.0|["' &]{1,4}[\w.]{1,40}["' &]{1,4})\\{1,2}(Word|Excel|PowerPoint|Access)\\{1,2}Security\\{0,2}["']?[^\r\n]{0,80}(VBAWarnings|AccessVBOM)["']?[^\r\n]{0,60}\b(1|0x1|00000001)\b/ nocase ascii wide
    condition:
        filesize < 16MB and $a
}

rule libreoffice_macro_starts_shell
{
    meta:
        id = "RG-MAC-0006"
        description = "LibreOffice macro that starts a shell"
        description_ja = "シェルを起動する LibreOffice のマクロ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $module = /<script:module\b|\bcom\.sun\.star\b|<!DOCTYPE script:module/
        $run = /\bShell\s{0,3}\(\s{0,3}("|&quot;|')[^\r\n]{0,80}\b((ba|z|da)?sh\s+-c|cmd(\.exe)?\s+\/c|powershell|mshta|curl\s|wget\s)/ nocase
    condition:
        filesize < 4MB and all of them
}
