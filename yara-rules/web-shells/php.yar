// web-shells/php.yar: see ../README.md for the metadata of each rule.

rule php_eval_of_request
{
    meta:
        id = "RG-WEB-0001"
        description_en = "PHP that runs what a request sends"
        description_ja = "要求で送られた内容を実行する PHP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "own analysis of common one-line web shells"
        date = "2026-11-23"
        false_positives = "Administration tools that run submitted code on purpose"
    strings:
        $tag = /<\?(php|=)/ nocase
        $run = /\b(eval|assert|system|passthru|shell_exec|exec|popen)\s*\(\s*(@?(base64_decode|stripslashes|gzinflate|str_rot13|urldecode)\s*\(\s*){0,3}\$_(GET|POST|REQUEST|COOKIE|SERVER)\b/ nocase
    condition:
        $tag and $run
}

rule php_packed_eval
{
    meta:
        id = "RG-WEB-0002"
        description_en = "PHP that unpacks an encoded text and runs it"
        description_ja = "符号化された文字列を復元して実行する PHP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "own analysis of packed web shells"
        date = "2026-11-23"
        false_positives = "Commercial PHP encoders"
    strings:
        $tag = /<\?(php|=)/ nocase
        $run = /\beval\s*\(\s*(@?(gzinflate|gzuncompress|gzdecode|str_rot13|base64_decode)\s*\(\s*){2,4}/ nocase
    condition:
        $tag and $run
}
