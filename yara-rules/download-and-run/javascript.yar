// download-and-run/javascript.yar: see ../README.md for the metadata of each rule.

rule javascript_decodes_and_runs
{
    meta:
        id = "RG-DNR-0006"
        description_en = "JavaScript that decodes a long text and runs it"
        description_ja = "長い符号化文字列を復元して実行する JavaScript"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "MITRE ATT&CK T1059.007, T1027"
        date = "2026-11-23"
        false_positives = "Code protectors"
    strings:
        $a = /\b(eval|new\s+Function)\s*\(\s*(atob|unescape|decodeURIComponent)\s*\(\s*["'`][A-Za-z0-9+\/=%\\]{100}/
        $b = /\b(eval|new\s+Function)\s*\(\s*Buffer\s*\.\s*from\s*\(\s*["'`][A-Za-z0-9+\/=]{100}/
    condition:
        any of them
}
