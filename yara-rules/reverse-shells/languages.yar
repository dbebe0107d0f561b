// reverse-shells/languages.yar: see ../README.md for the metadata of each rule.

rule perl_network_shell
{
    meta:
        id = "RG-REV-0006"
        description = "Perl that ties a shell to a socket"
        description_ja = "シェルをソケットに接続する Perl"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $socket = /\buse\s+(Socket|IO::Socket(::INET)?)\b/
        $in = /open\s*\(?\s*STDIN\s*,\s*["']\s*[<>]?[<>]&\s*\w{1,20}["']/
        $out = /open\s*\(?\s*STDOUT\s*,\s*["']\s*[<>]&\s*\w{1,20}["']/
        $shell = /\b(exec|system)\s*[({]?\s*[{("']{0,2}(\/bin\/)?(ba|z|da)?sh(\s+-i)?["']/
    condition:
        all of them
}

rule php_network_shell
{
    meta:
        id = "RG-REV-0007"
        description = "PHP that ties a shell to a socket"
        description_ja = "シェルをソケットに接続する PHP"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $socket_1 = "fsockopen" nocase
        $socket_2 = "stream_socket_client" nocase
        $shell_1 = "/sh\x20-i"
        $shell_2 = "/bas\x68 -i"
        $shell_3 = "'sh\x20-i"
        $shell_4 = "'bas\x68 -i"
        $shell_5 = "\"s\x68 -i"
        $shell_6 = "\"ba\x73h -i"
    condition:
        any of ($socket_*) and any of ($shell_*)
}

rule ruby_network_shell
{
    meta:
        id = "RG-REV-0008"
        description = "Ruby that ties a shell to a socket"
        description_ja = "シェルをソケットに接続する Ruby"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $socket = /\bTCPSocket\s*\.\s*(new|open)\b/
        $shell = /\/bin\/(ba|z|da)?sh\s+-i\s+<&%d\s+>&%d/
        $loop = /IO\.popen\s*\(\s*\w{1,20}\s*,\s*["']r["']\s*\)\s*\{\s*\|\w{1,20}\|\s*\w{1,20}\.print/
    condition:
        $socket and any of ($shell, $loop)
}

rule powershell_network_shell
{
    meta:
        id = "RG-REV-0009"
        description = "PowerShell that runs what a socket sends"
        description_ja = "ソケットから受信した内容を実行する PowerShell"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/001/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $socket = /Net\.Sockets\.TCPClient\s*\(/ nocase ascii wide
        $stream = ".GetStream()" nocase ascii wide
        $run = /\b(iex|invoke-expression)\b[^\n]{0,80}(2>&1|Out-String)/ nocase ascii wide
        $text_1 = "Text.ASCIIEncoding" nocase ascii wide
        $text_2 = "Text.UTF8Encoding" nocase ascii wide
        $text_3 = "Text.Encoding" nocase ascii wide
    condition:
        $socket and $stream and $run and any of ($text_*)
}

rule node_network_shell
{
    meta:
        id = "RG-REV-0010"
        description = "Node.js that ties a shell to a socket"
        description_ja = "シェルをソケットに接続する Node.js"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/007/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $spawn = /\bspawn\s*\(\s*["'](\/bin\/)?((ba|z|da)?sh|cmd(\.exe)?|powershell(\.exe)?)["']/
        $socket = /\bnet\s*\.\s*(connect|createConnection|Socket)\b/
        $in = /\.pipe\s*\(\s*\w{1,30}\s*\.\s*stdin\s*\)/
        $out = /\bstdout\s*\.\s*pipe\s*\(\s*\w{1,30}\s*\)/
    condition:
        filesize < 1MB and all of them
}

rule java_network_shell
{
    meta:
        id = "RG-REV-0011"
        description = "Java or Groovy that ties a shell to a socket"
        description_ja = "シェルをソケットに接続する Java 又は Groovy"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $shell = /new\s+ProcessBuilder\s*\(\s*("(\/bin\/(ba)?sh|cmd(\.exe)?)"|cmd)\s*[^)\n]{0,30}\)\s*\.\s*redirectErrorStream\s*\(\s*true\s*\)/
        $socket = /new\s+(java\.net\.)?Socket\s*\(\s*["\w]/
        $loop = /\.getOutputStream\s*\(\s*\)/
    condition:
        filesize < 1MB and all of them
}

rule c_network_shell
{
    meta:
        id = "RG-REV-0012"
        description = "C source that ties a shell to a socket"
        description_ja = "シェルをソケットに接続する C 言語のソース"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/"
        date = "2026-11-24"
        false_positives = "Teaching material; servers that hand connections to a shell on purpose"
    strings:
        $in = /\bdup2\s*\(\s*\w{1,30}\s*,\s*(0|STDIN_FILENO)\s*\)/
        $out = /\bdup2\s*\(\s*\w{1,30}\s*,\s*(1|STDOUT_FILENO)\s*\)/
        $shell = /\bexec(ve|l|lp|le|v)\s*\(\s*"\/bin\/(ba|da)?sh"/
        $socket = /\bconnect\s*\(\s*\w{1,30}\s*,\s*\(\s*(struct\s+)?(sockaddr|SOCKADDR)/
    condition:
        filesize < 1MB and all of them
}

rule awk_network_shell
{
    meta:
        id = "RG-REV-0013"
        description = "awk that runs what a network file sends"
        description_ja = "ネットワークから受信した内容を実行する awk"
        certainty = "suspected"
        clause = "26-3 3(1)①"
        reference = "https://attack.mitre.org/techniques/T1059/"
        date = "2026-11-24"
        false_positives = "Teaching material"
    strings:
        $a = /\/inet\/(tcp|udp)\/0\/[0-9A-Za-z.-]{3,64}\/[0-9]{2,5}["'][^\n]{0,200}(\|&\s*getline\s+\w{1,20})[^\n]{0,200}\w{1,20}\s*\|\s*getline/
    condition:
        $a
}
