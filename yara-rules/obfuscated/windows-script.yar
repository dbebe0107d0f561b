// obfuscated/windows-script.yar: see ../README.md for the metadata of each rule.

rule vbscript_runs_character_chain
{
    meta:
        id = "RG-OBF-0010"
        description = "VBScript that runs a text put together from character codes"
        description_ja = "文字コードから組み立てた文字列を実行する VBScript"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/005/"
        date = "2026-11-24"
        false_positives = "Commercial script protectors"
    strings:
        $a = /\b(Execute|ExecuteGlobal|Eval)\s{0,3}\(?\s{0,3}(Chr[WB]?\s{0,2}\(\s{0,2}[0-9A-F&H]{1,6}\s{0,2}\)\s{0,2}&\s{0,2}){6}/ nocase ascii wide
    condition:
        $a
}

rule vbscript_decodes_in_loop_and_runs
{
    meta:
        id = "RG-OBF-0011"
        description = "VBScript that decodes a text character by character and runs it"
        description_ja = "一文字ずつ復元した文字列を実行する VBScript"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/005/"
        date = "2026-11-24"
        false_positives = "Commercial script protectors"
    strings:
        $loop = /=\s{0,3}\w{1,40}\s{0,3}&\s{0,3}Chr[WB]?\s{0,2}\([^\n]{1,60}(-|\+|\*|\/|\bxor\b)[^\n]{1,40}\)/ nocase ascii wide
        $run = /\b(Execute|ExecuteGlobal)\s{0,3}\(?\s{0,3}\w{1,40}\s{0,3}\)?\s{0,3}[\r\n:]/ nocase ascii wide
        $next = /\bNext\b/ nocase ascii wide
    condition:
        filesize < 4MB and all of them
}

rule windows_script_encoded
{
    meta:
        id = "RG-OBF-0012"
        description = "Windows script in encoded form (VBE, JSE)"
        description_ja = "符号化形式（VBE、JSE）の Windows スクリプト"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/013/"
        date = "2026-11-24"
        false_positives = "Old administration scripts"
    strings:
        $head = /#@~\^[A-Za-z0-9+\/]{6}==/ ascii wide
        $tail = /[A-Za-z0-9+\/]{6}==\^#~@/ ascii wide
    condition:
        $head and $tail
}

rule jscript_runs_character_codes
{
    meta:
        id = "RG-OBF-0013"
        description = "Windows JScript put together from character codes"
        description_ja = "文字コードから組み立てた Windows の JScript"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/007/"
        date = "2026-11-24"
        false_positives = "Commercial script protectors"
    strings:
        $codes = /fromCharCode\s{0,2}\(\s{0,2}((0x)?[0-9a-f]{1,3}\s{0,2}[,^\-]\s{0,2}){12}/ nocase ascii wide
        $run = /\beval\s{0,2}\(/ ascii wide
        $host = /\b(ActiveXObject|WScript\s{0,2}\.|this\[["']Act)/ ascii wide
    condition:
        filesize < 4MB and all of them
}
