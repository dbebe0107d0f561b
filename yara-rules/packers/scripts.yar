// packers/scripts.yar: see ../README.md for the metadata of each rule.

rule shell_script_compiled
{
    meta:
        id = "RG-PAC-0006"
        description = "A shell script hidden in a program by a script compiler"
        description_ja = "シェルスクリプトを変換し内容を隠したプログラム"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/002/"
        date = "2026-11-24"
        false_positives = "Programs of administrators; justify them by digest"
    strings:
        $message = "neither argv[0] nor $_ works."
    condition:
        uint32be(0) == 0x7f454c46 and $message
}

rule python_code_protected
{
    meta:
        id = "RG-PAC-0007"
        description = "Python code that a protector made unreadable"
        description_ja = "保護ツールで読めなくされた Python コード"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/002/"
        date = "2026-11-24"
        false_positives = "Protected commercial packages; justify them by digest"
    strings:
        $call = /\b__pyarmor(_v[0-9])?__\s*\(\s*__name__\s*,\s*__file__\s*,\s*b?["']/
        $import = /\bfrom\s+(pyarmor_runtime|pytransform)\w{0,12}\s+import\s+(__pyarmor__|pyarmor_runtime)/
    condition:
        filesize < 64MB and any of them
}

rule php_code_protected
{
    meta:
        id = "RG-PAC-0008"
        description = "PHP code that an encoder made unreadable"
        description_ja = "エンコーダで読めなくされた PHP コード"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/002/"
        date = "2026-11-24"
        false_positives = "Commercial PHP applications; justify them by digest"
    strings:
        $ioncube = /<\?php\s*\/\/[0-9a-f]{4,6}\s[^\n]{0,200}extension_loaded\s*\(\s*['"]ionCube Loader['"]/ nocase
        $guardian = /<\?php\s[^\n]{0,400}function_exists\s*\(\s*['"]sg_load['"]/ nocase
    condition:
        any of them
}
