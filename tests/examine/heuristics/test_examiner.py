"""The examiner as a whole: canary, gaps, what is shared, what is derived, and real tools where they are installed."""

from __future__ import annotations

import base64
import gzip
import os
import shutil
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import EngineFailure
from gate.examine.heuristics import examiner, findings, layers, samples
from gate.examine.heuristics.examiner import HeuristicsExaminer
from gate.examine.heuristics.native import format_of
from gate.examine.heuristics.reasons import codes_of
from gate.examine.heuristics.xor import BLOCK, Hidden, hidden_programs, uncovered
from gate.examine.interface import Observation, View
from gate.models import Derived, DetectionFact, Gap
from tests.examine.heuristics import heuristics_samples as kit
from tests.examine.heuristics.build_elf import Elf
from tests.examine.heuristics.build_macho import MachO
from tests.examine.viewing import examined

PROGRAMS = {"pe": kit.PROGRAM, "elf": Elf().build(), "mach-o": MachO().build()}


def seen(data: bytes, name: bytes = b"item") -> list[Observation]:
    return examined(HeuristicsExaminer(), data, name)


def derived(data: bytes) -> list[Derived]:
    return [each for each in seen(data) if isinstance(each, Derived)]


def gaps(data: bytes) -> list[str]:
    return [each.reason for each in seen(data) if isinstance(each, Gap)]


def codes(data: bytes, name: bytes = b"item") -> list[str]:
    return [code for each in seen(data, name) if isinstance(each, DetectionFact) for code in codes_of(each.detail)]


def score(data: bytes, name: bytes = b"item") -> int:
    return max((each.score for each in seen(data, name) if isinstance(each, DetectionFact)), default=0)


# --- the canary -----------------------------------------------------------------------------------------------


def test_canary_proves_the_examiner(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = HeuristicsExaminer()
    assert subject.start().canary == subject.finish().canary == "passed"
    real = samples.tiny_elf
    monkeypatch.setattr(samples, "tiny_elf", lambda *, writable: real(writable=True))  # noqa: ARG005  # as it is called
    with pytest.raises(EngineFailure) as false:
        subject.start()
    assert false.value.code == "examine.canary-false"
    monkeypatch.setattr(samples, "tiny_elf", lambda *, writable: real(writable=False))  # noqa: ARG005  # as it is called
    with pytest.raises(EngineFailure) as missed:
        subject.finish()
    assert missed.value.code == "examine.canary-missed"


def test_canary_that_cannot_be_read_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examiner, "LARGEST_PROGRAM", 10)
    with pytest.raises(EngineFailure) as missed:
        HeuristicsExaminer().start()
    assert missed.value.code == "examine.canary-missed"


# --- what cannot be looked at ---------------------------------------------------------------------------------


def test_item_that_is_not_there_is_a_gap() -> None:
    subject = HeuristicsExaminer()
    descriptor = os.memfd_create("item")
    view = View(descriptor, 100, "", name=b"x", mode=None, labels=(), depends_on=subject.depends_on)
    [gap] = subject.examine(view)
    os.close(descriptor)
    assert isinstance(gap, Gap)
    assert gap.reason == "unreadable"


def test_empty_item_is_examined() -> None:
    assert seen(b"") == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_that_cannot_be_read_is_a_gap(name: str) -> None:
    whole = PROGRAMS[name]
    assert format_of(whole) == name
    assert gaps(whole) == []
    broken = {"pe": whole[:0x90], "elf": whole[:4] + b"\x07" + whole[5:], "mach-o": whole[:8]}[name]
    assert gaps(broken) == ["corrupt"]


@pytest.mark.parametrize(
    ("limit", "data"),
    [("LARGEST_PROGRAM", kit.PROGRAM), ("LARGEST_TEXT", b"text " * 20), ("LARGEST_OTHER", b"\0" * 50)],
)
def test_what_is_too_large_is_a_gap(limit: str, data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert gaps(data) == []
    monkeypatch.setattr(examiner, limit, 20)
    assert gaps(data) == ["too-large"]


def test_bomb_in_a_text_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"data = '" + base64.b64encode(zlib.compress(bytes(500_000))) + b"'"
    assert gaps(text) == []
    monkeypatch.setattr(layers, "LARGEST", 100_000)
    assert gaps(text) == ["ratio"]


def test_more_programs_than_are_derived_are_a_gap() -> None:
    blobs = [base64.b64encode(kit.PROGRAM + bytes([number])) for number in range(findings.MOST_DERIVED + 1)]
    text = b"\n;\n".join(b'x("' + blob + b'")' for blob in blobs)
    assert len(derived(text)) == findings.MOST_DERIVED
    assert gaps(text) == ["too-many"]


def test_derived_program_that_is_too_large_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "LARGEST_DERIVED", 100)
    text = kit.joined("data = '", kit.PROGRAM64, "'")
    assert gaps(text) == ["too-large"]
    assert codes(text) == ["text-hidden-program"]


