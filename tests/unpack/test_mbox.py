"""The reader of mailboxes."""

from __future__ import annotations

import mailbox
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from gate.intake.readers.interface import Options
from gate.intake.text_formats import text_labels
from tests.unpack.document_kit import PROGRAM, contents, peak_memory, read_confined, read_in_time, silent_mutations
from tests.unpack.reader_kit import read_bytes

LINE = b"From a@example.org Thu Jul 31 13:49:50 2008\n"
MAIL = b"From: a@example.org\nTo: b@example.org\nSubject: s\n\n"


def written(folder: Path, count: int) -> bytes:
    """Return a mailbox as Python's own writer makes it."""
    box = mailbox.mbox(folder / "box")
    for number in range(count):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", f"第{number}号"
        mail.set_content("From here on it is text.\n\nFrom me\n", charset="utf-8")
        mail.add_attachment(PROGRAM, maintype="application", subtype="x", filename=f"{number}.exe")
        box.add(mail)
    box.close()
    return (folder / "box").read_bytes()


def test_messages_come_out(tmp_path: Path) -> None:
    data = written(tmp_path, 30)
    assert text_labels(data) == ("mbox",)
    reading = read_bytes(data, "mbox")
    assert reading.all_troubles == []
    assert len(reading.seen) == 30
    for number, seen in enumerate(reading.seen):
        assert text_labels(bytes(seen.content)) == ("mail",)
        attached = read_bytes(bytes(seen.content), "mail")
        assert attached.all_troubles == []
        assert contents(attached)[b"%d.exe" % number] == PROGRAM


def messages(data: bytes) -> list[bytes]:
    return [bytes(seen.content) for seen in read_bytes(data, "mbox").seen]


@pytest.mark.parametrize(
    "size", [0, 1, 100, (1 << 18) - 70, (1 << 18) - 49, (1 << 18) - 30, (1 << 18) - 2, 1 << 18, 600_000]
)
def test_separators_at_the_ends_of_chunks(size: int) -> None:
    first = MAIL + b"a" * size + b"\n\n"
    assert messages(LINE + first + LINE + MAIL + b"b\n") == [first, MAIL + b"b\n"]


def test_lines_of_text_separate_nothing() -> None:
    for text in (
        b"From here on\nit is text\n",
        b"x\nFrom a@b\n\nc\n",
        b">From a: b\nX: y\n",
        b"\nFrom a@b Thu Jul 31 13:49:50 2008\nno field\n",
    ):
        reading = read_bytes(LINE + MAIL + text, "mbox")
        assert len(reading.seen) == 1
        assert reading.all_troubles == []


HOSTILE: dict[str, tuple[bytes, str]] = {
    "separator without an empty line": (LINE + MAIL + b"text\n" + LINE + MAIL + b"b", "ambiguous"),
    "separator without a date": (LINE + MAIL + b"text\n\nFrom x\n" + MAIL + b"b", "ambiguous"),
    "weak mail": (LINE + b"X: y\nContent-Type: a/b\n\nb", "ambiguous"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name: str) -> None:
    data, word = HOSTILE[name]
    assert word in read_in_time(data, "mbox").gives


def test_an_honest_patch() -> None:
    patch = (
        b"From 364728d0000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\n"
        b"Date: Mon, 23 Nov 2026 10:00:00 +0900\nSubject: [PATCH 1/2] x\n\n---\n a.c | 2 +-\n\ndiff --git a/a.c b/a.c\n-- \n2.39\n\n"
    )
    reading = read_bytes(patch * 2, "mbox")
    assert (len(reading.seen), reading.all_troubles) == (2, [])


def test_many_messages_end_at_the_limit_in_linear_time() -> None:
    data = (LINE + MAIL + b"x\n\n") * 50_000
    assert len(read_in_time(data, "mbox", 30).seen) == 50_000
    assert read_bytes(data, "mbox", Options(entries=9)).gives == {"too-many"}
    for block in (b"\nFrom ", b"\nFrom a\n", b"From ", b"\n"):
        read_in_time(LINE + MAIL + block * (4_000_000 // len(block)), "mbox", 10)


def test_memory_does_not_grow_with_the_mailbox() -> None:
    data = (LINE + MAIL + b"x" * (5 << 20) + b"\n\n") * 4
    assert peak_memory(lambda: read_bytes(data, "mbox")) < 30 << 20


def test_mutations_end_in_time(tmp_path: Path) -> None:
    started = time.process_time()
    silent_mutations(written(tmp_path, 3), "mbox", 200)
    assert time.process_time() - started < 20


def test_every_byte_comes_out_but_the_separators(tmp_path: Path) -> None:
    data = written(tmp_path, 20)
    lines = sum(len(line) + 1 for line in data.split(b"\n") if line.startswith(b"From MAILER"))
    assert sum(len(message) for message in messages(data)) == len(data) - lines


def test_in_a_worker() -> None:
    members, troubles = read_confined((LINE + MAIL + b"x\n\n") * 2, "mbox")
    assert troubles == []
    assert members == {b"message-1": MAIL + b"x\n\n", b"message-2": MAIL + b"x\n\n"}
    in_utf_16 = (LINE + MAIL + b"x\n").decode().encode("utf-16")
    assert read_confined(in_utf_16, "mbox") == ({b"message-1": MAIL + b"x\n"}, [])
