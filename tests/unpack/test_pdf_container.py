"""The reader of PDF: embedded files come out, whatever names them, and what the file's tables hide is told."""

from __future__ import annotations

import base64
import io
import os
import time
import zlib
from collections.abc import Callable

import pikepdf
import pytest

from gate.intake.readers.interface import Decrypted, Options, Source
from gate.intake.readers.pdf import read
from gate.intake.readers.pdf_filters import decoded
from gate.intake.text_formats import text_labels
from tests.unpack.document_kit import (
    PROGRAM,
    contents,
    every_cut,
    peak_memory,
    read_confined,
    read_in_time,
    silent_mutations,
)
from tests.unpack.reader_kit import read_bytes


def saved(build: Callable[[pikepdf.Pdf], None], **how: object) -> bytes:
    """Return a PDF of one page with whatever ``build`` adds."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        build(pdf)
        buffer = io.BytesIO()
        pdf.save(buffer, **how)  # type: ignore[arg-type]  # options of the writer, as the tests vary them
        return buffer.getvalue()


def attach(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["a.exe"] = pikepdf.AttachedFileSpec(pdf, PROGRAM, filename="a.exe")
    pdf.attachments["仕様書.txt"] = pikepdf.AttachedFileSpec(pdf, b"text", filename="仕様書.txt")


def nothing(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Title"] = "納品書"


def on_a_page(pdf: pikepdf.Pdf) -> None:
    """Attach a file to a page only, with a plain name and no type."""
    stream = pdf.make_stream(PROGRAM)
    specification = pikepdf.Dictionary(F=pikepdf.String("page.exe"), EF=pikepdf.Dictionary(F=stream))
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9], FS=specification
    )
    pdf.pages[0].Annots = pikepdf.Array([note])


def unreferenced(pdf: pikepdf.Pdf) -> None:
    """Leave an embedded file in the name dictionary's stead: qpdf writes only what something names."""
    stream = pdf.make_stream(PROGRAM)
    stream.Type = pikepdf.Name.EmbeddedFile
    pdf.Root.Odd = stream


BOTH = {b"a.exe": PROGRAM, "仕様書.txt".encode(): b"text"}
BENIGN: dict[str, tuple[bytes, dict[bytes, bytes]]] = {
    "nothing attached": (saved(nothing), {}),
    "attached": (saved(attach), BOTH),
    "object streams": (saved(attach, object_stream_mode=pikepdf.ObjectStreamMode.generate), BOTH),
    "linearized": (saved(attach, linearize=True), BOTH),
    "human readable": (saved(attach, qdf=True, stream_decode_level=pikepdf.StreamDecodeLevel.all), BOTH),
    "uncompressed": (saved(attach, compress_streams=False), BOTH),
    "on a page": (saved(on_a_page), {b"page.exe": PROGRAM}),
    "no file specification": (saved(unreferenced), {b"embedded-file-1": PROGRAM}),
    "owner's password only": (saved(attach, encryption=pikepdf.Encryption(owner="o", user="", R=6)), BOTH),
    "owner's password only, old": (saved(attach, encryption=pikepdf.Encryption(owner="o", user="", R=4)), BOTH),
}


@pytest.mark.parametrize("name", BENIGN)
def test_benign(name: str) -> None:
    data, files = BENIGN[name]
    assert text_labels(data) == ("pdf",)
    reading = read_bytes(data, "pdf")
    assert reading.all_troubles == []
    assert contents(reading) == files


def update(data: bytes, *objects: tuple[int, bytes]) -> bytes:
    """Return ``data`` with an incremental update that replaces or adds objects."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        size, root = int(pdf.trailer.Size), pdf.Root.objgen[0]
    previous = data.rindex(b"startxref") + 10
    out = bytearray(data if data.endswith(b"\n") else data + b"\n")
    table = bytearray(b"xref\n")
    for number, body in objects:
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    place = len(out)
    out += table + b"trailer\n<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        max([size, *(number + 1 for number, _ in objects)]),
        root,
        int(data[previous:].split()[0]),
        place,
    )
    return bytes(out)


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n" % (len(data), more) + data + b"\nendstream"


def number_of(data: bytes, wanted: str) -> int:
    """Return the number of the object of a type."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return next(
            item.objgen[0]
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary | pikepdf.Stream) and str(item.get("/Type")) == wanted
        )


PLAIN = saved(nothing)
ONE = saved(lambda pdf: pdf.attachments.__setitem__("a.exe", PROGRAM))
EMBEDDED = number_of(ONE, "/EmbeddedFile")


