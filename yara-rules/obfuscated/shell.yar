// obfuscated/shell.yar: see ../README.md for the metadata of each rule.

rule shell_evaluates_decoded_text
{
    meta:
        id = "RG-OBF-0030"
        description = "Shell that evaluates a text after decoding it"
        description_ja = "符号化された文字列を復元して評価するシェル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1140/"
        date = "2026-11-24"
        false_positives = "Self-extracting installers"
    strings:
        $a = /\beval\s+["']?(\$\(|`)\s*(echo|printf)\s+(-n\s+|%s\s+)?["']?[A-Za-z0-9+\/=]{32,8000}["']?\s*\|\s*(base64\s+(-d|-D|--decode)|xxd\s+-r|rev)/
        $b = /\beval\s+["']?(\$\(|`)\s*base64\s+(-d|-D|--decode)\s*<<</
    condition:
        any of them
}

rule shell_runs_escaped_bytes
{
    meta:
        id = "RG-OBF-0031"
        description = "Shell command in hexadecimal or octal escapes that goes to a shell"
        description_ja = "16 進・8 進表記からシェルに渡されるコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\b(printf|echo\s+-n?en?)\s+["']?(\\\\?x[0-9a-f]{2}|\\\\?0?[0-7]{3}){10,4000}["']?\s*\|\s*(sudo\s+)?(\/bin\/)?(ba|z|da)?sh\b/ nocase
    condition:
        $a
}

rule shell_runs_reversed_text
{
    meta:
        id = "RG-OBF-0032"
        description = "Shell that runs a text after reversing it"
        description_ja = "逆順にした文字列を実行するシェル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\| ?rev ?\| ?(base64\s+(-d|-D|--decode)\s*\|\s*)?(\/bin\/)?(ba|z|da)?sh\b/
    condition:
        $a
}

rule shell_runs_decoded_archive
{
    meta:
        id = "RG-OBF-0033"
        description = "Shell that runs a text after decoding and unpacking it"
        description_ja = "符号化・圧縮された文字列を展開して実行するシェル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1140/"
        date = "2026-11-24"
        false_positives = "Self-extracting installers"
    strings:
        $a = /\bbase64\s+(-d|-D|--decode)\s*\|\s*(gunzip|zcat|gzip\s+-\w{0,3}d\w{0,2}|xz\s+-\w{0,3}d\w{0,2}|unxz|bunzip2|bzip2\s+-\w{0,3}d\w{0,2}|openssl\s+\w[^|\n]{0,100})\s*(-c\s*)?\|\s*(sudo\s+)?(\/bin\/)?(ba|z|da)?sh\b/
    condition:
        $a
}

rule shell_words_split_by_ifs
{
    meta:
        id = "RG-OBF-0034"
        description = "Shell command whose blanks are written as ${IFS}"
        description_ja = "空白を ${IFS} で置き換えたシェルコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "Teaching material on command injection"
    strings:
        $a = /\b(curl|wget|bash|base64|chmod|netcat|python[23]?|perl)\$(\{IFS\}|IFS\$[0-9])/
    condition:
        $a
}

rule shell_words_taken_apart
{
    meta:
        id = "RG-OBF-0050"
        description = "Shell command whose words are taken apart by empty quotes"
        description_ja = "空の引用符で語を分割したシェルコマンド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-26"
        false_positives = "None known"
    strings:
        $a = /\|\s{0,4}[a-z](\x27\x27|\x22\x22)[a-z]((\x27\x27|\x22\x22)[a-z]){1,5}\b/
        $b = /\b(c\x27\x27u\x27\x27r\x27\x27l|w\x27\x27g\x27\x27e\x27\x27t|b\x27\x27a\x27\x27s\x27\x27h|c\x22\x22u\x22\x22r\x22\x22l|w\x22\x22g\x22\x22e\x22\x22t|b\x22\x22a\x22\x22s\x22\x22h)\b/
    condition:
        any of them
}
