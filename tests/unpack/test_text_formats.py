"""Containers that are told by text: what is one, and what only looks like it."""

from __future__ import annotations

import email.message
import gettext
import importlib.metadata
import io
import time
from pathlib import Path

import pytest

from gate.intake.text_formats import has_late_pdf_header, plain_text, text_encoding, text_labels

MAIL = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: s\r\nMIME-Version: 1.0\r\n\r\nbody\r\n"
UU = b"begin 644 a.bin\n#86)C\n`\nend\n"

POSITIVE: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "mail": (MAIL, ("mail",)),
    "mail-lf": (MAIL.replace(b"\r\n", b"\n"), ("mail",)),
    "mail-received": (b"Received: by x\nFrom: a\n\nb", ("mail",)),
    "mail-usenet": (b"Path: x\nFrom: a\nNewsgroups: b\nSubject: c\n\nd", ("mail",)),
    "mail-bare-multipart": (b'Content-Type: multipart/mixed;\n boundary="x"\n\n--x\n', ("mail",)),
    "mail-part": (b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAAA\n", ("mail",)),
    "mail-blank-before-colon": (b"From : a\nTo : b\nSubject : c\n\nd", ("mail",)),
    "mail-after-blank-lines": (b"\r\n\r\n" + MAIL, ("mail",)),
    "mail-marked": (b"\xef\xbb\xbf" + MAIL, ("mail",)),
    "mail-utf-16": (b"\xff\xfe" + MAIL.decode().encode("utf-16-le"), ("mail",)),
    "mail-utf-16-unmarked": (MAIL.decode().encode("utf-16-be"), ("mail",)),
    "mail-utf-32": (MAIL.decode().encode("utf-32"), ("mail",)),
    "mail-endless-header": (b"Subject: a\n" + b"X-A: b\n" * 8000, ("mail",)),
    "mail-folded": (b"Subject:\n " + b"x" * 9000 + b"\nFrom: a\nTo: b\n\nc", ("mail",)),
    "mht": (
        b"From: <Saved by a browser>\nSubject: x\nDate: y\nMIME-Version: 1.0\nContent-Type: multipart/related;\n\n",
        ("mail",),
    ),
    "mbox": (b"From a@example.org Thu Jul 31 13:49:50 2008\n" + MAIL, ("mbox",)),
    "patch": (
        b"From 364728d Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\nDate: x\nSubject: [PATCH] y\n\n---\n",
        ("mbox",),
    ),
    "rtf": (b"{\\rtf1\\ansi x}", ("rtf",)),
    "rtf-short": (b"\r\n {\\rt", ("rtf",)),
    "rtf-utf-16": ("{\\rtf1 x}".encode("utf-16"), ("rtf",)),
    "pdf": (b"%PDF-1.7\n", ("pdf",)),
    "pdf-behind-blanks": (b"\r\n  %PDF-1.7\n", ("pdf",)),
    "pdf-marked": (b"\xef\xbb\xbf%PDF-1.7\n", ("pdf",)),
    "binhex": (b"a note\n(This file must be converted with BinHex 4.0)\n\n:xx:", ("binhex",)),
    "uuencode": (UU, ("uuencode",)),
    "uuencode-amid-text": (b"look:\n\n" + UU, ("uuencode",)),
    "uuencode-crlf": (UU.replace(b"\n", b"\r\n"), ("uuencode",)),
    "uuencode-empty": (b"begin 644 a\n`\nend\n", ("uuencode",)),
    "uuencode-base64": (b"begin-base64 644 a\nYWJj\n====\n", ("uuencode",)),
    "uuencode-utf-16": (UU.decode().encode("utf-16"), ("uuencode",)),
    "uuencode-blanks-lost": (b"begin 644 a\n#86)C\n\nend\n", ("uuencode",)),
    "uuencode-and-binhex": (UU + b"(This file must be converted with BinHex 4.0)\n:xx:", ("binhex", "uuencode")),
}

NEGATIVE: dict[str, bytes] = {
    "empty": b"",
    "debian-control": b"Package: x\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: d\n e\n",
    "debian-changes": b"Format: 1.8\nDate: Thu, 31 Jul 2008 13:49:50 +0000\nSource: x\nBinary: x\n",
    "debian-release": b"Origin: Debian\nLabel: Debian\nSuite: stable\nDate: Thu\nArchitectures: amd64\n",
    "manifest": b"Manifest-Version: 1.0\r\nCreated-By: x\r\nMain-Class: a.B\r\n\r\nName: a/B.class\r\nContent-Type: text/plain\r\n",
    "yaml": b"name: x\non: push\nfrom: main\njobs:\n  a: b\n",
    "yaml-marked": b"---\nFrom: a\nTo: b\nSubject: c\n",
    "http-request": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/html\r\nDate: x\r\n\r\n",
    "http-log": b"2026-01-01 From: a To: b Subject: c\n" * 20,
    "armor": b"-----BEGIN PGP MESSAGE-----\nVersion: x\n\nabcd\n",
    "po": b'msgid ""\nmsgstr ""\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n',
    "readme": b"From the beginning of time: a text\n\nMIME-Version: 1.0\nContent-Type: text/plain\n",
    "c-source": b"/* From: a */\nint main(void) { return 0; }\n",
    "python": b"subject: str = 'x'\nbegin = 1\n",
    "pascal": b"begin 644 apples are many\nbut this is no such line of course\nend\n",
    "verilog": b"begin 644 : label\n  a <= b;\nend\n",
    "inline-uu": b"x begin 644 a\n#86)C\n`\nend\n",
    "mode-of-letters": b"begin abc x\n#86)C\n`\nend\n",
    "rtf-amid-text": b"an RTF file begins with {\\rtf1\n",
    "pdf-amid-text": b"a PDF file begins with %PDF-1.7\n",
    "binhex-amid-line": b"it says (This file must be converted with BinHex 4.0)\n",
    "noise": bytes(range(256)) * 100,
    "flat-yaml": b"word: other\n" * 100,
    "endless-metadata": b"Metadata-Version: 2.4\nName: x\nLicense: " + b"words of it\n        " * 3000,
    "json-lines": b'{"time":"2026-01-01T00:00:00Z","from":"a"}\n' * 2000,
    "log": b"2026-01-01T00:00:00Z INFO started\n" * 2000,
}


