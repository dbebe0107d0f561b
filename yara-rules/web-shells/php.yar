// web-shells/php.yar: see ../README.md for the metadata of each rule.

rule php_eval_of_request
{
    meta:
        id = "RG-WEB-0001"
        description = "PHP that runs what a request sends"
        description_ja = "要求で送られた内容を実行する PHP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "Administration tools that run submitted code on purpose"
    strings:
        $tag = /<\?(php\s|=)/ nocase
        $run = /\b(eval|assert|system|passthru|shell_exec|exec|popen)\s*\(\s*(@?(base64_decode|stripslashes|gzinflate|str_rot13|urldecode)\s*\(\s*){0,3}(\$_GET|\$_POST|\$_REQUEST|\$_COOKIE|\$_SERVER)\b/ nocase
    condition:
        $tag and $run
}

rule php_packed_eval
{
    meta:
        id = "RG-WEB-0002"
        description = "PHP that unpacks an encoded text and runs it"
        description_ja = "符号化された文字列を復元して実行する PHP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-24"
        false_positives = "Commercial PHP encoders"
    strings:
        $tag = /<\?(php\s|=)/ nocase
        $run = /\beval\s*\(\s*(@?(gzinflate|gzuncompress|gzdecode|str_rot13|base64_decode)\s*\(\s*){2,4}/ nocase
    condition:
        $tag and $run
}

rule php_in_image
{
    meta:
        id = "RG-WEB-0005"
        description = "PHP that runs commands or a request, inside an image file"
        description_ja = "画像ファイル内でコマンド又は要求の内容を実行する PHP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/009/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $tag = /<\?(php\s|=)/ nocase
        $run = /\b(eval|assert|system|passthru|shell_exec|exec|popen|include|require)\s*[( ]\s*[^\n]{0,60}(\$_GET|\$_POST|\$_REQUEST|\$_COOKIE|\$_FILES)\b/ nocase
    condition:
        (uint32be(0) == 0x89504e47 or uint16be(0) == 0xffd8 or uint32be(0) == 0x47494638 or uint16be(0) == 0x424d)
        and $tag and $run
}

rule php_calls_function_named_by_request
{
    meta:
        id = "RG-WEB-0006"
        description = "PHP that calls a function whose name a request sends"
        description_ja = "要求で指定された名前の関数を呼び出す PHP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $tag = /<\?(php\s|=)/ nocase
        $direct = /(\$_GET|\$_POST|\$_REQUEST|\$_COOKIE)\s*\[[^\]\n]{1,40}\]\s*\(\s*(\$_GET|\$_POST|\$_REQUEST|\$_COOKIE)\b/ nocase
        $callback = /\b(array_map|call_user_func|call_user_func_array|register_shutdown_function|register_tick_function)\s*\(\s*@?(\$_GET|\$_POST|\$_REQUEST|\$_COOKIE)\b/ nocase
    condition:
        $tag and ($direct or $callback)
}

rule php_shell_operator_with_request
{
    meta:
        id = "RG-WEB-0022"
        description = "PHP that runs a request parameter by the shell operator"
        description_ja = "リクエストの値をシェル演算子で実行する PHP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-26"
        false_positives = "None known"
    strings:
        $a = /(echo|print|return|=|\(|;|\{|<\?=|<\?php)\s{0,4}`[^`\n]{0,80}\$_(GET|POST|REQUEST|COOKIE)\b/ nocase
    condition:
        $a
}

rule php_includes_what_the_request_names
{
    meta:
        id = "RG-WEB-0025"
        description = "PHP that includes the file or address that a request names"
        description_ja = "リクエストが指定するファイル又は URL を読み込む PHP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-26"
        false_positives = "None known"
    strings:
        $a = /\b(include|require)(_once)?\s{0,4}\(?\s{0,4}\$_(GET|POST|REQUEST|COOKIE)\s{0,2}\[/ nocase
    condition:
        $a
}
