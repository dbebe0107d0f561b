"""Samples of ransom notes and behaviour, and harmless twins close to them; ``¦`` marks cuts."""

from __future__ import annotations

from tests.examine.yara.samples.support import joined

BAD: dict[str, list[bytes]] = {
    "RG-RAN-0001": [
        joined(
            "All your files ha¦v¦e been encrypted!\n"
            "To get the decrypt¦ion key, pay 0.5 bit¦coin.\n"
            "Use Tor B¦rowser and open http://x.on¦ion\n"
        ),
    ],
    "RG-RAN-0002": [
        joined(
            "あなたのファ¦イルは暗号¦化されました。\n"
            "復¦号するにはビット¦コインで支払ってください。\n"
            "Tor B¦rowser で http://x.on¦ion を開いてください。"
        ),
    ],
    "RG-RAN-0003": [
        joined("vssadmin de¦lete shadows /all\r\nbcdedit /set {de¦f¦a¦u¦l¦t} r¦ecoveryenabled no\r\n"),
        joined("wmic shadow¦copy delete & wbadmin del¦ete catalog -q\r\n"),
    ],
    "RG-RAN-0004": [
        joined("vssadmin.exe d¦elet¦e shadows /all /quiet\r\n"),
    ],
    "RG-RAN-0005": [
        joined(
            "for d, _, fs in os.w¦alk(home):\n"
            "    for f in fs:\n"
            "        open(f + '.lo¦c¦ked', 'wb').write(Fer¦net(k).encrypt(open(f, 'rb').read()))\n"
            "        os.re¦move(f)\n"
            "print('pay in bit¦coin')\n"
        ),
    ],
    "RG-RAN-0006": [
        joined(
            "Get-ChildIte¦m C:\\Users -Recurse | % { $e = "
            "(New-Object Security.Cryptography.Rijndae¦lM"
            "anaged).CreateEncryptor(); Renam¦e-Item $_ ($_.Name + '.lo¦c¦ked'); Remov¦e-Item $_ }"
        ),
    ],
    "RG-RAN-0007": [
        joined("rm -rf --no-pr¦eserve-root /\n"),
        joined("dd if=/dev/zero o¦f=/dev/sda bs=1M &\n"),
        joined("de¦l /f /s /q c:\\*\r\n"),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "RG-RAN-0001": [
        joined("Back up: if your files hav¦e been encrypted by an attacker, do not pay a ran¦som; ask the police.\n"),
        joined("Your data w¦as encrypted with your own key.\n"),
    ],
    "RG-RAN-0002": [
        joined("ファ¦イルは暗号¦化されて保存されます。復¦号には鍵が必要です。"),
        joined("身¦代金を要求する攻撃では、ファ¦イルが暗号¦化され、\n復¦元のためにビット¦コインが要求されます。"),
    ],
    "RG-RAN-0003": [
        joined("vssadmin list shadows\r\nbcdedit /enum\r\n"),
        joined("vssadmin de¦lete shadows /for=C: /oldest\r\n"),
    ],
    "RG-RAN-0004": [
        joined("vssadmin list shadows\r\n"),
        joined("vssadmin de¦lete shadows /for=C: /oldest\r\n"),
    ],
    "RG-RAN-0005": [
        joined(
            "for d, _, fs in os.w¦alk(home):\n"
            "    backup.write(Fer¦net(k).encrypt(open(f, 'rb').read()))\n"
            "    os.re¦move(old + '.e¦nc')\n"
        ),
    ],
    "RG-RAN-0006": [
        joined("Get-ChildIte¦m C:\\Logs -Recurse | Remov¦e-Item"),
        joined("$e = (New-Object Security.Cryptography.Rijndae¦lManaged).CreateEncryptor()"),
    ],
    "RG-RAN-0007": [
        joined("rm -rf build/\n"),
        joined("dd if=/dev/zero of=disk.img bs=1M\n"),
        joined("del /f /s /q c:\\build\\out\r\n"),
        joined("rm refuses to delete / unless --no-preserve-root is given\n"),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