def test_an_incremental_update_is_normal() -> None:
    info = update(PLAIN, (90, b"<</Title (second)>>"))
    assert read_bytes(info, "pdf").all_troubles == []
    content = update(PLAIN, (90, stream(b"q Q")))
    assert read_bytes(update(content, (90, stream(b"q q Q Q"))), "pdf").all_troubles == []


def test_an_embedded_file_that_was_replaced_comes_out_too() -> None:
    data = update(ONE, (EMBEDDED, stream(b"harmless", b"/Type/EmbeddedFile")))
    reading = read_bytes(data, "pdf")
    assert contents(reading) == {b"a.exe": b"harmless", b"unnamed-stream-1": PROGRAM}
    assert reading.gives == {"hidden-data"}


def test_an_embedded_file_that_was_freed_comes_out_too() -> None:
    reading = read_bytes(update(ONE, (EMBEDDED, b"null")), "pdf")
    assert PROGRAM in contents(reading).values()
    assert "hidden-data" in reading.gives


def test_an_object_outside_of_the_tables_comes_out() -> None:
    hidden = (
        b"\n500 0 obj\n" + stream(zlib.compress(PROGRAM), b"/Filter/FlateDecode/Type/Embedded#46ile") + b"\nendobj\n"
    )
    reading = read_bytes(PLAIN + hidden, "pdf")
    assert contents(reading)[b"unnamed-stream-1"] == PROGRAM
    assert reading.gives == {"hidden-data"}


def coded(pdf: pikepdf.Pdf, filters: list[str], data: bytes, **more: object) -> None:
    """Attach a stream whose filters are named, not applied."""
    raw = pikepdf.Stream(
        pdf,
        data,
        Type=pikepdf.Name.EmbeddedFile,
        Filter=pikepdf.Array([pikepdf.Name("/" + name) for name in filters]),
        **more,
    )
    item = pdf.make_indirect(raw)
    pdf.Root.Odd = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, UF=pikepdf.String("a"), EF=pikepdf.Dictionary(F=item))


def filtered(filters: list[str], data: bytes, **more: object) -> bytes:
    return saved(
        lambda pdf: coded(pdf, filters, data, **more),
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        compress_streams=False,
    )


HEX = PROGRAM.hex().encode() + b">"
SOUND_FILTERS: dict[str, tuple[list[str], bytes]] = {
    "deflate": (["FlateDecode"], zlib.compress(PROGRAM)),
    "hexadecimal": (["ASCIIHexDecode"], b"\n".join(HEX[at : at + 70] for at in range(0, len(HEX), 70))),
    "base 85": (["ASCII85Decode"], base64.a85encode(PROGRAM + bytes(8) + b"x") + b"~>"),
    "base 85 framed": (["A85"], base64.a85encode(PROGRAM, adobe=True, wrapcol=60)),
    "chain": (["A85", "AHx", "Fl"], base64.a85encode(zlib.compress(PROGRAM).hex().encode() + b">") + b"~>"),
    "runs": (["RunLengthDecode"], b"\x02abc\xfed\x80"),
    "crypt": (["Crypt", "FlateDecode"], zlib.compress(PROGRAM)),
    "none": ([], PROGRAM),
}


@pytest.mark.parametrize("name", SOUND_FILTERS)
def test_filters(name: str) -> None:
    filters, data = SOUND_FILTERS[name]
    problems: dict[str, None] = {}
    expected = {"base 85": PROGRAM + bytes(8) + b"x", "runs": b"abcddd"}.get(name, PROGRAM)
    assert b"".join(decoded(data, filters, problems)) == expected
    assert problems == {}
    if name != "crypt":
        reading = read_bytes(filtered(filters, data), "pdf")
        assert reading.all_troubles == []
        assert contents(reading) == {b"a": expected}


@pytest.mark.parametrize(
    ("filters", "data", "more", "word"),
    [
        (["FlateDecode"], zlib.compress(PROGRAM)[:-8], {}, "corrupt"),
        (["FlateDecode"], b"not deflate", {}, "corrupt"),
        (["FlateDecode"], zlib.compress(PROGRAM) + PROGRAM, {}, "ambiguous"),
        (["ASCIIHexDecode"], b"4d5g>", {}, "ambiguous"),
        (["ASCIIHexDecode"], b"4d5a", {}, "ambiguous"),
        (["ASCIIHexDecode"], b"4d5a>" + PROGRAM, {}, "ambiguous"),
        (["ASCII85Decode"], b"87cUR\x80~>", {}, "corrupt"),
        (["ASCII85Decode"], b"uuuuu~>", {}, "corrupt"),
        (["ASCII85Decode"], b"87cUR", {}, "ambiguous"),
        (["RunLengthDecode"], b"\x7fabc", {}, "corrupt"),
        (["LZWDecode"], b"abc", {}, "unsupported"),
        (["FlateDecode"] * 9, b"abc", {}, "unsupported"),
        (["FlateDecode"], zlib.compress(PROGRAM), {"DecodeParms": pikepdf.Dictionary(Predictor=12)}, "unsupported"),
    ],
)
def test_bad_filters(filters: list[str], data: bytes, more: dict[str, object], word: str) -> None:
    assert word in read_in_time(filtered(filters, data, **more), "pdf").gives