# --- names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [b"a.exe", b"a", b"lib.so.1.2", b"x.pyd", b"addon.node", b"a.dll", b"x.bin", b"data.dat", b"a.txt.exe.mui"]
)
def test_usual_names_of_programs_disguise_nothing(name: bytes) -> None:
    assert codes(kit.PROGRAM, name) == []


def test_names_in_japanese_are_read() -> None:
    assert codes(kit.PROGRAM, "報告書.pdf".encode("cp932")) == ["name-disguised"]
    assert codes(kit.PROGRAM, "報告書.exe".encode("cp932")) == []
    assert codes(b"text", b"\xff\xfe\x80.pdf.exe") == ["name-double-extension"]


# --- decoding -------------------------------------------------------------------------------------------------

INNER = kit.INNER * 2


@pytest.mark.parametrize("written", kit.ENCODINGS)
def test_script_is_read_in_every_encoding(written: str) -> None:
    text = kit.joined("import base64\nex", "ec(base64.b64", "decode('", kit.HELLO64, "'))\n" * 3).decode()
    data = kit.ENCODINGS[written](text)
    assert "script-decode-run" in codes(data)
    assert [each.data for each in derived(data)] == [kit.HELLO]


ENCODED: dict[str, Callable[[bytes], str]] = {
    "base64": lambda data: base64.b64encode(data).decode(),
    "url-safe": lambda data: base64.urlsafe_b64encode(data).decode(),
    "lines": lambda data: base64.encodebytes(data).decode(),
    "joined": lambda data: "' +\n   '".join(_pieces(base64.b64encode(data).decode())),
    "dots": lambda data: '" . "'.join(_pieces(base64.b64encode(data).decode())),
    "appended": lambda data: '"\nx = x & "'.join(_pieces(base64.b64encode(data).decode())),
    "hex": lambda data: data.hex(),
    "escapes": lambda data: "".join(f"\\x{byte:02x}" for byte in data),
    "percent": lambda data: "".join(f"%{byte:02X}" for byte in data),
    "unicode": lambda data: "".join(f"\\u00{byte:02x}" for byte in data),
    "numbers": lambda data: "', [" + ", ".join(map(str, data)) + "], '",
    "hex numbers": lambda data: "', [" + ",".join(map(hex, data)) + "], '",
    "calls": lambda data: "' & " + " & ".join(f"Chr({byte})" for byte in data) + " & '",
}


def _pieces(text: str) -> list[str]:
    return [text[place : place + 60] for place in range(0, len(text), 60)]


@pytest.mark.parametrize("encoding", ENCODED)
def test_hidden_program_is_uncovered(encoding: str) -> None:
    text = f"x = '{ENCODED[encoding](kit.PROGRAM)}'\n".encode()
    assert [each.data.rstrip(b"\0") for each in derived(text)] == [kit.PROGRAM.rstrip(b"\0")]
    assert "text-hidden-program" in codes(text)


LAYERS: dict[str, Callable[[bytes], bytes]] = {
    "zlib": zlib.compress,
    "deflate": lambda data: zlib.compress(data, wbits=-15),
    "base64": base64.b64encode,
    "xor5a": lambda data: uncovered(data, 0x5A),
}


@pytest.mark.parametrize("layer", LAYERS)
def test_layers_are_taken_off(layer: str) -> None:
    text = b"x = '" + base64.b64encode(LAYERS[layer](kit.PROGRAM)) + b"'\n"
    [found] = derived(text)
    assert (found.name, found.data) == (f"decoded-base64-{layer}-1", kit.PROGRAM)


def test_archive_in_a_text_is_left_to_the_readers_of_archives() -> None:
    packed = gzip.compress(b"a" * 500)
    padded = packed + bytes(200)
    [found] = derived(b"x = '" + base64.b64encode(padded) + b"'\n")
    assert found.data == padded
    assert codes(b"x = '" + base64.b64encode(padded) + b"'\n") == []


def test_equal_blobs_are_derived_once() -> None:
    text = kit.joined("a = '", kit.PROGRAM64, "'\n--\nb = '", kit.PROGRAM64, "'\n")
    assert len(derived(text)) == 1