@pytest.mark.parametrize("name", POSITIVE)
def test_labels(name: str) -> None:
    head, labels = POSITIVE[name]
    assert text_labels(head) == labels


@pytest.mark.parametrize("name", NEGATIVE)
def test_what_is_none(name: str) -> None:
    assert text_labels(NEGATIVE[name]) == ()


def test_metadata_of_packages_is_no_mail() -> None:
    texts = [
        (distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or "").encode()[:40_960]
        for distribution in importlib.metadata.distributions()
    ]
    assert len([text for text in texts if text]) > 20
    assert [text[:80] for text in texts if text_labels(text)] == []


def test_catalogues_of_gettext_are_no_mail() -> None:
    header = b"MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"
    # One message, the header: number of strings, tables of originals and translations, then both strings.
    numbers = (0x950412DE, 0, 1, 28, 36, 0, 44, 0, 44, len(header), 45)
    catalogue = b"".join(number.to_bytes(4, "little") for number in numbers) + b"\0" + header + b"\0"
    assert gettext.GNUTranslations(io.BytesIO(catalogue)).charset() == "UTF-8"
    assert text_labels(catalogue) == ()
    assert text_labels(header + b"\n") == ("mail",), "the same fields at the start of a file are a MIME entity"


def test_sources_of_python_are_nothing() -> None:
    folder = Path(email.message.__file__).parent.parent
    sources = sorted(folder.glob("*.py")) + sorted(folder.glob("email/*.py"))
    assert len(sources) > 100
    assert [path.name for path in sources if text_labels(path.read_bytes()[:40_960])] == []
    assert [path.name for path in sources if has_late_pdf_header(path.read_bytes()[:40_960])] == []


@pytest.mark.parametrize(
    ("head", "late"),
    [
        (b"#!/bin/sh\n%PDF-1.7\n", True),
        (b"\x00\x05junk\n%PDF-1.4\r", True),
        (b"junk%PDF-1.4 x\n1 0 obj\n<<", True),
        (b"GIF89a;%PDF-1.4", False),
        (b'MAGIC = b"%PDF-"\n', False),
        (b'MAGIC = b"%PDF-1.7"\n', False),
        (b" " * 1020 + b"%PDF-1.7\n1 0 obj", False),
        (b"%PDF-x", False),
    ],
)
def test_a_pdf_header_behind_other_bytes(head: bytes, late: bool) -> None:
    assert has_late_pdf_header(head) is late


def test_encodings_are_told_by_mark_or_zeros() -> None:
    for codec in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        assert text_encoding("abcd".encode(codec)) == codec
        assert plain_text("\ufeff本文です".encode(codec)) == "本文です".encode()
    for data in (b"", b"a", b"a\0", b"abc", b"a\0\0b", bytes(64), b"\x01\0\x02\x03", b"\xff\xfe"[:1]):
        assert plain_text(data) == data


@pytest.mark.parametrize(
    "head",
    [
        b"begin " * 7000,
        b"begin 644 a\n" * 3400,
        b"\nbegin 644 a\nx" * 3000,
        b"a:\n" * 13_000,
        b"From: " + b"a" * 40_000,
        b"A:" + b"\n " * 20_000,
        b"%PDF-" * 8000,
        b"(This file must be converted with BinHex" * 1000,
        b" " * 40_960,
        b"\n" * 40_960,
        b"\0a" * 20_000,
    ],
)
def test_hostile_heads_take_no_time(head: bytes) -> None:
    started = time.process_time()
    text_labels(head)
    has_late_pdf_header(head)
    assert time.process_time() - started < 0.2


def test_ordinary_files_take_microseconds() -> None:
    heads = [bytes(range(256)) * 160, b"import os\n" * 4096, b"\x7fELF" + bytes(40_000), b"{" + b'"a": 1,\n' * 5000]
    started = time.process_time()
    for _ in range(50):
        for head in heads:
            text_labels(head)
    assert (time.process_time() - started) / (50 * len(heads)) < 0.002


def test_lenient_forms_of_uuencode() -> None:
    for line in (b"_" + b"!" * 84, b"#86)Cx", b"#86)C trailing words", b"#8\x7f)C", b"M" + b"!" * 40):
        assert text_labels(b"begin 644 a\n" + line + b"\n`\nend\n") == ("uuencode",)
    for line in (b"but", b"", b"M!!", b"\x01abc"):
        assert text_labels(b"begin 644 a\n" + line + b"\n") == ()
