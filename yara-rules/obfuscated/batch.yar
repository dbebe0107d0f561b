// obfuscated/batch.yar: see ../README.md for the metadata of each rule.

rule batch_cut_from_variables
{
    meta:
        id = "RG-OBF-0020"
        description = "Batch file put together from single characters of variables"
        description_ja = "変数から一文字ずつ切り出して組み立てたバッチファイル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "Commercial script protectors"
    strings:
        $a = /:~-?[0-9]{1,3},1%%[^%\s:]{1,40}:~-?[0-9]{1,3},1%%[^%\s:]{1,40}:~-?[0-9]{1,3},1%/
    condition:
        filesize < 8MB and #a > 2
}

rule batch_carets_in_command
{
    meta:
        id = "RG-OBF-0021"
        description = "Command whose name is broken by carets"
        description_ja = "キャレットで名前を分断したコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\b(p\^o\^?w\^?e\^?r|p\^?o\^w\^e|po\^we|pow\^er\^|c\^m\^d|w\^s\^c\^?r|ws\^cr|m\^s\^h\^?t|ms\^ht|c\^e\^?r\^t|ce\^rt\^?u|r\^e\^g|b\^i\^t\^s|r\^u\^n\^d)[\^a-z0-9]{0,24}/ nocase ascii wide
    condition:
        filesize < 8MB and $a
}

rule batch_behind_false_byte_order_mark
{
    meta:
        id = "RG-OBF-0022"
        description = "Batch file that passes as UTF-16 text by a false byte order mark"
        description_ja = "偽のバイト順マークで UTF-16 テキストを装うバッチファイル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1036/"
        date = "2026-11-24"
        false_positives = "None known: the bytes are no sensible UTF-16 text"
    condition:
        (uint32be(0) == 0xfffe2663 and uint32be(4) == 0x6c730d0a) or (uint32be(0) == 0xfffe0d0a and uint32be(4) == 0x40656368)
}

rule batch_fed_to_hidden_powershell
{
    meta:
        id = "RG-OBF-0023"
        description = "Batch file that lets PowerShell decode and run the lines of the file itself"
        description_ja = "自身の行を PowerShell に復元・実行させるバッチファイル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/003/"
        date = "2026-11-24"
        false_positives = "Commercial script protectors"
    strings:
        $self = /(ReadAllText|ReadAllLines|Get-Content|ReadLines)\s{0,3}\(?\s{0,3}['"\\]{0,2}(%~f0|%~0|\$env:\w{1,30})/ nocase ascii wide
        $decode = /FromBase64String/ nocase ascii wide
        $run_1 = "iex " nocase ascii wide
        $run_2 = "iex(" nocase ascii wide
        $run_3 = "|iex" nocase ascii wide
        $run_4 = "invoke-expression" nocase ascii wide
        $run_5 = "]::Load(" nocase ascii wide
    condition:
        filesize < 16MB and $self and $decode and any of ($run_*)
}

rule batch_command_put_together
{
    meta:
        id = "RG-OBF-0049"
        description = "Batch file that puts the name of a system tool together from pieces"
        description_ja = "システムツールの名称を断片から組み立てるバッチファイル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-26"
        false_positives = "None known"
    strings:
        $pieces = /\bset\s{1,3}"?\w{1,12}=(pow|powe|power|powers|powersh|powershe|certu|certut|mshta\.|bitsa)"?\s{0,2}(&{1,2}|\r?\n)\s{0,2}@?set\s/ nocase
        $letters = /%(comspec|public|pathext|windir|systemroot|programfiles|appdata):~-?[0-9]{1,2},[0-9]{1,2}%[a-z]{0,12}\s{0,2}\/c\s/ nocase
    condition:
        any of them
}