def test_images_and_texts_are_not_derived() -> None:
    page = "".join(f"<img src='data:image/png;base64,{kit.IMAGE64}'>\n" for _ in range(50))
    note = base64.b64encode(b"All is well with the house and the garden. " * 20).decode()
    assert seen(page.encode() + note.encode()) == []


def test_what_a_script_runs_is_derived_whatever_it_is() -> None:
    inner = base64.b64encode(zlib.compress(b"harmless = 'of no interest to anybody'\n")).decode()
    lines = ("ex", "ec(zlib.decom", "press(base64.b64", "decode('", inner, "')))")
    [found] = derived(kit.joined(*lines))
    assert found.data == b"harmless = 'of no interest to anybody'\n"


def test_encoded_command_is_derived_as_text() -> None:
    [found] = derived(kit.joined("power", "shell -nop -w hidden -e", "nc ", kit.COMMAND64))
    assert found.data == b"Write-Output 'hello, hello, hello'"


# --- decode and run, by language ------------------------------------------------------------------------------

RUNS: dict[str, tuple[str, ...]] = {
    "python": ("ex", "ec(base64.b64", "decode('{}'))"),
    "python nested": ("ex", "ec(zlib.decom", "press(base64.b64", "decode(b'{}')))"),
    "python shell": ("os.sys", "tem(bytes.from", "hex('{}').decode())"),
    "javascript": ("ev", "al(at", "ob('{}'))"),
    "javascript function": ("new Fun", "ction(at", "ob('{}'))()"),
    "node": ("ev", "al(Buffer.from('{}', 'base", "64').toString())"),
    "powershell": ("IE", "X ([Text.Encoding]::UTF8.GetString([Convert]::FromBase", "64String('{}')))"),
    "powershell pipe": ("[Convert]::FromBase", "64String('{}') | IE", "X"),
    "php": ("<?php ev", "al(gzinf", "late(base64_", "decode('{}')));"),
    "shell": ("echo {} | base", "64 -d | ba", "sh"),
    "shell eval": ('eval "$(echo {} | base', '64 --decode)"'),
    "perl": ("ev", "al unpack('u', decode_", "base64('{}'));"),
    "ruby": ("ev", "al(Base64.deco", "de64('{}'))"),
    "visual basic": ("Exec", "ute StrRe", 'verse("{}")'),
}


@pytest.mark.parametrize("language", RUNS)
def test_decode_and_run_is_suspected(language: str) -> None:
    text = kit.joined(*RUNS[language]).decode().replace("{}", kit.HELLO64)
    assert "script-decode-run" in codes(text.encode())
    assert score(text.encode()) >= 60


QUIET = {
    "python": "data = base64.b64decode('{}')\nprint(data)",
    "python regex": "pattern.exec(x)\nvalue = base64.b64decode('{}')",
    "javascript": "const m = /a/.exec(atob('{}'))",
    "javascript global": "var g = Function('return this')(); var img = atob('{}')",
    "powershell": "$bytes = [Convert]::FromBase64String('{}'); [IO.File]::WriteAllBytes('a.png', $bytes)",
    "php": "<?php echo base64_decode('{}'); ?>",
    "shell": "echo {} | base64 -d > picture.png",
    "shell two": "echo {} | base64 -d | tee picture.png",
    "sql": "cursor.execute('insert into t values (?)', ['{}'])",
}


@pytest.mark.parametrize("language", QUIET)
def test_decoding_without_running_is_not(language: str) -> None:
    assert score(QUIET[language].replace("{}", kit.HELLO64).encode()) < 60


# --- constructors of every kind -------------------------------------------------------------------------------

CONSTRUCTORS: dict[str, Callable[[int], Elf]] = {
    "array": lambda place: Elf(constructors=[0x1000, place]),
    "relocated": lambda place: Elf(constructors=[0x1000, place], relocated=True),
    "init": lambda place: Elf(entries=[(12, place)]),
    "fini": lambda place: Elf(entries=[(13, place)]),
    "ctors": lambda place: Elf(constructors=[0xFFFFFFFFFFFFFFFF, place, 0], constructor_section=b".ctors"),
}


@pytest.mark.parametrize("kind", CONSTRUCTORS)
def test_constructors_outside_of_the_code_are_suspected(kind: str) -> None:
    assert codes(CONSTRUCTORS[kind](0x2008).build()) == ["elf-constructor-outside"]
    assert codes(CONSTRUCTORS[kind](0x1010).build()) == []


def test_bytecode_of_hermes_is_named() -> None:
    assert codes(bytes.fromhex("c61fbc03c103191f") + bytes(100)) == ["bytecode-javascript"]


