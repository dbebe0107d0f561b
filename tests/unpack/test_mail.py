"""The reader of mail: all parts come out decoded, and whatever readers of mail would disagree about is told."""

from __future__ import annotations

import base64
import os
import quopri
import time
from email.headerregistry import Address
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from gate.intake.readers.encoded import TEXT_BYTES
from gate.intake.readers.interface import Options, Source, Trouble
from gate.intake.readers.mail import DEPTH
from gate.intake.readers.registry import reader_for
from gate.intake.text_formats import text_labels
from tests.unpack.document_kit import (
    PROGRAM,
    contents,
    every_cut,
    peak_memory,
    read_confined,
    read_in_time,
    silent_mutations,
    uuencoded,
)
from tests.unpack.reader_kit import read_bytes

HEAD = b"From: a@example.org\nTo: b@example.org\nSubject: s\nMIME-Version: 1.0\n"
CODED = base64.encodebytes(PROGRAM)
PART = (
    b"Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n"
    b"Content-Disposition: attachment; filename=tool.exe\n\n"
)


def honest(charset: str = "utf-8", *, crlf: bool = False) -> bytes:
    """Return a mail with a text, an alternative in HTML, and two attachments with Japanese names."""
    mail = EmailMessage()
    mail["From"] = Address("納入担当", "supplier", "example.org")
    mail["To"] = Address("検査担当", "inspector", "example.org")
    mail["Subject"] = "納入物の送付について"
    mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0900"
    mail["Message-ID"] = "<1@example.org>"
    mail.set_content("お世話になっております。\n添付をご確認ください。\n", charset=charset)
    mail.add_alternative("<p>添付をご確認ください。</p>", subtype="html", charset=charset)
    mail.add_attachment(PROGRAM, maintype="application", subtype="octet-stream", filename="納入物.exe")
    mail.add_attachment("表,1\n", subtype="csv", charset=charset, filename="一覧.csv")
    return mail.as_bytes(policy=mail.policy.clone(linesep="\r\n" if crlf else "\n"))


def multipart(*parts: bytes, boundary: bytes = b"xyz", before: bytes = b"", behind: bytes = b"") -> bytes:
    lines = b"".join(b"--" + boundary + b"\n" + part + b"\n" for part in parts)
    head = HEAD + b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\n\n'
    return head + before + lines + b"--" + boundary + b"--\n" + behind


@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp", "euc-jp", "shift_jis"])
@pytest.mark.parametrize("crlf", [False, True])
def test_an_honest_mail_comes_out_whole(charset: str, crlf: bool) -> None:
    data = honest(charset, crlf=crlf)
    assert text_labels(data) == ("mail",)
    reading = read_bytes(data, "mail")
    assert reading.all_troubles == []
    assert contents(reading)["納入物.exe".encode()] == PROGRAM
    assert contents(reading)["一覧.csv".encode()].decode(charset).strip() == "表,1"
    assert "添付をご確認ください。" in contents(reading)[b"part-1"].decode(charset)
    assert len(reading.seen) == 4


def test_older_ways_of_writing_mail() -> None:
    mail = MIMEMultipart("mixed")
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "s"
    mail.preamble = "This is a multi-part message in MIME format.\n"
    mail.epilogue = "-- \nthe end\n"
    mail.attach(MIMEText("見積書", "plain", "iso-2022-jp"))
    attached = MIMEApplication(
        PROGRAM, name="=?ISO-2022-JP?B?" + base64.b64encode("御見積.exe".encode("iso-2022-jp")).decode() + "?="
    )
    mail.attach(attached)
    forwarded = MIMEMultipart("mixed")
    forwarded.attach(MIMEText("inner"))
    mail.attach(forwarded)
    reading = read_bytes(mail.as_bytes(), "mail")
    assert reading.all_troubles == []
    assert contents(reading)["御見積.exe".encode()] == PROGRAM
    assert b"multi-part" in contents(reading)[b"preamble-1"]
    assert b"the end" in contents(reading)[b"epilogue-1"]


