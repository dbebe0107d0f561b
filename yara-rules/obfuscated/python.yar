// obfuscated/python.yar: see ../README.md for the metadata of each rule.

rule python_decodes_and_runs
{
    meta:
        id = "RG-OBF-0040"
        description = "Python that decodes a long text and runs it"
        description_ja = "長い符号化文字列を復元して実行する Python"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1140/"
        date = "2026-11-24"
        false_positives = "Code protectors"
    strings:
        $a = /\bexec\s*\(\s*(compile\s*\(\s*)?(__import__\(\s*["'](zlib|marshal|base64|lzma|codecs|binascii)["']\s*\)|zlib|marshal|base64|lzma|codecs|binascii)\s*\.\s*(decompress|loads|a85decode|b(16|32|64|85)decode|decode|unhexlify|a2b_\w{3,6})\s*\(\s*((__import__\(\s*["']\w{4,8}["']\s*\)|zlib|base64|marshal|lzma|binascii)\s*\.\s*\w+\s*\(\s*)?[br]{0,2}["'][A-Za-z0-9+\/=\\]{80}/
    condition:
        $a
}

rule python_runs_hexadecimal_text
{
    meta:
        id = "RG-OBF-0041"
        description = "Python that runs a text written in hexadecimal"
        description_ja = "16 進表記の文字列を実行する Python"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\bexec\s*\(\s*(compile\s*\(\s*)?(bytes|bytearray)\s*\.\s*fromhex\s*\(\s*["'][0-9a-fA-F ]{40}/
        $b = /\bexec\s*\(\s*(compile\s*\(\s*)?["'](\\x[0-9a-fA-F]{2}){30}/
        $c = /\bexec\s*\(\s*["']{2}\s*\.\s*join\s*\(\s*(\[\s*)?(map\s*\(\s*)?chr\b/
    condition:
        any of them
}

rule python_reversed_and_unpacked
{
    meta:
        id = "RG-OBF-0042"
        description = "Python that reverses and unpacks a text and runs it"
        description_ja = "逆順・圧縮された文字列を実行する Python"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /\blambda\s+\w{1,20}\s*:\s*__import__\s*\(\s*["'](zlib|base64|marshal|lzma)["']\s*\)[^\n]{0,160}\[\s*::\s*-1\s*\]/
        $run = /\bexec\s*\(\s*\(\s*\w{1,20}\s*\)\s*\(/
    condition:
        all of them
}

rule python_decrypts_and_runs
{
    meta:
        id = "RG-OBF-0043"
        description = "Python that decrypts a text with a key beside it and runs it"
        description_ja = "隣接する鍵で復号した文字列を実行する Python"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/013/"
        date = "2026-11-24"
        false_positives = "Code protectors"
    strings:
        $a = /\b(exec|eval)\s*\(\s*(compile\s*\(\s*)?(\w{1,40}\.)?Fernet\s*\(\s*b?["'][A-Za-z0-9_=\-]{40,48}["']\s*\)\s*\.\s*decrypt\s*\(/
    condition:
        $a
}

rule python_code_pushed_out_of_sight
{
    meta:
        id = "RG-OBF-0044"
        description = "Python statement pushed out of sight by blanks"
        description_ja = "空白で画面外に押し出された Python の文"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /;[ \t]{80,4000}(exec|eval|__import__|import\s+(os|base64|urllib|subprocess|requests|socket))\b/
    condition:
        $a
}

rule python_split_module_name
{
    meta:
        id = "RG-OBF-0045"
        description = "Python that imports a module whose name is put together from pieces"
        description_ja = "断片から組み立てた名前でモジュールを読み込む Python"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $a = /__import__\s*\(\s*["'][a-z0-9]{1,12}["']\s*\+\s*["'][a-z0-9]{1,12}["']/
        $b = /__builtins__\s*(\.\s*__dict__\s*)?\[\s*["'][a-z_]{1,6}["']\s*\+\s*["'][a-z_]{1,10}["']/
        $c = /getattr\s*\(\s*__builtins__\s*,\s*["'][a-z_]{1,6}["']\s*\+\s*["'][a-z_]{1,10}["']/
    condition:
        any of them
}

rule python_source_in_an_encoding_that_hides_it
{
    meta:
        id = "RG-OBF-0046"
        description = "Python source in an encoding that hides its text from readers and scanners"
        description_ja = "内容を読み取れなくする文字コードを宣言した Python のソース"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-26"
        false_positives = "Tests of Python itself"
    strings:
        $a = /#[^\n]{0,80}coding[:=][ \t]{0,8}(utf[-_]?7|unicode[-_]?escape|raw[-_]unicode[-_]escape|punycode|cp037|cp273|cp424|cp500|cp875|cp1026|cp1140|ibm037|rot[-_]?13|hex[-_]codec|zlib[-_]codec|bz2[-_]codec|base64[-_]codec|uu[-_]codec)\b/ nocase
    condition:
        $a in (0..400)
}