def two_names(pdf: pikepdf.Pdf) -> None:
    on_a_page(pdf)
    pdf.pages[0].Annots[0].FS.UF = pikepdf.String("page.txt")


def traversal(pdf: pikepdf.Pdf) -> None:
    on_a_page(pdf)
    pdf.pages[0].Annots[0].FS.F = pikepdf.String("../page.exe")


HOSTILE: dict[str, tuple[bytes, str]] = {
    "before the header": (PROGRAM[:500] + PLAIN, "hidden-data"),
    "behind the end": (PLAIN + PROGRAM, "hidden-data"),
    "between objects": (PLAIN.replace(b"endobj\n", b"endobj\n" + PROGRAM, 1), "hidden-data"),
    "long comment": (PLAIN + b"%" + b"A" * 5000 + b"\n", "hidden-data"),
    "broken table": (PLAIN.replace(b"startxref\n", b"startxref\n9"), "corrupt"),
    "only a header": (b"%PDF-1.7\n", "corrupt"),
    "no table": (PLAIN[: PLAIN.rindex(b"xref\n0")], "corrupt"),
    "user's password": (saved(attach, encryption=pikepdf.Encryption(owner="o", user="u", R=6)), "encrypted"),
    "user's password, old": (
        saved(attach, encryption=pikepdf.Encryption(owner="o", user="u", R=3, aes=False, metadata=False)),
        "encrypted",
    ),
    "two names": (saved(two_names), "ambiguous"),
    "traversal": (saved(traversal), "unsafe-name"),
    "empty": (b"", "corrupt"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name: str) -> None:
    data, word = HOSTILE[name]
    assert word in read_in_time(data, "pdf").gives


def test_hidden_bytes_come_out() -> None:
    for name in ("behind the end", "between objects"):
        assert any(PROGRAM in content for content in contents(read_bytes(HOSTILE[name][0], "pdf")).values())


def test_what_can_be_had_of_a_broken_file_comes_out() -> None:
    broken = ONE.replace(b"startxref\n", b"startxref\n9")
    reading = read_bytes(broken, "pdf")
    assert reading.gives == {"corrupt"}
    assert contents(reading)[b"a.exe"] == PROGRAM


def test_a_known_password_opens() -> None:
    data = HOSTILE["user's password"][0]
    descriptor = os.memfd_create("pdf")
    try:
        os.write(descriptor, data)
        assert Decrypted() in list(read(Source(descriptor), Options(password=b"u")))
    finally:
        os.close(descriptor)
    reading = read_bytes(data, "pdf", Options(password=b"u"))
    assert (reading.all_troubles, contents(reading)) == ([], BOTH)
    assert read_bytes(data, "pdf", Options(password=b"wrong")).gives >= {"encrypted"}


def test_embedded_files_replaced_in_an_encrypted_file_are_told() -> None:
    data = saved(
        lambda pdf: pdf.attachments.__setitem__("a.exe", PROGRAM),
        encryption=pikepdf.Encryption(owner="o", user="", R=4),
    )
    hidden = b"\n%d 0 obj\n" % number_of(data, "/EmbeddedFile") + stream(PROGRAM, b"/Type/EmbeddedFile") + b"\nendobj\n"
    reading = read_bytes(data + hidden, "pdf")
    assert "hidden-data" in reading.gives
    assert PROGRAM in contents(reading).values()


# --- bombs ------------------------------------------------------------------------------------------------------


def test_an_embedded_bomb_comes_out_in_bounded_steps() -> None:
    data = filtered(["FlateDecode", "FlateDecode"], zlib.compress(zlib.compress(bytes(300 << 20), 9), 9))
    assert len(data) < 50_000
    assert peak_memory(lambda: read_bytes(data, "pdf", most=40 << 20)) < 24 << 20


def test_a_bomb_of_runs_comes_out_in_bounded_steps() -> None:
    data = b"\x81x" * 100_000
    assert peak_memory(lambda: sum(len(chunk) for chunk in decoded(data, ["RL"], {}))) < 10 << 20


def object_bomb(mebibytes: int) -> bytes:
    """Return a PDF whose object stream expands to so much."""
    packer = zlib.compressobj(9)
    catalog, pages = b"<</Type/Catalog/Pages 4 0 R>> ", b"<</Type/Pages/Kids[5 0 R]/Count 1>> "
    page = b"<</Type/Page/Parent 4 0 R/MediaBox[0 0 9 9]>>"
    places = b"1 0 4 %d 5 %d " % (len(catalog), len(catalog + pages))
    packed = packer.compress(places + catalog + pages + page)
    for _ in range(mebibytes):
        packed += packer.compress(b" " * (1 << 20))
    packed += packer.flush()
    body = bytearray(b"%PDF-1.7\n")
    objects = len(body)
    body += b"2 0 obj\n" + stream(packed, b"/Type/ObjStm/N 3/First %d/Filter/FlateDecode" % len(places)) + b"\nendobj\n"
    table = len(body)
    rows = [(0, 0, 0), (2, 2, 0), (1, objects, 0), (1, table, 0), (2, 2, 1), (2, 2, 2)]
    data = b"".join(bytes([kind]) + place.to_bytes(3, "big") + bytes([last]) for kind, place, last in rows)
    body += b"3 0 obj\n" + stream(data, b"/Type/XRef/W[1 3 1]/Size 6/Root 1 0 R") + b"\nendobj\n"
    return bytes(body) + b"startxref\n%d\n%%%%EOF\n" % table


def test_a_bomb_of_objects_ends_in_a_confined_worker() -> None:
    """Streams of objects are qpdf's to expand, at once: its limits end that, and nothing of the file is passed."""
    assert read_bytes(object_bomb(1), "pdf").all_troubles == []
    started = time.monotonic()
    _, troubles = read_confined(object_bomb(1100), "pdf", most=16 << 20)
    assert "corrupt" in {trouble.reason for trouble in troubles}
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n" + b"1 0 obj\n" * 200_000,
        b"%PDF-1.7\n" + b"1 0 obj<<>>stream\n" * 100_000,
        b"%PDF-1.7\n" + b"1 0 obj<<>>endobj\n" * 100_000,
        b"%PDF-1.7\n" + b"xref 0 1 " * 200_000,
        b"%PDF-1.7\n" + b"trailer " * 200_000,
        b"%PDF-1.7\n" + b"startxref" * 200_000,
        b"%PDF-1.7\n" + b"1" * 2_000_000,
        b"%PDF-1.7\n" + b"1 " * 1_000_000,
        b"%PDF-1.7\n" + b"%%EOF junk\nx " * 100_000,
        b"%PDF-1.7\n1 0 obj" + b"[" * 500_000,
        b"%PDF-1.7\n1 0 obj<</Length 5" + b"/Length " * 200_000 + b">>stream\nabc",
    ],
    ids=range(11),
)
def test_bombs(data: bytes) -> None:
    assert read_in_time(data, "pdf", 20).gives