def test_a_mail_within_a_mail_is_one() -> None:
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = "a@example.org", "b@example.org", "Fwd"
    outer.set_content("see below")
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = "c@example.org", "d@example.org", "s"
    inner.set_content("x")
    inner.add_attachment(PROGRAM, maintype="application", subtype="x", filename="a.exe")
    outer.add_attachment(inner)
    reading = read_bytes(outer.as_bytes(), "mail")
    assert reading.all_troubles == []
    within = contents(reading)[b"message-1"]
    assert text_labels(within) == ("mail",)
    assert contents(read_bytes(within, "mail"))[b"a.exe"] == PROGRAM


def test_transfer_encodings() -> None:
    quoted = quopri.encodestring("日本語のテキスト=\n".encode() * 40)
    uu = uuencoded(PROGRAM, b"a.exe")
    data = multipart(
        b"Content-Transfer-Encoding: quoted-printable\n\n" + quoted,
        b"Content-Transfer-Encoding: x-uuencode\nContent-Type: application/x; name=b.exe\n\n" + uu,
        b"Content-Type: application/x; name=c.exe\nContent-Transfer-Encoding: binary\n\n" + PROGRAM,
        b"Content-Type: text/plain\n\n" + b"a line of text\n" * 4000 + uu,
    )
    reading = read_bytes(data, "mail")
    assert reading.all_troubles == []
    assert contents(reading)[b"part-1"] == "日本語のテキスト=\n".encode() * 40
    assert contents(reading)[b"b.exe"] == contents(reading)[b"c.exe"] == contents(reading)[b"a.exe"] == PROGRAM


def test_large_parts_decode_across_chunks() -> None:
    payload = os.urandom(1 << 20)
    data = multipart(
        b"Content-Type: application/x; name=a\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(payload),
        b"Content-Type: application/x; name=b\nContent-Transfer-Encoding: quoted-printable\n\n"
        + quopri.encodestring(payload),
        b"Content-Type: application/x; name=c\nContent-Transfer-Encoding: base64\n\n" + base64.b64encode(payload[:-1]),
    )
    reading = read_bytes(data, "mail")
    assert reading.all_troubles == []
    assert contents(reading)[b"a"] == payload
    assert contents(reading)[b"c"] == payload[:-1]
    # On one line no place to cut is better than another, but no escape may be cut in two.
    one_line = quopri.encodestring(b"\xe8\xa1\xa8" * 400_000).replace(b"=\n", b"")
    reading = read_bytes(multipart(b"Content-Transfer-Encoding: quoted-printable\n\n" + one_line), "mail")
    assert contents(reading)[b"part-1"] == b"\xe8\xa1\xa8" * 400_000


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (b"Content-Disposition: attachment; filename=plain.exe", b"plain.exe"),
        (b'Content-Disposition: attachment; filename="with blank.exe"', b"with blank.exe"),
        (b'Content-Disposition: attachment; filename="a\\"b.exe"', b'a"b.exe'),
        (b"Content-Disposition: attachment; filename=unquoted (1).exe", b"unquoted .exe"),
        (b"Content-Disposition: attachment (why; not); filename=a.exe", b"a.exe"),
        (b"Content-Disposition: attachment; filename*=UTF-8''%E8%A1%A8.exe", "表.exe".encode()),
        (b"Content-Disposition: attachment; filename*=cp932'ja'%95%5C.exe", "表.exe".encode()),
        (b"Content-Disposition: attachment; filename*0=ab; filename*1=cd.exe", b"abcd.exe"),
        (b"Content-Disposition: attachment; filename*0*=UTF-8''%E8%A1; filename*1*=%A8.exe", "表.exe".encode()),
        (b"Content-Disposition: attachment; filename*1=cd.exe; filename*0=ab", b"abcd.exe"),
        (b"Content-Type: application/x; name==?UTF-8?Q?=E8=A1=A8_1.exe?=", "表 1.exe".encode()),
        (b'Content-Type: application/x; name="=?utf-8?B?6KGo?= =?utf-8?B?LmV4ZQ==?="', "表.exe".encode()),
        (b'Content-Type: application/x; name="=?no-such?B?6KGo?=.exe"', b"=?no-such?B?6KGo?=.exe"),
        (b"Content-Type: application/x; name=\x95\\.exe", b"\x95\\.exe"),
        (b"Content-Type: application/x;\n name=folded.exe", b"folded.exe"),
        (b"Content-Disposition: inline; filename=a.exe\nContent-Type: application/x; name=b.exe", b"a.exe"),
    ],
)
def test_file_names(field: bytes, name: bytes) -> None:
    reading = read_bytes(multipart(field + b"\n\nx"), "mail")
    assert [seen.member.name for seen in reading.seen] == [name]
    assert reading.gives <= {"unsafe-name"}


