// web-shells/server-pages.yar: see ../README.md for the metadata of each rule.

rule jsp_runs_request_parameter
{
    meta:
        id = "RG-WEB-0003"
        description_en = "JSP that runs a request parameter as a command"
        description_ja = "要求のパラメータをコマンドとして実行する JSP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "own analysis of common JSP shells"
        date = "2026-11-23"
        false_positives = "Demonstrations of command injection"
    strings:
        $tag = "<%"
        $run = /getRuntime\s*\(\s*\)\s*\.\s*exec\s*\(\s*request\s*\.\s*getParameter/
    condition:
        $tag and $run
}

rule aspx_eval_of_request
{
    meta:
        id = "RG-WEB-0004"
        description_en = "ASP.NET page that evaluates a request item"
        description_ja = "要求の内容を評価する ASP.NET ページ"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "own analysis of common ASP.NET shells"
        date = "2026-11-23"
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
        description_en = "ASP one-line shell that runs a request parameter"
        description_ja = "要求のパラメータを実行する ASP の一行ウェブシェル"
        certainty = "known"
        clause = "26-3 3(1)①"
        reference = "own analysis of one-line web shells"
        date = "2026-11-23"
        false_positives = "None: no sound page runs a bare request parameter"
    strings:
        $run = /<%\s*@?\s*(eval|execute|executeglobal)\s*\(?\s*request\s*(\.\s*(item|form|querystring)\s*)?[(\[]\s*["'][^"'\n]{1,40}["']\s*[)\]]\s*(,\s*["']unsafe["']\s*)?\)?\s*;?\s*%>/ nocase
    condition:
        filesize < 64KB and $run
}
