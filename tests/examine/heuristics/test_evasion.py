"""Ways around the examiner: what is bad stays suspected, or is a gap, however it is dressed up; its twin is neither."""

from __future__ import annotations

import base64
import codecs
import struct
import zlib
from collections.abc import Callable

import pytest

from gate.examine.heuristics import blobs
from gate.examine.heuristics.examiner import WINDOW_BYTES, HeuristicsExaminer
from gate.examine.heuristics.reasons import codes_of
from gate.examine.interface import Observation
from gate.models import Derived, DetectionFact, Gap
from tests.examine.heuristics import heuristics_samples as kit
from tests.examine.heuristics.build_macho import MachO
from tests.examine.heuristics.build_pe import WRITABLE_CODE, Pe, Section
from tests.examine.viewing import examined

SUSPICION = 60
PHP = kit.joined("<?php ev", "al(base64_dec", "ode('", kit.HELLO64, "')); ?>")
PYTHON = kit.made(kit.BAD["script-decode-run"]).data
COMMAND = kit.made(kit.BAD["script-encoded-command"]).data
HARMLESS = kit.joined("import base64\nwords = base64.b64", "decode('", kit.HELLO64, "')\nprint(words)\n")


def seen(data: bytes, name: bytes = b"item") -> tuple[list[str], int, list[Observation]]:
    """The reasons and the score that the examiner gives, and all that it says."""
    said = examined(HeuristicsExaminer(), data, name)
    facts = [each for each in said if isinstance(each, DetectionFact)]
    return (
        [code for each in facts for code in codes_of(each.detail)],
        max((each.score for each in facts), default=0),
        said,
    )


def gaps(data: bytes) -> list[str]:
    return [each.reason for each in seen(data)[2] if isinstance(each, Gap)]


# --- scripts in what does not begin like text --------------------------------------------------------------------

IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 16
"""The beginning of a picture: no text by any measure."""


@pytest.mark.parametrize("script", [PYTHON, PHP, COMMAND], ids=["python", "php", "command"])
@pytest.mark.parametrize(
    "dress",
    [
        lambda script: b"# \x01\n" + script,
        lambda script: b"# \0\x02\x03\n" + script,
        lambda script: b"#" + bytes(range(1, 9)) * 600 + b"\n" + script,
        lambda script: b"GIF89a" + bytes(20) + script,
        lambda script: IMAGE + script,
        lambda script: IMAGE * 2000 + script + IMAGE,
        lambda script: IMAGE + bytes(WINDOW_BYTES - len(IMAGE) - 40) + script + bytes(100),
        lambda script: bytes(2 * WINDOW_BYTES) + script,
    ],
    ids=["control", "zero", "controls", "gif", "png", "large", "across-windows", "far"],
)  # fmt: skip
def test_script_in_what_is_no_text(script: bytes, dress: Callable[[bytes], bytes]) -> None:
    codes, score, said = seen(dress(script))
    assert {"script-decode-run", "script-encoded-command"} & set(codes)
    assert score >= SUSPICION
    assert [each for each in said if isinstance(each, Derived)]
    assert seen(dress(HARMLESS))[1] < SUSPICION


@pytest.mark.parametrize("front", [b"GIF89a" + bytes(20), IMAGE, b"\x80\x04\x95" + bytes(30)])
def test_program_in_text_in_what_is_no_text(front: bytes) -> None:
    codes, _, said = seen(front + kit.PROGRAM64.encode() + bytes(20))
    assert {"binary-hidden-program", "text-hidden-program"} & set(codes)
    assert [each.data for each in said if isinstance(each, Derived)] == [kit.PROGRAM]
    assert seen(front + kit.IMAGE64.encode() + bytes(20))[1:] == (0, [])


# --- layers and lengths ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layers", [5, 6, 7, 9])
def test_more_layers_than_are_looked_through_at_once(layers: int) -> None:
    data, rounds = kit.PROGRAM, 0
    for _ in range(layers):
        data = base64.b64encode(data)
    data = b"data = '" + data + b"'\n"
    while b"data" in data or data[:2] != b"MZ":
        codes, score, said = seen(data)
        assert score >= 35
        assert {"text-nested-encoding", "text-hidden-program"} & set(codes)
        assert rounds or "text-nested-encoding" in codes
        (inner,) = (each for each in said if isinstance(each, Derived))
        data, rounds = inner.data, rounds + 1
        assert rounds < layers
    assert data == kit.PROGRAM