HOSTILE: dict[str, tuple[bytes, str]] = {
    "no boundary": (HEAD + b"Content-Type: multipart/mixed\n\n--x\n" + PART + CODED, "corrupt"),
    "empty boundary": (HEAD + b'Content-Type: multipart/mixed; boundary=""\n\n--\n' + PART + CODED, "corrupt"),
    "boundary not there": (HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n--y\n" + PART + CODED, "corrupt"),
    "no end": (multipart(PART + CODED).replace(b"--xyz--\n", b""), "corrupt"),
    "two types": (multipart(PART + CODED).replace(b"MIME-Version: 1.0\n", b"Content-Type: text/plain\n"), "ambiguous"),
    "two boundaries": (multipart(PART + CODED).replace(b'boundary="xyz"', b"boundary=abc; boundary=xyz"), "ambiguous"),
    "two encodings": (multipart(b"Content-Transfer-Encoding: 7bit\n" + PART + CODED), "ambiguous"),
    "two dispositions": (multipart(b"Content-Disposition: inline; filename=a.txt\n" + PART + CODED), "ambiguous"),
    "two names": (multipart(PART.replace(b"octet-stream", b"octet-stream; name=a.txt") + CODED), "ambiguous"),
    "two forms of a name": (
        multipart(PART.replace(b"filename=", b"filename*=UTF-8''a.txt; filename=") + CODED),
        "ambiguous",
    ),
    "bad characters": (multipart(PART + CODED[:100] + b"!" + CODED[100:]), "ambiguous"),
    "padding amid": (multipart(PART + b"TVo=\n" + CODED), "ambiguous"),
    "cut amid letters": (multipart(PART + CODED.rstrip(b"=\n")[:-1]), "ambiguous"),
    "only padding": (multipart(PART + b"===="), "ambiguous"),
    "bad escapes": (multipart(b"Content-Transfer-Encoding: quoted-printable\n\nM=Zx"), "ambiguous"),
    "unknown encoding": (multipart(b"Content-Transfer-Encoding: x-odd\n\nabc"), "unsupported"),
    "text in the preamble": (multipart(b"\nx", before=PART + CODED), "hidden-data"),
    "much preamble": (multipart(b"\nx", before=b"a" * 2000 + b"\n"), "hidden-data"),
    "program in the epilogue": (multipart(b"\nx", behind=PROGRAM), "hidden-data"),
    "part behind the end": (multipart(b"\nx", behind=b"--xyz\n" + PART + CODED), "ambiguous"),
    "boundary that goes on": (multipart(b"\nx\n--xyzz\n" + PART + CODED), "ambiguous"),
    "nested with one boundary": (
        multipart(b"Content-Type: multipart/mixed; boundary=xyz\n\n--xyz\n" + PART + CODED),
        "ambiguous",
    ),
    "line that is no field": (
        HEAD + b"not a field\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x--\n",
        "ambiguous",
    ),
    "lone return": (HEAD + b"X: a\rContent-Type: text/html\n\nb", "ambiguous"),
    "NUL in a field": (multipart(PART.replace(b"tool", b"to\0ol") + CODED), "ambiguous"),
    "blank before colon": (multipart(PART.replace(b"Encoding:", b"Encoding :") + CODED), "ambiguous"),
    "encoded multipart": (
        multipart(PART + CODED).replace(b"Content-Type: m", b"Content-Transfer-Encoding: base64\nContent-Type: m", 1),
        "ambiguous",
    ),
    "traversal": (multipart(PART.replace(b"tool.exe", b"../tool.exe") + CODED), "unsafe-name"),
    "folder": (multipart(PART.replace(b"tool.exe", b"a/tool.exe") + CODED), "unsafe-name"),
    "bidi name": (
        multipart(PART.replace(b"filename=tool.exe", b"filename*=utf-8''a%E2%80%AEfdp.exe") + CODED),
        "unsafe-name",
    ),
    "piece of a mail": (multipart(b"Content-Type: message/partial; id=1; number=1; total=2\n\nFrom: x"), "unsupported"),
    "body elsewhere": (
        multipart(b"Content-Type: message/external-body; access-type=url\n\nContent-Type: x/y\n\n"),
        "unsupported",
    ),
    "weak inner mail": (multipart(b"Content-Type: message/rfc822\n\nX: y\n\ncontent-type: a\n"), "ambiguous"),
    "PGP/MIME": (
        HEAD
        + b"Content-Type: multipart/encrypted; boundary=x\n\n--x\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--x--\n",
        "encrypted",
    ),
    "PGP in the text": (multipart(b"\n-----BEGIN PGP MESSAGE-----\n\nabcd\n-----END PGP MESSAGE-----\n"), "encrypted"),
    "S/MIME": (
        HEAD
        + b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIAA\n",
        "encrypted",
    ),
    "S/MIME unnamed": (
        HEAD
        + b"Content-Type: application/x-pkcs7-mime\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0"),
        "encrypted",
    ),
    "S/MIME opaque": (
        HEAD
        + b"Content-Type: application/pkcs7-mime; smime-type=signed-data\nContent-Transfer-Encoding: base64\n\nMIAA\n",
        "unsupported",
    ),
    "uuencoded without end": (multipart(b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n#86)C\n"), "corrupt"),
    "not uuencoded": (multipart(b"Content-Transfer-Encoding: x-uuencode\n\nhello"), "corrupt"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name: str) -> None:
    data, word = HOSTILE[name]
    assert word in read_in_time(data, "mail").gives


@pytest.mark.parametrize(
    "name", ["bad characters", "padding amid", "part behind the end", "two encodings", "blank before colon"]
)
def test_payloads_of_hostile_mails_come_out_nevertheless(name: str) -> None:
    reading = read_bytes(HOSTILE[name][0], "mail")
    assert any(PROGRAM[10:] in bytes(seen.content) or bytes(seen.content) == CODED for seen in reading.seen)


BENIGN: dict[str, bytes] = {
    "plain": HEAD + b"\nhello\n",
    "no body": HEAD,
    "no mime": b"From: a\nTo: b\nSubject: c\nDate: d\n\nContent-Type is not a field here\n",
    "flat text of fields only": b"word: other\n" * 8000 + b"no field\nmore\n",
    "same field twice": multipart(b"Content-Type: text/plain\nContent-Type: text/plain\n\nx"),
    "name twice alike": multipart(b"Content-Type: text/plain; name=a.txt\nContent-Disposition: inline; filename=a.txt\n\nx"),
    "ascii fallback": multipart(b"Content-Disposition: attachment; filename=\"??.txt\"; filename*=UTF-8''%E8%A1%A8.txt\n\nx"),
    "two images of one name": multipart(b"Content-Type: image/png; name=i.png\n\na", b"Content-Type: image/png; name=i.png\n\nb"),
    "nested with a longer boundary": multipart(b"Content-Type: multipart/alternative; boundary=xyz2\n\n--xyz2\n\na\n--xyz2--\n"),
    "signed": HEAD + b"Content-Type: multipart/signed; boundary=x; micalg=sha-256\n\n--x\n\na\n--x\nContent-Type: application/pkcs7-signature; name=smime.p7s\nContent-Transfer-Encoding: base64\n\nMIAA\n--x--\n",
    "dashes in a text": multipart(b"\n-- \nsignature\n--\n----\n"),
    "empty part": multipart(b"\n"),
    "blanks behind boundaries": multipart(b"\nx").replace(b"--xyz\n", b"--xyz \t\n"),
    "envelope line": b"From a Thu Jul 31 13:49:50 2008\n" + HEAD + b"\nx",
    "certificates": HEAD + b"Content-Type: application/pkcs7-mime; smime-type=certs-only\nContent-Transfer-Encoding: base64\n\nMIAA\n",
    "digest": HEAD + b"Content-Type: multipart/digest; boundary=x\n\n--x\n\nFrom: a\nTo: b\nSubject: c\n\nd\n--x--\n",
}  # fmt: skip


@pytest.mark.parametrize("name", BENIGN)
def test_benign(name: str) -> None:
    assert read_bytes(BENIGN[name], "mail").all_troubles == []


# --- bombs ------------------------------------------------------------------------------------------------------


def nested(levels: int) -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels))
    return HEAD + opening + b"\nx\n" + b"".join(b"--b%d--\n" % n for n in reversed(range(levels)))


def test_nesting_is_bounded() -> None:
    assert read_bytes(nested(DEPTH), "mail").all_troubles == []
    reading = read_in_time(nested(20_000), "mail")
    assert "too-deep" in reading.gives


def test_many_parts_take_linear_time_and_end_at_the_limit() -> None:
    data = multipart(*[b"\nx"] * 100_000)
    assert len(read_in_time(data, "mail", 30).seen) == 100_000
    limited = read_bytes(data, "mail", Options(entries=100))
    assert (len(limited.seen), limited.gives) == (100, {"too-many"})


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"X: y\n" * 400_000 + b"Content-Type: text/plain\n\nx",
        HEAD + b"X: " + b"a" * 4_000_000 + b"\n\nx",
        HEAD + b"Content-Type: a/b" + b"; x=y" * 500_000 + b"\n\nx",
        HEAD + b"Content-Type: a/b; x=" + b'"' * 100_000 + b"\n\nx",
        HEAD + b"Content-Type: a/b; x=" + b"(" * 100_000 + b"\n\nx",
        HEAD + b"Content-Type: a/b; name=" + b"=?utf-8?B?" * 100_000 + b"\n\nx",
        HEAD + b"Content-Type: a/b;\n" + b"\n".join(b" name*%d=x;" % n for n in range(20_000)) + b"\n\nx",
        multipart(b"\nx" + b"\n--xyz!" * 300_000),
        multipart(b"Content-Transfer-Encoding: base64\n\n" + b"A=" * 1_000_000),
        multipart(b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=" * 2_000_000),
        multipart(b"Content-Transfer-Encoding: quoted-printable\n\n" + b" " * 2_000_000),
        multipart(b"\n" + b"begin 644 a\n#86)C\n" * 50_000),
        multipart(b"\n" + b"begin" * 400_000),
        multipart(b"\n" + b"-----BEGIN PGP MESSAGE-----" * 100_000),
        HEAD + b"Content-Type: multipart/mixed; boundary=" + b"-" * 60 + b"\n\n" + b"-" * 2_000_000,
        HEAD + b"\r" * 1_000_000,
    ],
    ids=range(16),
)
def test_bombs(data: bytes) -> None:
    read_in_time(data, "mail", 10)


