"""PDF: actions wherever they lie, and files that hide them, cannot be read or never end."""

from __future__ import annotations

import io
import time

import pikepdf
import pytest

from gate.examine.executable import pdf as subject
from gate.examine.executable.examiner import ExecutableExaminer
from gate.models import ExecutableFact, Gap
from tests.examine.executable.pdf_kit import in_object_stream, pdf, stream
from tests.examine.viewing import examined

LAUNCH = b"<< /S /Launch /F (cmd.exe) >>"


def seen(data: bytes) -> tuple[set[str], set[str]]:
    found = examined(ExecutableExaminer(), data)
    facts = {fact.format for fact in found if isinstance(fact, ExecutableFact)}
    return facts, {gap.reason for gap in found if isinstance(gap, Gap)}


def saved(data: bytes, **options: object) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as opened:
        out = io.BytesIO()
        opened.save(out, **options)  # type: ignore[arg-type]  # passes on whatever the test gives
        return out.getvalue()


def test_a_document_without_actions_is_none() -> None:
    assert seen(pdf()) == (set(), set())


def test_actions_in_compressed_objects_are_seen() -> None:
    data = saved(pdf(LAUNCH, catalog=b"/OpenAction 4 0 R"), object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"/Launch" not in data
    assert seen(data) == ({"pdf-launch"}, set())


def test_automatic_actions_are_told() -> None:
    [fact] = examined(ExecutableExaminer(), pdf(LAUNCH, catalog=b"/OpenAction 4 0 R"))
    assert isinstance(fact, ExecutableFact)
    assert fact.detail == "signs=1 automatic=yes"


def test_a_document_that_anyone_can_open_is_read_though_encrypted() -> None:
    data = saved(pdf(LAUNCH, catalog=b"/OpenAction 4 0 R"), encryption=pikepdf.Encryption(owner="x", user=""))
    assert seen(data) == ({"pdf-launch"}, set())


def test_a_document_with_a_password_is_a_gap() -> None:
    data = saved(pdf(LAUNCH, catalog=b"/OpenAction 4 0 R"), encryption=pikepdf.Encryption(owner="x", user="y"))
    assert seen(data)[1] == {"unsupported"}


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4 no objects at all, and yet /S /L#61unch",
        in_object_stream(LAUNCH),
        b"\xef\xbb\xbf%PDF-1.4 /S /Launch",
        b"%PDF-1.4\n1 0 obj << /Length 9 >> stream\n\x81(\x82 \nendstream endobj\n2 0 obj " + LAUNCH + b" endobj",
    ],
    ids=["no objects", "no tables", "byte order mark", "open parenthesis before"],
)
def test_what_qpdf_cannot_read_is_searched_as_it_lies(data: bytes) -> None:
    facts, gaps = seen(data)
    assert facts == {"pdf-launch"}
    assert gaps <= {"corrupt"}


def test_a_broken_document_is_a_gap() -> None:
    assert seen(b"%PDF-1.4 and nothing else") == (set(), {"corrupt"})


def test_a_text_about_documents_is_none() -> None:
    assert seen(b"A PDF file begins with %PDF-1.4, and its actions are called /S /Launch.\n") == (set(), set())


def test_large_documents_and_many_objects_are_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "MOST_OBJECTS", 3)
    assert seen(pdf(LAUNCH)) == ({"pdf-launch"}, {"engine-limit"})
    monkeypatch.setattr(subject, "LARGEST", 10)
    assert seen(pdf(LAUNCH)) == (set(), {"too-large"})


@pytest.mark.parametrize(
    "data",
    [
        pdf(b"[" * 200_000 + b"]" * 200_000),
        pdf(*[b"<< /Kids [%d 0 R] /AA %d 0 R >>" % (number + 1, number) for number in range(4, 2000)]),
        pdf(b"<< /Title (" + b"(" * 300_000 + b" >>"),
        pdf(b"<< /JS " + b"<" * 300_000),
        b"%PDF-1.7\n" + b"/ObjStm" * 150_000,
        b"%PDF-1.7\n" + b"/ObjStm >> stream\n" * 60_000,
        b"%PDF-1.7\n" + b"1 0 obj\n" * 120_000,
        pdf(stream(b"/Filter [" + b"/FlateDecode " * 2000 + b"]", b"x")),
        b"%PDF-1.7\n" + b"#53" * 300_000,
    ],
    ids=["deep", "cyclic", "strings", "hex", "names", "streams", "objects", "filters", "escapes"],
)
def test_hostile_documents_come_to_an_end(data: bytes) -> None:
    started = time.process_time()
    seen(data)
    assert time.process_time() - started < 20  # a hang, not a speed: a machine may be slow
