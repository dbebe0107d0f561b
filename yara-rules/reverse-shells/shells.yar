// reverse-shells/shells.yar: see ../README.md for the metadata of each rule.

rule bash_network_shell
{
    meta:
        id = "RG-REV-0001"
        description = "Interactive bash over a network device file"
        description_ja = "ネットワーク経由の対話型 bash"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/004/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $a = /\b(ba)?sh\s+-i\s*(>&|&>|>)\s*\/dev\/(tcp|udp)\/[0-9A-Za-z.$\{\}_-]{1,64}\/[0-9$\{\}A-Za-z_]{1,16}/
        $b = /\bexec\s+[0-9]{1,3}<>\s*\/dev\/tcp\/[^\n]{3,90}[;\n][^\n]{0,20}\bcat\s+<&[0-9]{1,3}\s*\|\s*while\s+read\s+\w+[^\n]{0,80}>&[0-9]{1,3}/
    condition:
        any of them
}

rule python_network_shell
{
    meta:
        id = "RG-REV-0002"
        description = "Python that ties a shell to a socket"
        description_ja = "シェルをソケットに接続する Python"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/006/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $a = /os\.dup2\(\s*\w+\.fileno\(\)\s*,\s*0\s*\)/
        $b = /os\.dup2\(\s*\w+\.fileno\(\)\s*,\s*1\s*\)/
        $c = /(subprocess\.(call|run|Popen)|pty\.spawn|os\.system)\(\s*\[?["']\/bin\/(ba)?sh/
    condition:
        all of them
}

rule netcat_runs_shell
{
    meta:
        id = "RG-REV-0003"
        description = "netcat that hands a shell to a remote host"
        description_ja = "遠隔のホストにシェルを渡す netcat"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $a = /\b(nc|ncat|netcat)(\.exe)?\s+(-[a-z]{1,6}\s+){0,4}[0-9A-Za-z.-]{3,64}\s+[0-9]{2,5}\s+(-[a-z]{0,4}e|--exec|-c)\s+(\/bin\/(ba)?sh|cmd(\.exe)?|powershell)/ nocase
    condition:
        $a
}

rule named_pipe_network_shell
{
    meta:
        id = "RG-REV-0004"
        description = "Shell tied to a network tool through a named pipe"
        description_ja = "名前付きパイプを介してネットワークに接続されたシェル"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/004/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $a = /\bmkfifo\s+[^\s;&|]{1,80}\s*(;|&&)[^\n]{0,120}(\/bin\/)?(ba|z|da)?sh\s+-i[^\n]{0,60}\|\s*(nc|ncat|netcat|telnet|socat|openssl\s+s_client)\b/
    condition:
        $a
}

rule socat_network_shell
{
    meta:
        id = "RG-REV-0005"
        description = "socat that hands a shell to the network"
        description_ja = "シェルをネットワークに渡す socat"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/004/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $a = /\bsocat\s[^\n]{0,160}\b(exec|system):["']?[^\n]{0,20}(ba|z|da)?sh\b[^\n]{0,120}\b(tcp4?|openssl)(-connect)?:/ nocase
        $b = /\bsocat\s[^\n]{0,40}\b(tcp4?|openssl)(-connect)?:[^\s]{3,100}\s+(exec|system):["']?[^\n]{0,20}(ba|z|da)?sh\b/ nocase
    condition:
        any of them
}
