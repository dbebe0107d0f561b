from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.examine.antivirus.replies import Answer, Verb, meaning, read
from gate.models import DetectionFact, ExecutableFact, Gap

EXACT = {"FILDES": re.compile(rb"fd\[[0-9]+\]: OK\x00"), "INSTREAM": re.compile(rb"stream: OK\x00")}
VERBS: list[Verb] = ["FILDES", "INSTREAM"]
PREFIX: dict[Verb, bytes] = {"FILDES": b"fd[10]: ", "INSTREAM": b"stream: "}


@pytest.mark.parametrize("verb", VERBS)
def test_only_the_exact_reply_is_clean(verb: Verb) -> None:
    assert read(PREFIX[verb] + b"OK\0", verb) == Answer("clean")
    assert meaning(Answer("clean")) is None


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\0",
        b"OK\0",
        b"OK",
        b"%bOK",
        b"%bOK\n",
        b"%bOK\0\0",
        b"%bOK\0\n",
        b" %bOK\0",
        b"\0%bOK\0",
        b"%bok\0",
        b"%bOK \0",
        b"%bOK\0%bOK\0",
        b"Error writing to temporary file ERROR\0%bOK\0",
        b"%bOK\0%bX FOUND\0",
        b"%bX FOUND\0%bOK\0",
        b"%bCan't write to file ERROR\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"/tmp/x: OK\0",
        b"%bNot a regular file ERROR\0",
        b"UNKNOWN COMMAND\0",
        b"1: %bOK\0",
        b"%b\0",
        b"%b FOUND\0",
        b"%bX FOUND",
        b"%bX\nFOUND\0",
        b"fd[]: OK\0",
        b"fd[-1]: OK\0",
        b"fd[1: OK\0",
        b"fd[\xd9\xa1]: OK\0",
        b"stream: OK\0fd[1]: OK\0",
    ],
)
def test_anything_else_is_a_gap(verb: Verb, reply: bytes) -> None:
    said = meaning(read(reply.replace(b"%b", PREFIX[verb]), verb))
    assert isinstance(said, Gap)
    assert said.reason == "engine-error"


def test_the_reply_to_one_command_is_none_to_the_other() -> None:
    assert read(b"stream: OK\0", "FILDES").kind == "refused"
    assert read(b"fd[1]: OK\0", "INSTREAM").kind == "refused"


@st.composite
def nearly_clean(draw: st.DrawFn) -> bytes:
    """Replies a few bytes away from the clean one: the neighbourhood where a loose match would slip."""
    reply = bytearray(draw(st.sampled_from([b"stream: OK\0", b"fd[12]: OK\0"])))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(reply)))
        cut = draw(st.integers(0, 2))
        reply[place : place + cut] = draw(st.one_of(st.binary(max_size=3), st.sampled_from([b"\0", b"\n", b"OK\0"])))
    return bytes(reply)


@given(reply=st.one_of(st.binary(max_size=60), nearly_clean()), verb=st.sampled_from(VERBS))
def test_never_clean_but_for_the_exact_bytes(reply: bytes, verb: Verb) -> None:
    said = meaning(read(reply, verb))
    assert (said is None) == (EXACT[verb].fullmatch(reply) is not None)


@given(reply=st.binary(max_size=2000), verb=st.sampled_from(VERBS))
def test_what_is_quoted_is_safe_to_show(reply: bytes, verb: Verb) -> None:
    text = read(reply, verb).text
    assert not {unicodedata.category(character) for character in text} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert len(text) <= 12_000


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Heuristics.Limits.Exceeded.MaxFileSize", Gap("engine-limit", "Heuristics.Limits.Exceeded.MaxFileSize")),
        ("Heuristics.Limits.Exceeded.MaxScanTime", Gap("engine-limit", "Heuristics.Limits.Exceeded.MaxScanTime")),
        ("Heuristics.XZ.DicSizeLimit", Gap("engine-limit", "Heuristics.XZ.DicSizeLimit")),
        ("Heuristics.Encrypted.Zip", Gap("encrypted", "Heuristics.Encrypted.Zip")),
        ("Heuristics.Encrypted.PDF", Gap("encrypted", "Heuristics.Encrypted.PDF")),
        ("Heuristics.Broken.Executable", Gap("corrupt", "Heuristics.Broken.Executable")),
        ("Heuristics.Broken.Media.PNG.EOFReadingChunk", Gap("corrupt", "Heuristics.Broken.Media.PNG.EOFReadingChunk")),
        (
            "Heuristics.OLE2.ContainsMacros.VBA",
            ExecutableFact("macro", "vba", detail="engine=clamav alert=Heuristics.OLE2.ContainsMacros.VBA"),
        ),
        (
            "Heuristics.OLE2.ContainsMacros.XLM",
            ExecutableFact("macro", "xlm", detail="engine=clamav alert=Heuristics.OLE2.ContainsMacros.XLM"),
        ),
        (
            "Heuristics.Phishing.Email.SSL-Spoof",
            DetectionFact("clamav", "Heuristics.Phishing.Email.SSL-Spoof", "suspected"),
        ),
        ("PUA.Win.Packer.Upx-4", DetectionFact("clamav", "PUA.Win.Packer.Upx-4", "suspected")),
        ("Win.Trojan.Agent-1", DetectionFact("clamav", "Win.Trojan.Agent-1", "known")),
        ("HeuristicsLike.Trojan", DetectionFact("clamav", "HeuristicsLike.Trojan", "known")),
        (
            "Eicar(44d88612fea8a8f36de82e1278abb02f:68)",
            DetectionFact("clamav", "Eicar(44d88612fea8a8f36de82e1278abb02f:68)", "known"),
        ),
    ],
)
@pytest.mark.parametrize("verb", VERBS)
def test_what_is_found(verb: Verb, name: str, expected: object) -> None:
    assert meaning(read(PREFIX[verb] + name.encode() + b" FOUND\0", verb)) == expected


@pytest.mark.parametrize(
    "name",
    [
        "Heuristics.Limits.Exceeded.X",
        "Heuristics.Encrypted.Zip",
        "Heuristics.Broken.Executable",
        "Heuristics.OLE2.ContainsMacros.VBA",
        "Heuristics.XZ.DicSizeLimit",
    ],
)
def test_a_signature_cannot_borrow_the_name_of_an_alert(name: str) -> None:
    said = meaning(read(f"stream: {name}.UNOFFICIAL FOUND\0".encode(), "INSTREAM"))
    assert said == DetectionFact("clamav", f"{name}.UNOFFICIAL", "suspected")


def test_names_are_escaped() -> None:
    said = meaning(read(b"stream: Evil\x1b[2J\xffname FOUND\0", "INSTREAM"))
    assert said == DetectionFact("clamav", "Evil%1B[2J%FFname", "known")