def test_memory_is_a_few_times_the_size() -> None:
    data = multipart(PART + base64.encodebytes(bytes(16 << 20)))
    assert peak_memory(lambda: read_bytes(data, "mail")) < 4 * len(data)


def test_a_mail_that_is_too_large_is_a_gap() -> None:
    descriptor = os.memfd_create("mail")
    try:
        os.write(descriptor, HEAD)
        os.ftruncate(descriptor, TEXT_BYTES + 1)
        events = list(reader_for("mail")(Source(descriptor), Options()))
    finally:
        os.close(descriptor)
    assert [event.reason for event in events if isinstance(event, Trouble)] == ["too-large"]


def test_mutations_end_in_time() -> None:
    started = time.process_time()
    # Damage within a text is no damage of the mail.
    assert silent_mutations(honest(), "mail", 400) < 300
    assert time.process_time() - started < 30


def test_cut_mails_are_told() -> None:
    data = honest()
    body = data.index(b"--")
    assert [length for length in every_cut(data, "mail", 37) if length > body] == []


def test_in_a_worker() -> None:
    members, troubles = read_confined(honest("iso-2022-jp"), "mail")
    assert troubles == []
    assert members["納入物.exe".encode()] == PROGRAM
    data = multipart(
        PART.replace(
            b"filename=tool.exe", b"filename==?euc-jp?B?" + base64.b64encode("表.exe".encode("euc-jp")) + b"?="
        )
        + CODED
    )
    assert read_confined(data, "mail") == ({"表.exe".encode(): PROGRAM}, [])
