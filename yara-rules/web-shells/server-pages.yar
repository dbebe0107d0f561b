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