def test_layers_around_nothing_of_note() -> None:
    data = kit.RANDOM[:600]
    for _ in range(3):
        data = base64.b64encode(data)
    assert seen(b"data = '" + data + b"'\n") == ([], 0, [])


LONG = 40 << 20
"""More characters than were once decoded."""


@pytest.mark.parametrize(
    "wrap",
    [lambda text: b"data = '" + text + b"'\n", lambda text: Pe(overlay=b"\0" + text + b"\0").build()],
    ids=["text", "program"],
)
def test_a_long_blob_is_decoded_or_a_gap(wrap: Callable[[bytes], bytes]) -> None:
    program = kit.PROGRAM + bytes(LONG * 3 // 4)
    assert gaps(wrap(base64.b64encode(program))) == ["too-large"]


def test_a_blob_of_every_length_is_decoded_or_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "LARGEST", len(kit.PROGRAM64) - 1)
    for wrap in (b"data = '%b'\n", kit.PROGRAM + b"%b\0"):
        assert gaps(wrap.replace(b"%b", kit.PROGRAM64.encode())) == ["too-large"]


# --- headers where nobody looks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [0x10080, 0x20080, 2 * WINDOW_BYTES + 0x80])
def test_program_whose_header_is_far_from_its_beginning(header: int) -> None:
    """The loader takes any place below 256 MiB (``RTL_IMAGE_MAX_DOS_HEADER``)."""
    bad = Pe(sections=[Section(b".text", b"\xc3" * 64, WRITABLE_CODE)], header=header).build()
    codes, score, _ = seen(bad)
    assert "pe-writable-executable" in codes
    assert "pe-header-far" in codes
    assert score >= SUSPICION


def test_universal_program_of_so_many_parts_that_it_looks_like_java() -> None:
    """The 32 bits that count its parts are where a Java class file has its version (45 and more)."""
    inner = MachO(protection=7).build()
    part = struct.unpack_from("<II", inner, 4)
    count, offset = 52, 0x4000
    table = b"".join(struct.pack(">IIIII", *part, offset, len(inner), 12) for _ in range(count))
    data = (struct.pack(">II", 0xCAFEBABE, count) + table).ljust(offset, b"\0") + inner
    codes, score, said = seen(data)
    assert score >= SUSPICION or [each for each in said if isinstance(each, Gap)]
    assert "macho-writable-executable" in codes or not codes


def test_a_class_file_is_no_program_for_macos() -> None:
    """Constant pools of 256 and 1,792 entries, the sizes nearest to a processor's number."""
    for pool in (0x0001, 0x0100, 0x0700):
        data = struct.pack(">IHHH", 0xCAFEBABE, 0, 52, pool) + b"\x01\x00\x07" + b"Harmles" * 40
        assert seen(data, b"A.class") == ([], 0, [])


@pytest.mark.parametrize("after", [b" INTO OUTFILE 'a.php';", b" and then abcdefghijklmnopqrstuvwxyz", b"';", b"\n"])
@pytest.mark.parametrize("before", [b"SELECT 0x", b"data = '", b""])
def test_hexadecimal_digits_and_words_behind_them(before: bytes, after: bytes) -> None:
    codes, _, said = seen(before + kit.PROGRAM.hex().encode() + after)
    assert "text-hidden-program" in codes
    assert [each.data for each in said if isinstance(each, Derived)] == [kit.PROGRAM]


# --- other ways to say the same ----------------------------------------------------------------------------------

