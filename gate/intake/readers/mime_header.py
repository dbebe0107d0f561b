"""Header fields of mail: RFC 5322 (fields, folding), RFC 2045 (parameters), RFC 2047 and RFC 2231 (encoded text)."""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

FIELD_BYTES = 1 << 20
"""Most bytes of the header fields of one entity."""
_FIELD = re.compile(rb"([!-9;-~]+)([ \t]*):")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_FOLD = re.compile(rb"\r?\n|\r")
_ENCODED_WORD = re.compile(rb"=\?([!-<>@-~]{1,40})\?([BbQq])\?([^?\r\n]*)\?=")
_BETWEEN_WORDS = re.compile(rb"(=\?[!-<>@-~]{1,40}\?[BbQq]\?[^?\r\n]*\?=)[ \t\r\n]+(?==\?)")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_SECTION = re.compile(rb"([^*]+)(?:\*(\d{1,4}))?(\*?)")
_SYNTAX = re.compile(rb'[\\"();]')
_QUOTED = re.compile(rb'"((?>(?:[^"\\]|\\.)*))', re.DOTALL)
_QUOTED_PAIR = re.compile(rb"\\(.)", re.DOTALL)
_PARAMETERS = 200
_VALUE_BYTES = 1 << 14
"""Most bytes of a value that is taken apart; RFC 2231 splits what would not fit into lines of 78."""
_CODEC_NAMES = """
    ascii utf-8 utf-7 utf-16 utf-16-le utf-16-be iso-2022-jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3
    iso-2022-jp-2004 iso-2022-jp-ext iso-2022-kr shift-jis cp932 ms932 windows-31j sjis x-sjis shift-jis-2004
    shift-jisx0213 euc-jp euc-jis-2004 euc-kr ks-c-5601-1987 cp949 johab gb2312 gbk gb18030 hz big5 big5hkscs
    cp950 iso-8859-1 iso-8859-2 iso-8859-3 iso-8859-4 iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-8 iso-8859-9
    iso-8859-10 iso-8859-11 iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16 windows-1250 windows-1251
    windows-1252 windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 windows-874
    koi8-r koi8-u cp437 cp850 cp866 mac-roman tis-620 us-ascii utf8
"""


def _known_codecs() -> dict[str, codecs.CodecInfo]:
    """Look up the codecs of mail while this module is imported: a confined process may not load them any more."""
    found = {}
    for name in _CODEC_NAMES.split():
        try:
            found[name] = codecs.lookup(name)
        except LookupError:
            found[name] = codecs.lookup("cp932")  # the names of Windows' code page 932 that Python does not know
    return found


_KNOWN_CODECS = _known_codecs()


@dataclass
class Value:
    """A structured field: the value before the parameters in lower case, and each parameter by name in lower case."""

    value: bytes = b""
    parameters: dict[bytes, bytes] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)


@dataclass
class Fields:
    """The header fields of one entity: unfolded values by name in lower case; ``stop`` is where its body begins."""

    values: dict[bytes, list[bytes]] = field(default_factory=dict)
    stop: int = 0
    problems: dict[str, None] = field(default_factory=dict)

    def first(self, name: bytes) -> bytes:
        """Return the first value of a field, or nothing."""
        return self.values.get(name, [b""])[0]

    def differing(self, name: bytes) -> bool:
        """Say whether a field comes more than once with values that differ."""
        return len(set(self.values.get(name, ()))) > 1


def read_fields(text: bytes, start: int, stop: int) -> Fields:
    """Read the header fields from ``start`` to the first empty line, at most to ``stop``.

    Fields past ``FIELD_BYTES`` are a problem and taken for the body.
    """
    fields = Fields(stop=stop)
    name, parts = b"", [b""]
    position = start
    while position < stop:
        line = _line(text, position, stop)
        behind = position + len(line)
        content = line.rstrip(b"\r\n")
        if behind - start > FIELD_BYTES:
            fields.problems["header fields too large"] = None
            fields.stop = position
            break
        if not content:
            fields.stop = behind
            break
        if len(line) == len(content) + 1 and line.endswith(b"\r"):
            fields.problems["lone carriage return in the header"] = None
        match = _FIELD.match(content)
        if content[:1] in b" \t" and name:
            parts.append(b" " + content.strip(b" \t"))
        elif match is None:
            if position != start or not content.startswith((b"From ", b">From ")):
                fields.problems["line in the header that is no field"] = None
                fields.stop = position
                break
        else:
            _keep(fields, name, parts)
            name, parts = match[1].lower(), [content[match.end() :].strip(b" \t")]
            if match[2] and name.startswith(b"content-"):
                fields.problems["blank before the colon of a field"] = None
        position = behind
    _keep(fields, name, parts)
    if any(b"\0" in value for values in fields.values.values() for value in values):
        fields.problems["NUL in the header"] = None
    return fields


def _line(text: bytes, position: int, stop: int) -> bytes:
    match = _LINE.match(text, position, min(stop, position + FIELD_BYTES + 1))
    return match[0] if match else b""


def _keep(fields: Fields, name: bytes, parts: list[bytes]) -> None:
    if name:
        fields.values.setdefault(name, []).append(b"".join(parts))


