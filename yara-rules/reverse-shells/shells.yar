// reverse-shells/shells.yar: see ../README.md for the metadata of each rule.

rule bash_network_shell
{
    meta:
        id = "RG-REV-0001"
        description_en = "Interactive bash over a network device file"
        description_ja = "ネットワーク経由の対話型 bash"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "MITRE ATT&CK T1059.004"
        date = "2026-11-23"
        false_positives = "Teaching material"
    strings:
        $a = /\b(ba)?sh\s+-i\s*(>&|&>|>)\s*\/dev\/(tcp|udp)\/[0-9A-Za-z.$\{\}_-]{1,64}\/[0-9$\{\}A-Za-z_]{1,16}/
    condition:
        $a
}

rule python_network_shell
{
    meta:
        id = "RG-REV-0002"
        description_en = "Python that ties a shell to a socket"
        description_ja = "シェルをソケットに接続する Python"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "MITRE ATT&CK T1059.006"
        date = "2026-11-23"
        false_positives = "Teaching material"
    strings:
        $a = /os\.dup2\(\s*\w+\.fileno\(\)\s*,\s*0\s*\)/
        $b = /os\.dup2\(\s*\w+\.fileno\(\)\s*,\s*1\s*\)/
        $c = /(subprocess\.(call|run|Popen)|pty\.spawn|os\.system)\(\s*\[?[\"']\/bin\/(ba)?sh/
    condition:
        all of them
}

rule netcat_runs_shell
{
    meta:
        id = "RG-REV-0003"
        description_en = "netcat that hands a shell to a remote host"
        description_ja = "遠隔のホストにシェルを渡す netcat"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "MITRE ATT&CK T1059"
        date = "2026-11-23"
        false_positives = "Teaching material"
    strings:
        $a = /\b(nc|ncat|netcat)(\.exe)?\s+(-[a-z]{1,6}\s+){0,4}[0-9A-Za-z.-]{3,64}\s+[0-9]{2,5}\s+(-[a-z]{0,4}e|--exec|-c)\s+(\/bin\/(ba)?sh|cmd(\.exe)?|powershell)/ nocase
    condition:
        $a
}
