"""Containers that are told by text: mail, mailboxes, RTF, PDF, BinHex and uuencode.

This runs in the gate's own process for every file, on its first bytes only.  Every test is a comparison at a fixed
place, a search for a fixed string, or a walk over the lines at the start: time is linear in the head.
"""

from __future__ import annotations

import codecs

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks; those of UTF-32 first, as one of them begins like that of UTF-16."""
_CODECS = {name: codecs.lookup(name) for _, name in _MARKS}
"""Looked up when this module is imported: a confined process may not be able to load them any more."""
_SPACE = b" \t\r\n\f\v\0"
_SHOWN = 64
"""How many bytes of a text without a byte order mark have to follow the pattern of its encoding."""
_ENDLESS_BYTES = 40_000
"""A head of this many bytes that is nothing but header fields, one of them of mail, is believed to be one: the other
fields that would tell may come later."""
_NAME_BYTES = 76
"""Longest name of a header field: longer ones have no meaning to any reader (RFC 5322 2.1.1 bounds a line to 78)."""
_VALUE_BYTES = 4096
"""Of folded fields no more is put together."""
_LEGIBLE = bytes(range(33, 127)).replace(b":", b"")
_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
_USUAL = _LETTERS + b"0123456789-_"
_ODD_NAMES = 20
"""Names of other characters are allowed (RFC 5322 3.6.8) and never used; logs and JSON have many of them."""
_ADDRESSED = frozenset({b"from", b"to", b"cc", b"subject", b"date", b"sender", b"reply-to", b"newsgroups"})
_TRANSPORTED = frozenset({b"received", b"return-path", b"message-id", b"delivered-to", b"x-mailer", b"x-envelope-from"})
_OF_MIME = frozenset({b"mime-version", b"content-type", b"content-transfer-encoding", b"content-disposition"})
_CORRESPONDENTS = 3
"""How many of the ``_ADDRESSED`` fields make a mail where nothing else tells."""
_BINHEX = b"(This file must be converted with BinHex"
_OCTAL = frozenset(b"01234567")
_UU_CODES = range(0x20, 0x61)
_UU_HEAD_BYTES = 1024
"""Most bytes of the first line of a uuencoded file, with its name."""
_MODES = (3, 4)
_PDF_BEGINS_WITHIN = 1024
"""Where readers of PDF look for its header (ISO 32000-1, implementation note 13 of annex H)."""


def text_labels(head: bytes) -> tuple[str, ...]:
    """Return the labels of the containers that the text ``head``, the start of a file, is.

    A PDF header that is not at the start counts only by :func:`has_late_pdf_header`.
    """
    text = plain_text(head)
    start = len(text) - len(text.lstrip(_SPACE))
    if text.startswith(codecs.BOM_UTF8, start):
        start += len(codecs.BOM_UTF8)
        start += len(text[start:]) - len(text[start:].lstrip(_SPACE))
    labels = []
    if text.startswith(b"%PDF-", start):
        labels.append("pdf")
    elif text.startswith(b"{\\rt", start):
        labels.append("rtf")
    elif text.startswith(b"From ", start) and _is_mail(text, _next_line(text, start)):
        labels.append("mbox")
    elif _is_mail(text, start):
        labels.append("mail")
    if labels:
        return tuple(labels)  # what follows would be part of these, and their readers look for it there
    if _line_starts_with(text, _BINHEX) >= 0:
        labels.append("binhex")
    if has_uuencoded(text):
        labels.append("uuencode")
    return tuple(labels)


def has_late_pdf_header(head: bytes) -> bool:
    """Say whether readers of PDF would find a header behind other bytes; asked where the file is nothing else.

    Programs that only speak of the header do not count: a version and either the start of a line or an object follow.
    """
    position = head.find(b"%PDF-", 0, _PDF_BEGINS_WITHIN)
    while position >= 0:
        version = head[position + 5 : position + 8]
        whole = version[:1].isdigit() and version[1:2] == b"." and version[2:3].isdigit()
        if whole and (_begins_line(head, position) or head.find(b" obj", position) >= 0):
            return True
        position = head.find(b"%PDF-", position + 1, _PDF_BEGINS_WITHIN)
    return False


def text_encoding(head: bytes) -> str:
    """Return the name of the codec of a text in UTF-16 or UTF-32, by its mark or its zeros; empty for all else."""
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return codec
    sample = head[:_SHOWN]
    if len(sample) < 4 or (sample[0] and sample[1]):  # noqa: PLR2004  # one character of UTF-32
        return ""
    for width, place, codec in ((4, 0, "utf-32-le"), (4, 3, "utf-32-be"), (2, 0, "utf-16-le"), (2, 1, "utf-16-be")):
        whole = sample[: len(sample) // width * width]
        letters = whole[place::width]
        if whole.count(0) == len(whole) - len(letters) and 0 not in letters and letters.isascii():
            return codec
    return ""


def plain_text(data: bytes) -> bytes:
    """Return ``data``, or as UTF-8 where it is a text in UTF-16 or UTF-32; undecodable units become U+FFFD."""
    codec = text_encoding(data)
    return _CODECS[codec].decode(data, "replace")[0].lstrip("\ufeff").encode("utf-8", "replace") if codec else data


def has_uuencoded(text: bytes) -> bool:
    """Say whether a line in ``text`` begins a uuencoded file (POSIX.1-2017, uuencode), whose first line follows."""
    position = text.find(b"begin")
    while position >= 0:
        if _begins_line(text, position) and uuencode_head(text, position) is not None:
            return True
        position = text.find(b"begin", position + 1)
    return False


def uuencode_head(text: bytes, position: int) -> tuple[bytes, bool, int] | None:
    """Return name, whether in base64, and where the data begins, of the uuencoded file whose first line is here."""
    stop = _next_line(text, position, _UU_HEAD_BYTES)
    words = text[position:stop].rstrip(b"\r\n").split(b" ", 2)
    if len(words) < 3 or not words[2].strip() or words[0] not in {b"begin", b"begin-base64"}:  # noqa: PLR2004
        return None
    if len(words[1]) not in _MODES or not _OCTAL.issuperset(words[1]):
        return None
    base64 = words[0] != b"begin"
    first = text[stop : _next_line(text, stop, _UU_HEAD_BYTES)].rstrip(b"\r\n")
    if not (base64 or first == b"end" or _is_uu_line(first)):
        return None
    return words[2].strip(), base64, stop


def _is_uu_line(line: bytes) -> bool:
    """Say whether a line can be the first one of uuencoded data: as decoders do, by its count and its length.

    Blanks at its end may have been lost; what stands behind the letters that were counted is passed over.
    """
    if not line or line[0] not in _UU_CODES:
        return False
    letters = (((line[0] - 0x20) & 0x3F) + 2) // 3 * 4
    if not letters:
        return not line.strip(b" `")
    return len(line) - 1 >= letters // 2


def _is_mail(text: bytes, start: int) -> bool:
    """Say whether the header fields from ``start`` on are those of a mail (RFC 5322) or of a MIME entity (RFC 2045).

    Metadata of packages and control files have the same form; what tells are the names of the fields.
    """
    fields, endless = _fields(text, start)
    names = fields.keys()
    if endless and len(text) >= _ENDLESS_BYTES and not names.isdisjoint(_ADDRESSED | _TRANSPORTED | _OF_MIME):
        return True
    addressed = len(names & _ADDRESSED)
    if addressed >= _CORRESPONDENTS and b"from" in names:
        return True
    if names & _TRANSPORTED and (addressed or b"content-type" in names):
        return True
    kind = fields.get(b"content-type", b"").lower()
    if b"mime-version" in names and (addressed or kind or b"content-transfer-encoding" in names):
        return True
    if kind.startswith((b"multipart/", b"message/")):
        return b"boundary" in kind or kind.startswith(b"message/") or bool(addressed)
    return bool(kind or addressed) and b"content-transfer-encoding" in names


def _fields(text: bytes, start: int) -> tuple[dict[bytes, bytes], bool]:
    """Return the header fields at ``start`` by name in lower case, and whether nothing follows them.

    Of a field that comes more than once the first value is kept.
    """
    fields: dict[bytes, bytes] = {}
    name = b""
    odd = 0
    while start < len(text):
        stop = _next_line(text, start)
        line = text[start:stop]
        if line[:1] in {b" ", b"\t"} and name:
            if len(fields[name]) < _VALUE_BYTES:
                fields[name] += line.strip()
        else:
            name, colon, value = line.partition(b":")
            name = name[: _NAME_BYTES + 1].rstrip(b" \t").lower()
            if not colon or not 0 < len(name) <= _NAME_BYTES or name.translate(None, _LEGIBLE):
                return fields, False
            odd += not (name[0] in _LETTERS and name.translate(None, _USUAL) == b"")
            if odd > _ODD_NAMES:
                return fields, False
            fields.setdefault(name, value.strip())
        start = stop
    return fields, not odd


def _next_line(text: bytes, start: int, most: int | None = None) -> int:
    """Return where the line after that at ``start`` begins, or where ``most`` bytes of it end."""
    stop = len(text) if most is None else min(len(text), start + most)
    found = text.find(b"\n", start, stop)
    return found + 1 if found >= 0 else stop


def _line_starts_with(text: bytes, words: bytes) -> int:
    position = text.find(words)
    while position >= 0 and not _begins_line(text, position):
        position = text.find(words, position + 1)
    return position


def _begins_line(text: bytes, position: int) -> bool:
    return position == 0 or text[position - 1] in b"\r\n"