# --- structured fields ----------------------------------------------------------------------------------------


def structured(raw: bytes) -> Value:
    """Read a value with parameters (RFC 2045, section 5.1; RFC 2231 sections 3 and 4), as leniently as readers do."""
    segments = _segments(raw[:_VALUE_BYTES])
    result = Value(next(segments, b"").strip().lower())
    if len(raw) > _VALUE_BYTES:
        result.conflicts.append("too long")
    sections: dict[bytes, dict[int, tuple[bytes, bool]]] = {}
    for number, segment in enumerate(segments):
        if number == _PARAMETERS:
            result.conflicts.append("too many parameters")
            break
        name, equals, value = segment.partition(b"=")
        match = _SECTION.fullmatch(name.strip().lower())
        if not equals or match is None:
            if segment.strip():
                result.conflicts.append("malformed parameter")
            continue
        key, section, extended = match.groups()
        place = -1 if section is None and not extended else int(section or 0)
        known = sections.setdefault(key, {})
        content = _unquoted(value)
        if place in known and known[place][0] != content:
            result.conflicts.append(f"parameter {key.decode('ascii', 'replace')[:20]!a} twice")
        known.setdefault(place, (content, bool(extended)))
    for key, known in sections.items():
        plain = known.pop(-1, None)
        extended_text = _joined(known) if known else None
        if plain is not None and extended_text is not None and _differ(plain[0], extended_text):
            result.conflicts.append("parameter with two values")
        result.parameters[key] = extended_text if extended_text is not None else plain[0] if plain else b""
    return result


def _segments(raw: bytes) -> Iterator[bytes]:
    """Split at semicolons outside of quoted strings and comments; comments are left out."""
    begin = depth = position = 0
    quoted = False
    kept = bytearray()
    while (match := _SYNTAX.search(raw, position)) is not None:
        sign, place = match[0], match.start()
        position = match.end()
        if sign == b"\\":
            position += quoted or depth > 0
        elif sign == b'"' and not depth:
            quoted = not quoted
        elif sign == b"(" and not quoted and (depth or _opens_comment(raw, place)):
            if not depth:
                kept += raw[begin:place]
            depth += 1
        elif sign == b")" and depth:
            depth -= 1
            begin = position
        elif sign == b";" and not quoted and not depth:
            yield bytes(kept + raw[begin:place])
            kept.clear()
            begin = position
    if not depth:
        kept += raw[begin:]
    yield bytes(kept)


def _opens_comment(raw: bytes, position: int) -> bool:
    """Say whether a parenthesis outside of quotes opens a comment: not amid an unquoted file name."""
    return position == 0 or raw[position - 1] in b" \t;"


def _unquoted(value: bytes) -> bytes:
    value = value.strip()
    match = _QUOTED.match(value)
    return value if match is None else _QUOTED_PAIR.sub(rb"\1", match[1])


def _joined(sections: dict[int, tuple[bytes, bool]]) -> bytes:
    """Join the sections of a parameter (RFC 2231): the first extended one names the character set."""
    charset = ""
    output = bytearray()
    for place in sorted(sections):
        content, extended = sections[place]
        if extended:
            if place == 0 and content.count(b"'") >= 2:  # noqa: PLR2004  # charset'language'text
                named, _, content = content.split(b"'", 2)
                charset = named.decode("ascii", "replace")
            content = _PERCENT.sub(lambda match: binascii.unhexlify(match[1]), content)
        output += content
    return _as_utf8(bytes(output), charset)


def _differ(plain: bytes, extended: bytes) -> bool:
    """Say whether two forms of a file name would make readers treat the file in different ways."""
    return extension(encoded_words(plain)) != extension(extended)


def extension(name: bytes) -> bytes:
    """Return the extension of a file name in lower case."""
    return name.rpartition(b".")[2].strip().lower() if b"." in name else b""


# --- encoded text ---------------------------------------------------------------------------------------------


def encoded_words(raw: bytes) -> bytes:
    """Return text with its encoded words (RFC 2047) in UTF-8; what cannot be decoded stays as it is.

    Encoded words count also within quoted strings, where RFC 2047 does not allow them but all mail programs do.
    """
    if b"=?" not in raw:
        return raw
    return _ENCODED_WORD.sub(_word, _BETWEEN_WORDS.sub(rb"\1", raw))


def _word(match: re.Match[bytes]) -> bytes:
    charset, encoding, text = match.groups()
    if encoding in b"Qq":
        data = binascii.a2b_qp(text, header=True)
    else:
        try:
            data = binascii.a2b_base64(text + b"=" * (-len(text) % 4))
        except binascii.Error:
            return match[0]
    name = charset.partition(b"*")[0].decode("ascii", "replace")
    return _as_utf8(data, name, match[0])


def _as_utf8(data: bytes, charset: str, otherwise: bytes | None = None) -> bytes:
    codec = _KNOWN_CODECS.get(charset.lower().replace("_", "-"))
    if codec is None:
        return data if otherwise is None or not charset else otherwise
    try:
        return codec.decode(data, "strict")[0].encode("utf-8")
    except UnicodeError:
        return data if otherwise is None else otherwise
