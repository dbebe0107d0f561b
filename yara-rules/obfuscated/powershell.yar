// obfuscated/powershell.yar: see ../README.md for the metadata of each rule.

rule powershell_split_keywords
{
    meta:
        id = "RG-OBF-0001"
        description = "PowerShell with names broken by backticks"
        description_ja = "逆引用符で名前を分断した PowerShell"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "Commercial script protectors"
    strings:
        $a = /(i\x60e\x60x|in\x60vo|inv\x60o|invo\x60k|invok\x60e|dow\x60n|do\x60wn|down\x60l|downl\x60o|downlo\x60a|ne\x60w-|n\x60ew-|n\x60e\x60w|new\x60-o|sta\x60rt|st\x60art|star\x60t-|fro\x60m|con\x60ve|co\x60nv|re\x60fl|ref\x60le|e\x60xpr|ex\x60pr|exp\x60re)/ nocase
    condition:
        filesize < 4MB and #a > 3
}

rule powershell_reordered_format
{
    meta:
        id = "RG-OBF-0002"
        description = "PowerShell that puts names together from reordered pieces"
        description_ja = "並べ替えた断片から名前を組み立てる PowerShell"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "Commercial script protectors"
    strings:
        $a = /\{[1-9][0-9]?\}\{0\}[\{\}0-9]{0,80}["']\s{0,3}-f\s{0,3}["']/ nocase ascii wide
    condition:
        filesize < 4MB and #a > 2
}

rule powershell_characters_joined
{
    meta:
        id = "RG-OBF-0003"
        description = "PowerShell that runs a text put together from character codes"
        description_ja = "文字コードから組み立てた文字列を実行する PowerShell"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "Commercial script protectors"
    strings:
        $a = /\[char\]\s{0,2}\(?(0x)?[0-9a-f]{2,3}\)?\s{0,2}(\+\s{0,2}\[char\]\s{0,2}\(?(0x)?[0-9a-f]{2,3}\)?\s{0,2}){7}/ nocase ascii wide
        $b = /\[char\[\]\]\s{0,2}\(?\s{0,2}([0-9]{2,3}\s{0,2},\s{0,2}){15}/ nocase ascii wide
        $run_1 = "iex " nocase ascii wide
        $run_2 = "iex(" nocase ascii wide
        $run_3 = "|iex" nocase ascii wide
        $run_4 = "invoke-expression" nocase ascii wide
        $run_5 = "invoke-command" nocase ascii wide
        $run_6 = "scriptblock]::create" nocase ascii wide
    condition:
        filesize < 4MB and ($a or $b) and any of ($run_*)
}

rule powershell_unpacks_and_runs
{
    meta:
        id = "RG-OBF-0004"
        description = "PowerShell that unpacks a compressed text and runs it"
        description_ja = "圧縮された文字列を展開して実行する PowerShell"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1140/"
        date = "2026-11-24"
        false_positives = "Commercial script protectors; self-contained installers"
    strings:
        $text = /FromBase64String\s{0,3}\(\s{0,3}\(?["'][A-Za-z0-9+\/=]{120}/ nocase ascii wide
        $unpack = /IO\.Compression\.(Gzip|Deflate)Stream/ nocase ascii wide
        $run_1 = "iex " nocase ascii wide
        $run_2 = "iex(" nocase ascii wide
        $run_3 = "|iex" nocase ascii wide
        $run_4 = "invoke-expression" nocase ascii wide
        $run_5 = "invoke-command" nocase ascii wide
        $run_6 = "scriptblock]::create" nocase ascii wide
    condition:
        filesize < 16MB and $text and $unpack and any of ($run_*)
}

rule powershell_loads_hidden_assembly
{
    meta:
        id = "RG-OBF-0005"
        description = "PowerShell that loads a program out of an encoded text"
        description_ja = "符号化された文字列からプログラムを読み込む PowerShell"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1620/"
        date = "2026-11-24"
        false_positives = "Administration scripts that carry a helper library"
    strings:
        $direct = /Reflection\.Assembly\]?\s{0,3}::\s{0,3}Load\s{0,3}\(\s{0,3}\[(System\.)?Convert\]\s{0,3}::\s{0,3}FromBase64String/ nocase ascii wide
        $load = /Reflection\.Assembly\]?\s{0,3}::\s{0,3}Load\s{0,3}\(\s{0,3}\$/ nocase ascii wide
        $decode = /FromBase64String\s{0,3}\(/ nocase ascii wide
        $enter = /\.EntryPoint\b|\.GetMethod\s{0,3}\([^\n]{1,80}\)\s{0,3}\.\s{0,3}Invoke\s{0,3}\(/ nocase ascii wide
    condition:
        filesize < 16MB and ($direct or ($load and $decode)) and $enter
}

rule powershell_switches_off_script_scan
{
    meta:
        id = "RG-OBF-0006"
        description = "PowerShell that switches off the scan of scripts"
        description_ja = "スクリプト検査を無効化する PowerShell"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1562/001/"
        date = "2026-11-24"
        false_positives = "Tests of security products"
    strings:
        $field_1 = "amsiInitFailed" nocase ascii wide
        $field_2 = "amsiContext" nocase ascii wide
        $field_3 = "amsiSession" nocase ascii wide
        $set = /\.SetValue\s{0,3}\(\s{0,3}\$null\s{0,3},/ nocase ascii wide
        $split = /A["']\s{0,3}\+\s{0,3}["']msi(["']\s{0,3}\+\s{0,3}["'])?(Utils|Scan|Init)/ nocase ascii wide
        $patch = /GetProcAddress\s{0,3}\([^\n]{1,80}Amsi["']?\s{0,3}\+?\s{0,3}["']?ScanBuffer/ nocase ascii wide
    condition:
        filesize < 4MB and ((any of ($field_*) and $set) or $split or $patch)
}

rule powershell_runs_machine_code
{
    meta:
        id = "RG-OBF-0007"
        description = "PowerShell that puts machine code into memory and runs it"
        description_ja = "機械語をメモリに書き込み実行する PowerShell"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1055/"
        date = "2026-11-24"
        false_positives = "Tests of security products"
    strings:
        $alloc = /\bVirtualAlloc(Ex)?\b/ ascii wide
        $run_1 = "Create\x54hread" ascii wide
        $run_2 = "CreateRem\x6fteThread" ascii wide
        $run_3 = "GetDelegateFor\x46unctionPointer" ascii wide
        $run_4 = "QueueU\x73erAPC" ascii wide
        $copy = /InteropServices\.Marshal\]?\s{0,3}::\s{0,3}Copy\s{0,3}\(/ nocase ascii wide
        $bytes = /\[Byte\[\]\]/ nocase ascii wide
    condition:
        filesize < 16MB and uint16be(0) != 0x4d5a and $alloc and any of ($run_*) and $copy and $bytes
}

rule powershell_words_taken_apart
{
    meta:
        id = "RG-OBF-0047"
        description = "PowerShell whose words are taken apart so that nobody recognises them"
        description_ja = "語を分割して判読できなくした PowerShell"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-26"
        false_positives = "None known"
    strings:
        $name_1 = "\x27i\x27+\x27ex\x27" nocase ascii wide
        $name_2 = "\x22i\x22+\x22ex\x22" nocase ascii wide
        $name_3 = "\x27ie\x27+\x27x\x27" nocase ascii wide
        $name_4 = "\x22ie\x22+\x22x\x22" nocase ascii wide
        $joined_2 = /["\x27](down|net\.web|new-|new-ob|frombase64|frombase)["\x27]\s{0,2}\+\s{0,2}["\x27](loadstring|loadfile|loaddata|client|object|ject|string|64string)["\x27]/ nocase ascii wide
        $format = /[&.]\s{0,2}\(\s{0,2}["\x27](\{[0-9]\}){2,8}["\x27]\s{0,2}-f\s{0,2}["\x27]/ nocase ascii wide
        $letters_1 = /\$env:comspec\s{0,2}\[\s{0,2}4\s{0,2},/ nocase ascii wide
        $letters_2 = /\$(shellid|pshome)\s{0,2}\[\s{0,2}[0-9]{1,2}\s{0,2}\]\s{0,2}\+\s{0,2}\$(shellid|pshome)\s{0,2}\[/ nocase ascii wide
        $letters_3 = /verbosepreference(\.tostring\(\))?\s{0,2}\)?\s{0,2}\[\s{0,2}1\s{0,2},\s{0,2}3/ nocase ascii wide
        $tick_1 = /[\r\n\t |;(){}=&.](i\x60ex|ie\x60x|i\x60e\x60x)[\r\n\t |;(){}$"\x27]/ nocase ascii wide
        $tick_start = /^(i\x60ex|ie\x60x|i\x60e\x60x)[\t |($"\x27]/ nocase ascii wide
        $tick_2 = /(n\x60ew-o|ne\x60w-o|new\x60-o|new-\x60o|new-o\x60b|new-ob\x60j|new-obj\x60e|w\x60ebcl|we\x60bcl|web\x60cl|webc\x60l|do\x60wnlo|down\x60lo|downl\x60oa|downlo\x60ad|downloa\x60d|downloads\x60t)/ nocase ascii wide
        $backwards = /-join\s{0,2}\(?\s{0,2}\(?\s{0,2}["\x27][^"\x27\n]{8,400}["\x27]\s{0,2}\[\s{0,2}-1\s{0,2}\.\.\s{0,2}-/ nocase ascii wide
    condition:
        filesize < 32MB and any of them
}
