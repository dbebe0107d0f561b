// install-hooks/node.yar: see ../README.md for the metadata of each rule.

rule package_json_install_fetches
{
    meta:
        id = "RG-INS-0003"
        description_en = "package.json whose install script pipes a download into an interpreter"
        description_ja = "導入時に取得した内容をインタプリタに渡す package.json"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "MITRE ATT&CK T1195.002"
        date = "2026-11-23"
        false_positives = "None known"
    strings:
        $a = /\"(pre|post)?install\"\s*:\s*\"[^\"\n]{0,200}\b(curl|wget)\b[^\"\n]{0,300}\|\s*(ba|z|da)?sh\b/
        $b = /\"(pre|post)?install\"\s*:\s*\"[^\"\n]{0,60}node\s+-e\s+[^\n]{0,400}(child_process|https?:\/\/)/
    condition:
        any of them
}
