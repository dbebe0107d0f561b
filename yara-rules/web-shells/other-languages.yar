// web-shells/other-languages.yar: see ../README.md for the metadata of each rule.

rule node_runs_request
{
    meta:
        id = "RG-WEB-0018"
        description = "Node.js server that runs what a request sends"
        description_ja = "要求の内容を実行する Node.js サーバ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "Demonstrations of injection"
    strings:
        $run = /\b(eval|exec|execSync|spawnSync|runInThisContext|runInNewContext|Function)\s*\(\s*(String\s*\(\s*)?(req|request|ctx\.request)\s*\.\s*(query|body|headers|params|cookies)\b/
    condition:
        filesize < 1MB and $run
}

rule python_runs_request
{
    meta:
        id = "RG-WEB-0019"
        description = "Python server that runs what a request sends"
        description_ja = "要求の内容を実行する Python サーバ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "Demonstrations of injection"
    strings:
        $run = /\b(os\.(popen|system)|subprocess\.(check_output|getoutput|run|Popen|call)|eval|exec)\s*\(\s*(flask\.)?request\s*\.\s*(args|form|values|headers|cookies|GET|POST|json|data|query_params)\b/
    condition:
        filesize < 1MB and $run
}

rule coldfusion_runs_request
{
    meta:
        id = "RG-WEB-0020"
        description = "ColdFusion page that runs a command out of a request"
        description_ja = "要求に含まれるコマンドを実行する ColdFusion ページ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $run = /<cfexecute\b[^>]{0,200}\b(name|arguments)\s*=\s*["']?[^"'>]{0,60}#\s*(form|url|cgi)\s*\./ nocase
    condition:
        $run
}

rule perl_cgi_runs_parameter
{
    meta:
        id = "RG-WEB-0021"
        description = "Perl CGI that runs a request parameter"
        description_ja = "要求のパラメータを実行する Perl の CGI"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $cgi = /\buse\s+CGI\b/
        $run = /(\b(system|exec|qx)\s*[({]?\s*["']?|`\s*|open\s*\(\s*\w+\s*,\s*)(\$\w{1,20}\s*->\s*)?param\s*\(\s*["'][^"'\n]{1,30}["']/
    condition:
        filesize < 256KB and all of them
}

rule node_runs_request_parameter
{
    meta:
        id = "RG-WEB-0024"
        description = "Node.js code that hands a request parameter to a shell"
        description_ja = "リクエストの値をシェルに渡す Node.js のコード"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-26"
        false_positives = "Development tools that run commands for their own page"
    strings:
        $module = /["\x27](node:)?child_process["\x27]/
        $a = /\b(exec|execSync|spawn|spawnSync|execFile|execFileSync)\s{0,4}\(\s{0,4}(req|request|ctx|ctx\.request)\.(query|body|params|headers|cookies)\b/
        $b = /\bexec(Sync)?\s{0,4}\([^\n;]{0,60}\.parse\(\s{0,4}(req|request)\.url\b/
    condition:
        filesize < 4MB and $module and any of ($a, $b)
}

rule template_reaches_into_python
{
    meta:
        id = "RG-WEB-0027"
        description = "Template that reaches from its values to the functions of Python"
        description_ja = "値から Python の関数へ到達するテンプレート"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/07-Input_Validation_Testing/18-Testing_for_Server-side_Template_Injection"
        date = "2026-11-26"
        false_positives = "Texts that teach the technique"
    strings:
        $a = /\{[\{%][^\{\}\n]{0,300}__(globals|subclasses|builtins|import)__/
    condition:
        $a
}

rule description_makes_process
{
    meta:
        id = "RG-WEB-0028"
        description = "XML or style sheet that makes a program its reader starts a process by"
        description_ja = "読み込む側にプロセスを起動させる XML 又はスタイルシート"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://cwe.mitre.org/data/definitions/502.html"
        date = "2026-11-26"
        false_positives = "None known"
    strings:
        $a = /\bclass\s*=\s*["\x27]java\.lang\.(ProcessBuilder|Runtime)["\x27]/
        $b = /xalan\/java\/java\.lang\.(Runtime|ProcessBuilder)/
        $c = /php:function(String)?\(\s*["\x27](system|exec|shell_exec|passthru|popen|proc_open|assert)["\x27]/
    condition:
        filesize < 16MB and any of them
}

rule database_starts_program
{
    meta:
        id = "RG-WEB-0029"
        description = "Statement by which a database starts a program"
        description_ja = "データベースにプログラムを起動させる文"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/001/"
        date = "2026-11-26"
        false_positives = "Scripts by which administrators export data to a program"
    strings:
        $a = /\bCOPY\b[^;]{1,200}\b(FROM|TO)\s{1,20}PROGRAM\s{1,20}(E?\x27|\$\$)/ nocase
        $b = /\bEXEC(UTE)?\s{1,20}(\[?master\]?\.{1,2}(\[?dbo\]?\.)?)?xp_cmdshell\s{1,20}N?\x27/ nocase
    condition:
        filesize < 64MB and any of them
}