def test_direct_values_within_each_other() -> None:
    def deep(pdf: pikepdf.Pdf) -> None:
        value: object = pikepdf.Dictionary(EF=pikepdf.Dictionary(F=pdf.make_stream(PROGRAM)))
        for _ in range(200):
            value = pikepdf.Array([value])
        pdf.Root.Odd = value

    assert contents(read_in_time(saved(deep), "pdf"))[b"embedded-file-1"] == PROGRAM


def test_many_files_end_at_the_limit() -> None:
    def many(pdf: pikepdf.Pdf) -> None:
        for number in range(300):
            pdf.attachments[f"{number:04}"] = b"%d" % number

    data = saved(many)
    assert len(read_in_time(data, "pdf").seen) == 300
    assert read_bytes(data, "pdf", Options(entries=9)).gives == {"too-many"}


def test_damage_is_told_or_harmless() -> None:
    started = time.process_time()
    silent_mutations(ONE, "pdf", 300)
    assert time.process_time() - started < 40
    assert [length for length in every_cut(ONE, "pdf", 41) if length < len(ONE) - 8] == []


def test_in_a_worker() -> None:
    assert read_confined(saved(attach), "pdf") == (BOTH, [])
    members, troubles = read_confined(HOSTILE["behind the end"][0], "pdf")
    assert [trouble.issue for trouble in troubles] == ["hidden-data"]
    assert PROGRAM in members[b"gap-1"]
