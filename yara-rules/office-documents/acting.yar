// office-documents/acting.yar: see ../README.md for the metadata of each rule.

rule document_font_runs_script
{
    meta:
        id = "RG-OFF-0009"
        description = "PDF document whose font has text in the place of a number, which runs as a script in a viewer"
        description_ja = "数値の位置に文字列を持ち、閲覧プログラムでスクリプトとして実行されるフォントを含む PDF 文書"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://www.cve.org/CVERecord?id=CVE-2024-4367"
        date = "2026-11-26"
        false_positives = "None known"
    strings:
        $a = /\/FontMatrix\s{0,8}\[[^\]\(]{0,160}\(/
    condition:
        $a
}

rule postscript_starts_program
{
    meta:
        id = "RG-OFF-0010"
        description = "PostScript or EPS file that starts a program"
        description_ja = "プログラムを起動する PostScript 又は EPS ファイル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://www.cve.org/CVERecord?id=CVE-2023-36664"
        date = "2026-11-26"
        false_positives = "None known"
    strings:
        $mark = /%!P[S]/
        $a = /\(%pip[e]%/
        $b = /\(%pip[e] /
    condition:
        $mark and any of ($a, $b)
}

rule slide_starts_program
{
    meta:
        id = "RG-OFF-0011"
        description = "Slide that starts a program or macro when it is clicked or pointed at"
        description_ja = "クリック又はポインタを重ねるとプログラム又はマクロを起動するスライド"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2026-11-26"
        false_positives = "Slides of training material that open a program"
    strings:
        $a = /<a:hlink(Click|MouseOver|Hover)\b[^>]{0,300}action\s*=\s*["\x27]ppaction:\/\/(program|macro|ole)/
    condition:
        filesize < 16MB and $a
}
