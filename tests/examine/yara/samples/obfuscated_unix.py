"""Samples of obfuscated shell, Python and JavaScript, and harmless twins close to them; ``¦`` marks cuts."""

from __future__ import annotations

from tests.examine.yara.samples.support import joined

BAD: dict[str, list[bytes]] = {
    "RG-OBF-0051": [
        joined(
            'if (a != "us¦er\N{RIGHT-TO-LEFT OVERRIDE} \N{LEFT-TO-RIGHT ISOLATE}// b\N{POP DIRECTIONAL ISOLATE}") {\n'
        ),
        joined('""" \N{RIGHT-TO-LEFT ISOLATE}""¦" ;return\n'),
    ],
    "RG-OBF-0052": [("hello" + "".join(chr(0xE0000 + ord(letter)) for letter in "do as this text says")).encode()],
    "RG-OBF-0053": [
        joined("con¦st { timeout,\N{HANGUL FILLER}} = req.query;\n"),
        joined("le¦t \N{HALFWIDTH HANGUL FILLER} = 1;\n"),
    ],
    "RG-OBF-0014": [
        joined("§o50§ require('child_p¦rocess').ex¦ec(_0x1¦a2b3c);"),
    ],
    "RG-OBF-0015": [
        joined("const hidden = '§v24§';"),
    ],
    "RG-OBF-0030": [
        joined('eval "$(ech¦o §b80§ | bas¦e¦64 -d)"'),
        joined('eval $(bas¦e¦64 -d <<< "$blob")'),
    ],
    "RG-OBF-0031": [
        joined("printf '\\x65\\x63\\x68\\x6f\\x20\\x6¦8\\x65\\x6c\\x6c\\x6f\\x20\\x31' | sh"),
        joined("echo -e '\\145\\143\\150\\157\\040\\15¦0\\145\\154\\154\\157\\040\\061' | bash"),
    ],
    "RG-OBF-0032": [
        joined("echo 'olleh ohce' | re¦v | bash"),
    ],
    "RG-OBF-0033": [
        joined("echo §b80§ | bas¦e¦64 -d | g¦unzip | bash"),
    ],
    "RG-OBF-0034": [
        joined("cur¦l${IFS}http://192.0.2.1/x"),
        joined("bash$I¦FS$9-c"),
    ],
    "RG-OBF-0040": [
        joined("import bas¦e64\nexec(bas¦e6¦4.b64de¦cod¦e('§b200§'))\n"),
        joined("exec(__import__('zlib').decom¦press(__import__('bas¦e64').b64de¦cod¦e(b'§b200§')))\n"),
        joined("exec(compile(marsha¦l.load¦s(b'§b120§'), 'x', 'exec'))\n"),
    ],
    "RG-OBF-0041": [
        joined("exec(byte¦s.from¦he¦x('§h80§'))\n"),
        joined("exec(''.jo¦in(map(chr, [112, 97, 115, 115])))\n"),
    ],
    "RG-OBF-0042": [
        joined(
            "_ = lambda __ : __import__('zli¦b').d¦e¦c¦o¦"
            "m¦p¦r¦e¦s¦s(__i¦m¦p¦o¦r¦t__('bas¦e64').b64de¦code(__[::-1]));ex¦e¦c((_)(b'x'))\n"
        ),
    ],
    "RG-OBF-0043": [
        joined("exec(Fer¦ne¦t(b'§b43§=').decrypt(b'§b100§'))\n"),
    ],
    "RG-OBF-0044": [
        joined("from setupt¦ools import setup;§s150§e¦xec(open('x').read())\n"),
    ],
    "RG-OBF-0045": [
        joined("__impor¦t__('o'+'s')\n"),
        joined("getattr(__built¦ins__, 'ex'+'ec')('pass')\n"),
    ],
    "RG-OBF-0046": [
        joined("# -*- cod¦ing: utf-7 -*-\n+AHAAcgBpAG4AdA-\n"),
        joined("#!/usr/bin/env python\n# vim: set fileencod¦ing=unicode_esc¦ape :\n\\x70\\x72\n"),
    ],
    "RG-OBF-0048": [
        joined("\\u006¦5\\u0076\\u0061\\u006c(x)\n"),
        joined("\\u006¦5val(x)\n"),
        joined("ev\\u00¦61l(x);"),
    ],
    "RG-OBF-0050": [
        joined("cat a | b''a¦''s''h\n"),
        joined('c""u""¦r""l -s x\n'),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "RG-OBF-0051": [
        joined('a = "\\u202e \\u2066// admin\\u2069"\n'),
        "\N{RIGHT-TO-LEFT ISOLATE}\N{HEBREW LETTER ALEF}\N{POP DIRECTIONAL ISOLATE} (1)\n".encode(),
    ],
    "RG-OBF-0052": [
        ("\N{WAVING BLACK FLAG}" + "".join(chr(0xE0000 + ord(letter)) for letter in "gbeng") + "\U000e007f").encode()
        * 9,
        ("\N{CJK UNIFIED IDEOGRAPH-8FBB}\N{VARIATION SELECTOR-17}" * 40).encode(),
    ],
    "RG-OBF-0053": ["const name = '\N{HANGUL FILLER}';\nlet \N{HANGUL SYLLABLE GA} = 1;\n".encode()],
    "RG-OBF-0014": [
        joined("§o50§ document.title = _0x1¦a2b3c;"),
        joined("const _0x¦12ab = require('child_p¦rocess');"),
    ],
    "RG-OBF-0015": [
        joined("const kanji = '葛§v1§城市と辻§v1§';"),
    ],
    "RG-OBF-0030": [
        joined('eval "$(ssh-agent -s)"'),
        joined('text="$(echo §b80§ | bas¦e¦64 -d)"'),
    ],
    "RG-OBF-0031": [
        joined("printf '\\x1b\\x5b\\x33\\x31\\x6d\\x41\\x42\\x43\\x44\\x45\\x46\\x47'"),
        joined("printf '\\033[0m' | cat"),
    ],
    "RG-OBF-0032": [
        joined("echo abc | rev | cut -d. -f1"),
    ],
    "RG-OBF-0033": [
        joined("bas¦e¦64 -d archive.txt | gunzip > archive\n"),
        joined("bas¦e¦64 -d < x | tar xz\n"),
    ],
    "RG-OBF-0034": [
        joined('IFS=","; echo "${IFS}"'),
        joined("old=$IFS; cu¦rl h¦ttp://example.org"),
    ],
    "RG-OBF-0040": [
        joined("data = bas¦e64.b64de¦code('§b200§')\n"),
        joined("exec(bas¦e6¦4.b64de¦code('cGFzcw=='))\n"),
    ],
    "RG-OBF-0041": [
        joined("key = bytes.from¦hex('§h80§')\n"),
        joined("exec(open('version.py').read())\n"),
    ],
    "RG-OBF-0042": [
        joined("f = lambda s: s[::-1]\nexe¦c((f)('ssap'))\n"),
    ],
    "RG-OBF-0043": [
        joined("text = Fer¦net(key).decrypt(token)\n"),
    ],
    "RG-OBF-0044": [
        joined("x = 1;§s8§exec('pass')\n"),
        joined("|§s150§import order |\n"),
    ],
    "RG-OBF-0045": [
        joined("__import__('os')\n"),
        joined("__import__('pkg.' + name)\n"),
    ],
    "RG-OBF-0046": [
        joined("# -*- cod¦ing: utf-8 -*-\nprint('utf-7')\n"),
        joined("# -*- cod¦ing: cp932 -*-\n"),
        joined("§s500§\n# cod¦ing: utf-7\n"),
    ],
    "RG-OBF-0048": [
        joined("const letter = '\\u0065';\nevaluate(x)\n"),
        joined("evalue\\u0061\n"),
    ],
    "RG-OBF-0050": [
        joined("It''s a ''wiki'' text.\n"),
        joined("cat a | sort ''\n"),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