CODE = b"import os\nprint('an inner script')\n" * 6
CODE64 = base64.b64encode(CODE).decode()
ZLIB64 = base64.b64encode(zlib.compress(CODE * 3)).decode()
NUMBERS = ",".join(map(str, CODE))
SPOKEN = 'echo "hello from an inner script";'
WORDS = ",".join(map(str, b"words that nobody would run, as a table of numbers, " * 3))
BACKWARDS = 'MsgBox ""hello from a text that stood backwards""'[::-1]
SAYINGS = {
    "import-in-place": ("ex", "ec(__import__('zlib').decompress(__import__('base64').b64", f"decode('{ZLIB64}')))\n"),
    "numbers": ("ex", f"ec(bytes([{NUMBERS}]))\n"),
    "characters": ("ex", f"ec(''.join(map(chr, [{NUMBERS}])))\n"),
    "marshal": ("ex", "ec(marshal.loads(b'", "".join(f"\\x{each:02x}" for each in CODE), "'))\n"),
    "comma": ("(0,ev", "al)(at", f"ob('{CODE64}'))\n"),
    "constructor": ("[]['filter']['constr", "uctor'](at", f"ob('{CODE64}'))()\n"),
    "joined-name": ("globalThis['ev' + 'al'](at", f"ob('{CODE64}'))\n"),
    "context": ("vm.runInThis", "Context(Buf", f"fer.from('{CODE64}', 'base64').toString())\n"),
    "dash": ("power", "shell \N{EN DASH}enc ", kit.COMMAND64, "\r\n"),
    "backwards": ("Execute(StrRev", f'erse("{BACKWARDS}"))\r\n'),
    "base85": ("ex", "ec(base64.b85", f"decode({base64.b85encode(CODE)!r}))\n"),
    "ascii85": ("ex", "ec(zlib.decompress(base64.a85", f"decode({base64.a85encode(zlib.compress(CODE))!r})))\n"),
    "base32": ("ex", "ec(base64.b32", f"decode('{base64.b32encode(CODE).decode()}'))\n"),
    "rot13": ("<?php ev", "al(str_ro", f"t13('{codecs.encode(SPOKEN, 'rot13')}'));"),
    "php-backwards": ("<?php ev", "al(strr", f"ev('{SPOKEN[::-1]}'));"),
    "unknown": ("<?php ev", "al(convert_uude", "code('#86-C and other characters'));"),
}
"""Scripts that decode and run, written so that the usual word is not there, or not where it usually is."""
SAYING_TWINS = {
    "import-in-place": ("data = __import__('zlib').decompress(__import__('base64').b64", f"decode('{ZLIB64}'))\n"),
    "numbers": (f"table = bytes([{WORDS}])\n",),
    "characters": (f"word = ''.join(map(chr, [{WORDS}]))\n",),
    "marshal": ("code = marshal.loads(data)\n",),
    "comma": ("const text = at", f"ob('{kit.IMAGE64}');\n"),
    "constructor": ("this.constructor(at", "ob);\n"),
    "joined-name": ("table['a' + index](at", "ob);\n"),
    "context": ("vm.runInThis", "Context('1 + 1');\n"),
    "dash": ("power", "shell \N{EN DASH} a shell, with ", kit.COMMAND64[:30], "\r\n"),
    "backwards": ('x = StrReverse("', BACKWARDS, '")\r\n'),
    "base85": ("words = base64.b85", f"decode({base64.b85encode(CODE)!r})\n"),
    "ascii85": ("ex", "ec(base64.a85", "decode(data)), print('a long text that nobody decodes')\n"),
    "base32": ("key = base64.b32", "decode('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP')\n"),
    "rot13": ("<?php echo str_ro", "t13('uryyb uryyb uryyb uryyb uryyb');"),
    "php-backwards": ("<?php echo strr", "ev('a long text that nobody runs');"),
    "unknown": ("<?php ev", "al($code, 'a long text that nobody decodes');"),
}


@pytest.mark.parametrize(
    ("saying", "inner"),
    [
        *((saying, CODE) for saying in ("base85", "ascii85", "base32")),
        *((saying, SPOKEN.encode()) for saying in ("rot13", "php-backwards")),
    ],
)
def test_what_is_decoded_and_run_becomes_an_item(saying: str, inner: bytes) -> None:
    assert inner in [each.data for each in seen(kit.joined(*SAYINGS[saying]))[2] if isinstance(each, Derived)]


@pytest.mark.parametrize("saying", SAYINGS)
def test_other_ways_to_decode_and_run(saying: str) -> None:
    codes, score, said = seen(kit.joined(*SAYINGS[saying]))
    assert {"script-decode-run", "script-encoded-command"} & set(codes)
    assert score >= SUSPICION
    assert [each for each in said if isinstance(each, Derived)]


@pytest.mark.parametrize("saying", SAYING_TWINS)
def test_their_twins(saying: str) -> None:
    assert seen(kit.joined(*SAYING_TWINS[saying]))[1] < SUSPICION


def test_more_places_than_are_looked_at_are_a_gap() -> None:
    decoy = kit.joined("ev", "al(unesc", "ape(x));\n")
    assert gaps(decoy * 1000) == []
    assert gaps(decoy * 3000 + kit.joined(*SAYINGS["php-backwards"])) == ["too-many"]
