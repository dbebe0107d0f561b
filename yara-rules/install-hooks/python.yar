// install-hooks/python.yar: see ../README.md for the metadata of each rule.

rule setup_py_fetches_and_runs
{
    meta:
        id = "RG-INS-0001"
        description_en = "setup.py that fetches code from the network and runs it during installation"
        description_ja = "導入時にネットワークから取得したコードを実行する setup.py"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "MITRE ATT&CK T1195.002"
        date = "2026-11-23"
        false_positives = "None known in published packages that were looked at"
    strings:
        $setup = /\bsetup\s*\(/
        $run = /\b(exec|eval)\s*\(\s*(compile\s*\(\s*)?(\w+\.)?(urlopen|get)\s*\(\s*[\"']https?:/
    condition:
        all of them
}

rule python_decodes_and_runs
{
    meta:
        id = "RG-INS-0002"
        description_en = "Python that decodes a long text and runs it"
        description_ja = "長い符号化文字列を復元して実行する Python"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "MITRE ATT&CK T1027"
        date = "2026-11-23"
        false_positives = "Code protectors"
    strings:
        $a = /\bexec\s*\(\s*(compile\s*\(\s*)?(__import__\(\s*[\"'](zlib|marshal|base64)[\"']\s*\)|zlib|marshal|base64)\s*\.\s*(decompress|loads|b64decode)\s*\(\s*((zlib|base64|marshal)\s*\.\s*\w+\s*\(\s*)?b?[\"'][A-Za-z0-9+\/=\\]{100}/
    condition:
        $a
}
