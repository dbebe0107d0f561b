// defence-evasion/windows.yar: see ../README.md for the metadata of each rule.

rule defender_switched_off
{
    meta:
        id = "RG-DEF-0001"
        description = "Command that switches off protection of Windows or excludes a whole drive from it"
        description_ja = "Windows の保護機能を無効化し、又はドライブ全体を検査対象から外すコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1562/001/"
        date = "2026-11-24"
        false_positives = "Set-up scripts of build machines"
    strings:
        $a = /\bSet-MpPreference\s[^\r\n]{0,120}-Disable(RealtimeMonitoring|IOAVProtection|BehaviorMonitoring|ScriptScanning)\s{1,4}(\$true|1)\b/ nocase ascii wide
        $b = /\b(Add|Set)-MpPreference\s[^\r\n]{0,60}-ExclusionPath\s{1,4}["'(@]{0,3}([a-z]:\\["'\s]|\$env:(temp|appdata|systemdrive|userprofile)|%(temp|appdata)%)/ nocase ascii wide
        $c = /Policies\\Microsoft\\Windows Defender["']?\s[^\r\n]{0,60}DisableAntiSpyware[^\r\n]{0,60}\b(1|0x1|00000001)\b/ nocase ascii wide
    condition:
        filesize < 4MB and any of them
}

rule event_logs_cleared
{
    meta:
        id = "RG-DEF-0002"
        description = "Commands that clear several event logs of Windows"
        description_ja = "Windows の複数のイベントログを消去するコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1070/001/"
        date = "2026-11-24"
        false_positives = "Clean-up scripts of machine images"
    strings:
        $a = /\bwevtutil(\.exe)?["']?\s{1,4}(cl|clear-log)\s{1,4}["']?(security|system|application|setup)/ nocase ascii wide
        $b = /\bClear-EventLog\s[^\r\n]{0,60}(security|system|application)/ nocase ascii wide
    condition:
        filesize < 4MB and (#a + #b) > 1
}
