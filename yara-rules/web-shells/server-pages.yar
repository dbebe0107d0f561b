// web-shells/server-pages.yar: see ../README.md for the metadata of each rule.

rule jsp_runs_request_parameter
{
    meta:
        id = "RG-WEB-0003"
        description = "JSP that runs a request parameter as a command"
        description_ja = "要求のパラメータをコマンドとして実行する JSP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "Demonstrations of command injection"
    strings:
        $tag = "<%"
        $jsp = "<jsp:"
        $run = /getRuntime\s*\(\s*\)\s*\.\s*exec\s*\(\s*request\s*\.\s*getParameter/
        $builder = /new\s+(java\.lang\.)?ProcessBuilder\s*\([^;\n]{0,120}request\s*\.\s*getParameter/
    condition:
        filesize < 1MB and any of ($tag, $jsp) and any of ($run, $builder)
}

rule aspx_eval_of_request
{
    meta:
        id = "RG-WEB-0004"
        description = "ASP.NET page that evaluates a request item"
        description_ja = "要求の内容を評価する ASP.NET ページ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $tag = /<%@\s*page\b/ nocase
        $run = /\beval\s*\(\s*Request\s*(\.\s*(Item|Form|QueryString)\s*)?\[/ nocase
    condition:
        $tag and $run
}

rule asp_one_line_shell
{
    meta:
        id = "RG-WEB-0007"
        description = "ASP one-line shell that runs a request parameter"
        description_ja = "要求のパラメータを実行する ASP の一行ウェブシェル"
        certainty = "known"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "None: no sound page runs a bare request parameter"
    strings:
        $run = /<%\s*@?\s*(eval|execute|executeglobal)\s*\(?\s*request\s*(\.\s*(item|form|querystring)\s*)?[(\[]\s*["'][^"'\n]{1,40}["']\s*[)\]]\s*(,\s*["']unsafe["']\s*)?\)?\s*;?\s*%>/ nocase
    condition:
        filesize < 64KB and $run
}

rule jsp_loads_class_from_request
{
    meta:
        id = "RG-WEB-0014"
        description = "JSP that decrypts a class out of a request and loads it"
        description_ja = "要求に含まれるクラスを復号して読み込む JSP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $tag = "<%"
        $jsp = "<jsp:"
        $define = /\bdefineClass\s*\(/
        $cipher = /Cipher\s*\.\s*getInstance\s*\(\s*"AES/
        $decode_1 = "decodeBuffer"
        $decode_2 = "getDecoder"
        $decode_3 = "decodeBase64"
        $decode_4 = "BASE64Decoder"
        $request_1 = "request.getReader"
        $request_2 = "request.getParameter"
        $request_3 = "request.getInputStream"
    condition:
        filesize < 256KB and any of ($tag, $jsp) and $define and any of ($request_*) and any of ($cipher, $decode_*)
}

rule jsp_writes_request_to_file
{
    meta:
        id = "RG-WEB-0015"
        description = "JSP that writes one request parameter to a file that another one names"
        description_ja = "要求のパラメータで指定されたファイルに別のパラメータの内容を書き込む JSP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $tag = "<%"
        $jsp = "<jsp:"
        $write = /FileOutputStream\s*\([^;\n]{0,160}getParameter\s*\([^;\n]{0,120}\.\s*write\s*\([^;\n]{0,80}getParameter\s*\(/
    condition:
        filesize < 256KB and any of ($tag, $jsp) and $write
}

rule aspx_loads_assembly_from_request
{
    meta:
        id = "RG-WEB-0016"
        description = "ASP.NET page that loads a program out of a request"
        description_ja = "要求に含まれるプログラムを読み込む ASP.NET ページ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $tag = /<%@\s*(page|webhandler|webservice)\b/ nocase
        $load_1 = "Assembly.Load(" nocase
        $decode_1 = "Transform\x46inalBlock"
        $decode_2 = "FromBase\x364String"
        $decode_3 = "Rijndae\x6cManaged"
        $request_1 = "Request.BinaryRead"
        $request_2 = "Request.Item"
        $request_3 = "Request.Form"
        $request_4 = "Request.QueryString"
        $request_5 = "Request.InputStream"
        $request_6 = "Request.Headers"
        $request_7 = "Request.Cookies"
        $request_8 = "Request["
    condition:
        filesize < 256KB and $tag and any of ($load_*) and any of ($decode_*) and any of ($request_*)
}

rule aspx_runs_command_of_request
{
    meta:
        id = "RG-WEB-0017"
        description = "ASP.NET page that starts a command shell with what a request sends"
        description_ja = "要求の内容でコマンドシェルを起動する ASP.NET ページ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
        date = "2026-11-24"
        false_positives = "None known"
    strings:
        $tag = /<%@\s*(page|webhandler|webservice)\b/ nocase
        $start_1 = "ProcessStartInfo"
        $start_2 = "Process.Start"
        $shell_1 = "cmd.exe" nocase
        $shell_2 = "\"cmd\"" nocase
        $shell_3 = "powershell.exe" nocase
        $shell_4 = "\"powershell\"" nocase
        $request_1 = "Request.Item"
        $request_2 = "Request.Form"
        $request_3 = "Request.QueryString"
        $request_4 = "Request.Params"
        $request_5 = "Request.Headers"
        $request_6 = "Request.Cookies"
        $request_7 = "Request["
    condition:
        filesize < 256KB and $tag and any of ($start_*) and any of ($shell_*) and any of ($request_*)
}

rule server_page_in_an_encoding_that_hides_it
{
    meta:
        id = "RG-WEB-0023"
        description = "Server page in an encoding that hides its code from scanners"
        description_ja = "検査を逃れる文字コードで書かれたサーバページ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1027/"
        date = "2026-11-26"
        false_positives = "Pages made on mainframes"
    strings:
        $jsp = /<%@\s{0,20}page\b[^>]{0,200}(pageencoding|charset)\s{0,4}=\s{0,4}["\x27]?\s{0,4}(cp037|cp1047|cp290|cp273|cp500|ibm-?037|ibm-?1047|ibm-?290|ibm-?273|ibm-?500|utf-?7|utf-?16[bl]e|utf-?32)/ nocase
        $jspx = /<jsp:directive\.page\b[^>]{0,200}(pageencoding|charset)\s{0,4}=\s{0,4}["\x27]?\s{0,4}(cp037|cp1047|cp290|cp273|cp500|ibm-?037|ibm-?1047|ibm-?290|utf-?7|utf-?16[bl]e|utf-?32)/ nocase
        $aspx = /<%@\s{0,20}page\b[^>]{0,200}codepage\s{0,4}=\s{0,4}["\x27]?\s{0,4}(65000|0?37|500|870|1026|1047|1140|20273|20290|1200|1201|12000|12001)\b/ nocase
        $ebcdic = { 4c 6f a7 94 93 40 [0-80] 83 97 }
    condition:
        filesize < 1MB and (any of ($jsp, $jspx, $aspx) or $ebcdic at 0)
}
