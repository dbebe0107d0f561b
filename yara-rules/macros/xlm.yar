// macros/xlm.yar: see ../README.md for the metadata of each rule.

rule sheet_macro_starts_program
{
    meta:
        id = "RG-MAC-0007"
        description = "Excel 4.0 macro that starts a program or calls a system library"
        description_ja = "プログラムを起動し又はシステムライブラリを呼び出す Excel 4.0 マクロ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/005/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $exec = /=\s{0,3}EXEC\s{0,3}\(\s{0,3}"[^"\r\n]{0,240}(cmd|powershell|mshta|regsvr32|rundll32|wmic|explorer|msiexec)/ nocase ascii wide
        $call = /\b(CALL|REGISTER)\s{0,3}\(\s{0,3}"(urlmon|kernel32|shell32|wininet)(\.dll)?"\s{0,3},/ nocase ascii wide
    condition:
        filesize < 16MB and any of them
}

rule sheet_macro_put_together_from_characters
{
    meta:
        id = "RG-MAC-0008"
        description = "Excel 4.0 macro put together from character codes"
        description_ja = "文字コードから組み立てた Excel 4.0 マクロ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $chain = /\bCHAR\s{0,2}\(\s{0,2}[0-9]{2,3}\s{0,2}\)\s{0,2}&\s{0,2}CHAR\s{0,2}\(\s{0,2}[0-9]{2,3}\s{0,2}\)\s{0,2}&\s{0,2}CHAR\s{0,2}\(\s{0,2}[0-9]{2,3}\s{0,2}\)\s{0,2}&\s{0,2}CHAR/ nocase ascii wide
        $macro_1 = "Auto_Open" nocase ascii wide
        $macro_2 = "=HALT()" nocase ascii wide
        $macro_3 = "GET.WORKSPACE(" nocase ascii wide
        $macro_4 = "FORMULA.FILL(" nocase ascii wide
        $macro_5 = "=FORMULA(" nocase ascii wide
        $macro_6 = "Excel 4.0" nocase ascii wide
    condition:
        filesize < 16MB and $chain and any of ($macro_*)
}