# --- XOR ------------------------------------------------------------------------------------------------------


@given(st.integers(1, 255), st.integers(0, 3000))
def test_every_key_is_found(key: int, before: int) -> None:
    data = b"\x11" * before + uncovered(kit.PROGRAM, key)
    assert list(hidden_programs(data)) == [Hidden(before, key)]


def test_hidden_program_across_blocks_is_found() -> None:
    for back in (1, 60, 150, 250):
        data = b"\x11" * (BLOCK - back) + uncovered(Elf().build(), 0x33)
        assert list(hidden_programs(data)) == [Hidden(BLOCK - back, 0x33)]


def test_programs_in_the_open_are_no_hidden_ones() -> None:
    assert list(hidden_programs(bytes(100) + kit.PROGRAM + Elf().build())) == []


# --- real tools -----------------------------------------------------------------------------------------------


@pytest.mark.skipif(not shutil.which("upx"), reason="upx is not installed")
def test_program_packed_with_upx_is_suspected(tmp_path: Path) -> None:
    source, packed = Path("/bin/ls").resolve(), tmp_path / "packed"
    done = subprocess.run(["upx", "-q", "-o", packed, source], capture_output=True, check=False, timeout=120)
    if done.returncode:
        pytest.skip("upx does not pack this system's programs")
    assert score(source.read_bytes()) == 0
    assert score(packed.read_bytes()) >= 60
    renamed = packed.read_bytes().replace(kit.UPX, b"ABC!")
    assert score(renamed) >= 60


@pytest.mark.skipif(not kit.CAN_SIGN, reason="osslsigncode is not installed")
def test_every_part_of_a_signed_program_is_under_its_signature() -> None:
    program = kit.signed()
    assert seen(program) == []
    _, offset, _ = kit.certificates(program)
    for place in (2, 0x100, 0x400, 0x800, offset - 1):
        changed = program[:place] + bytes([program[place] ^ 0x10]) + program[place + 1 :]
        assert score(changed) >= 60 or gaps(changed)


# --- hostile input --------------------------------------------------------------------------------------------


@given(st.binary(max_size=300), st.sampled_from(sorted(PROGRAMS)), st.integers(0, 1000))
def test_damaged_programs_never_raise(noise: bytes, name: str, place: int) -> None:
    data = bytearray(PROGRAMS[name])
    data[place : place + len(noise)] = noise
    seen(bytes(data))


@given(st.binary(max_size=3000), st.binary(max_size=30))
def test_random_bytes_never_raise(data: bytes, name: bytes) -> None:
    seen(data, name)


@pytest.mark.parametrize(
    "data",
    [
        b"A" * 5_000_000,
        b"exec(" * 400_000,
        b"base64 -d " * 300_000,
        b"powershell -e" * 200_000,
        b"eval(atob(" * 200_000,
        (b"A" * 39 + b"'+'") * 60_000,
        (b"A" * 41 + b"'+") * 60_000,
        b"'\n" + b'x = x & "' * 200_000,
        b"1, " * 700_000,
        b"1, 2, 3, 4, 5, 6, 7, 8, 9, 1000, " * 60_000,
        b"\\x41" * 500_000,
        b"chr(1)&" * 300_000,
        b"frombase64string" * 200_000,
        b"\0" * 20_000_000,
        b"MZ" * 1_000_000,
    ],
    ids=lambda data: repr(data[:24]),
)
def test_hostile_content_ends_soon(data: bytes) -> None:
    import time

    started = time.process_time()
    seen(data)
    assert time.process_time() - started < 20  # a hang, not a speed: a machine may be slow


def test_a_large_item_is_looked_at_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = uncovered(kit.PROGRAM, 0x5A)
    noise = bytes(range(1, 256)) * 1200
    place = 3 * (1 << 16) - 100  # across the end of a window
    data = b"\0\1" + noise[:place] + hidden + noise
    for content in (data, b"\0\1" + noise + noise):
        whole = [each for each in observed(content, 1 << 30, monkeypatch) if isinstance(each, Derived)]
        in_windows = [each for each in observed(content, 1 << 16, monkeypatch) if isinstance(each, Derived)]
        assert in_windows == whole
        assert bool(whole) is (content is data)


def observed(content: bytes, window: int, monkeypatch: pytest.MonkeyPatch) -> list[Observation]:
    """Return what is seen with a window of that many bytes."""
    monkeypatch.setattr(examiner, "WINDOW_BYTES", window)
    return examined(HeuristicsExaminer(), content, name=b"data.bin")
