// web-shells/php-hidden.yar: see ../README.md for the metadata of each rule.

rule php_evaluating_replacement
{
    meta:
        id = "RG-WEB-0008"
        description = "PHP that runs a request through the evaluating form of a replacement"
        description_ja = "置換関数の評価機能を用いて要求の内容を実行する PHP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "None known: the form was removed in PHP 7"
    strings:
        $tag = /<\?(php\s|=)/ nocase
        $replace = /\bpreg_replace\s*\(\s*["'][^"'\n]{1,80}[\/#~@][imsxu]{0,4}e[imsxu]{0,4}["']\s*,\s*@?(\$_GET|\$_POST|\$_REQUEST|\$_COOKIE)\b/ nocase
        $create = /\bcreate_function\s*\(\s*["'][^"'\n]{0,40}["']\s*,\s*@?(\$_GET|\$_POST|\$_REQUEST|\$_COOKIE)\b/ nocase
    condition:
        $tag and any of ($replace, $create)
}

rule php_writes_request_to_file
{
    meta:
        id = "RG-WEB-0009"
        description = "PHP that writes what a request sends to a file that the request names"
        description_ja = "要求で指定された名前のファイルに要求の内容を書き込む PHP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "Editors of web applications that check neither name nor content"
    strings:
        $tag = /<\?(php\s|=)/ nocase
        $write = /\bfile_put_contents\s*\(\s*[^,;\n]{0,60}(\$_GET|\$_POST|\$_REQUEST)\s*\[[^,;\n]{1,60},\s*@?((base64_decode|urldecode|gzinflate|stripslashes)\s*\(\s*){0,2}(\$_GET|\$_POST|\$_REQUEST)\b/ nocase
    condition:
        $tag and $write
}

rule php_function_names_in_character_codes
{
    meta:
        id = "RG-WEB-0010"
        description = "PHP that spells names of evaluating functions in hexadecimal escapes"
        description_ja = "評価関数の名前を 16 進表記で隠す PHP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
        date = "2026-11-24"
        false_positives = "Test data of PHP parsers"
    strings:
        $tag = /<\?(php\s|=)/ nocase
        $eval = "\\x65\\x76\\x61\\x6c" nocase
        $base64 = "\\x62\\x61\\x73\\x65\\x36\\x34\\x5f" nocase
        $assert = "\\x61\\x73\\x73\\x65\\x72\\x74" nocase
        $system = "\\x73\\x79\\x73\\x74\\x65\\x6d" nocase
        $inflate = "\\x67\\x7a\\x69\\x6e\\x66\\x6c\\x61\\x74\\x65" nocase
        $create = "\\x63\\x72\\x65\\x61\\x74\\x65\\x5f\\x66\\x75\\x6e" nocase
    condition:
        $tag and 1 of ($eval, $base64, $assert, $system, $inflate, $create)
}

rule web_server_told_to_run_images
{
    meta:
        id = "RG-WEB-0011"
        description = "Web server settings that run images or texts as PHP"
        description_ja = "画像又はテキストを PHP として実行させるウェブサーバ設定"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $type = /\bAdd(Type|Handler)\s+["']?(application\/x-httpd-php[0-9]?|php[0-9]?-script|x-httpd-php)["']?\s[^\n]{0,60}\.(jpe?g|png|gif|bmp|ico|txt|svg|webp)\b/ nocase
        $prepend = /\bauto_(prepend|append)_file\s*=?\s*["']?[^\s"'\n]{1,100}\.(jpe?g|png|gif|bmp|ico|txt|svg|webp)\b/ nocase
    condition:
        filesize < 64KB and any of them
}

rule php_chain_of_characters_called
{
    meta:
        id = "RG-WEB-0012"
        description = "PHP that builds a function name from single characters and calls it with a request"
        description_ja = "一文字ずつ組み立てた関数名に要求の内容を渡す PHP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $tag = /<\?(php\s|=)/ nocase
        $chain = /(chr\s{0,2}\(\s{0,2}[0-9]{2,3}\s{0,2}\)\s{0,2}\.\s{0,2}){4,40}chr\s{0,2}\(/ nocase
        $call = /\$\w{1,30}\s{0,2}\(\s{0,2}(@?\$?\w{1,30}\s{0,2}\(\s{0,2}){0,2}@?(\$_GET|\$_POST|\$_REQUEST|\$_COOKIE)\s{0,2}\[/ nocase
    condition:
        filesize < 1MB and $tag and $call and $chain
}

rule php_many_tools_in_one
{
    meta:
        id = "RG-WEB-0013"
        description = "PHP page that has the tools of a web shell: commands, system data, files, database"
        description_ja = "コマンド実行・システム情報・ファイル操作等の機能を併せ持つ PHP のウェブシェル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "Hosting control panels"
    strings:
        $tag = /<\?(php\s|=)/ nocase
        $a = "disable_functions" nocase
        $b = "posix_getpwuid" nocase
        $c = "php_uname" nocase
        $d = "move_uploaded_file" nocase
        $e = "/etc/passwd" nocase
        $f = "passthru" nocase
        $g = "shell_exec" nocase
        $h = "safe_mode" nocase
        $i = "fileperms" nocase
        $j = "proc_open" nocase
    condition:
        filesize < 1MB and $tag and 8 of ($a, $b, $c, $d, $e, $f, $g, $h, $i, $j)
}

rule php_calls_name_put_together_with_request
{
    meta:
        id = "RG-WEB-0026"
        description = "PHP that puts the name of a function together and calls it with a request parameter"
        description_ja = "関数名を断片から組み立て、リクエストの値を渡して呼び出す PHP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-26"
        false_positives = "None known"
    strings:
        $a = /\$\w{1,20}\s{0,4}=\s{0,4}(\x27\w{1,12}\x27|"\w{1,12}")\s{0,4}\.\s{0,4}(\x27\w{1,12}\x27|"\w{1,12}")[^;\n]{0,120};[^\n]{0,200}\$\w{1,20}\s{0,4}\(\s{0,4}@?\$_(GET|POST|REQUEST|COOKIE)\s{0,2}\[/ nocase
        $b = /\$\w{1,20}\s{0,4}=\s{0,4}(\x27\w{1,12}\x27|"\w{1,12}")\s{0,4}\.\s{0,4}(\x27\w{1,12}\x27|"\w{1,12}")[^;\n]{0,120};\s{0,20}@?\$\w{1,20}\s{0,4}\(\s{0,4}@?\$_(GET|POST|REQUEST|COOKIE)\s{0,2}\[/ nocase
    condition:
        filesize < 256KB and any of them
}
