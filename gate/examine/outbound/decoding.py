"""From the bytes of a text item to its characters, as a browser would decode them.

The order is that of the WHATWG Encoding and HTML standards: byte order mark, declaration in the text, and then what
the bytes themselves allow.
"""

from __future__ import annotations

import codecs
import re

DECLARATION_BYTES = 1024
"""How far into an item a declaration of its encoding counts (HTML, "prescan a byte stream")."""

_CODECS = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 utf-16 utf-16le utf-16be",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji csshiftjis windows-31j ms932",
    "euc_jp": "euc-jp x-euc-jp cseucpkdfmtjapanese",
    "iso2022_jp": "iso-2022-jp csiso2022jp",
    "gb18030": "gb18030 gb2312 gbk x-gbk chinese gb_2312-80 iso-ir-58",
    "big5hkscs": "big5 big5-hkscs cn-big5 x-x-big5 csbig5",
    "cp949": "euc-kr ks_c_5601-1987 korean windows-949 cseuckr ksc5601",
    "cp1252": "windows-1252 iso-8859-1 iso8859-1 latin1 l1 ascii us-ascii cp1252 x-cp1252",
    "cp1250": "windows-1250 cp1250 x-cp1250",
    "cp1251": "windows-1251 cp1251 x-cp1251",
    "cp1253": "windows-1253 cp1253",
    "cp1254": "windows-1254 cp1254 iso-8859-9 latin5",
    "cp1255": "windows-1255 cp1255",
    "cp1256": "windows-1256 cp1256",
    "cp1257": "windows-1257 cp1257",
    "cp1258": "windows-1258 cp1258",
    "cp874": "windows-874 tis-620 iso-8859-11",
    "cp866": "ibm866 cp866 866",
    "koi8_r": "koi8-r koi8",
    "koi8_u": "koi8-u",
    "iso8859_2": "iso-8859-2 latin2",
    "iso8859_5": "iso-8859-5",
    "iso8859_7": "iso-8859-7",
    "iso8859_15": "iso-8859-15",
    "mac_roman": "macintosh mac",
    "mac_cyrillic": "x-mac-cyrillic",
}
"""Python codec -> labels (WHATWG Encoding, "names and labels"; a declared UTF-16 means UTF-8, as it says there)."""
_LOADED = {label: codecs.lookup(codec) for codec, labels in _CODECS.items() for label in labels.split()}
"""Codecs are looked up while this module is imported: a confined worker cannot import them any more."""
_BYTE_ORDER_MARKS = [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")]
_MARKED = {mark: codecs.lookup(codec) for mark, codec in _BYTE_ORDER_MARKS}
_UNDECLARED = [codecs.lookup(codec) for codec in ("cp932", "euc_jp")]
_NOT_IN_TEXT = bytes(set(range(32)) - set(b"\t\n\r\f\x1b")) + b"\x7f"
_LATIN = codecs.lookup("cp1252")

_LEADS = range(0x81, 0xFF)
"""Bytes with which a character of several bytes can begin."""
_ERRORS = "gate-as-browsers"


def _passed_over(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for bytes that are no character, and where reading goes on (WHATWG Encoding, each decoder).

    Python passes over up to all bytes of a character that breaks off.  Browsers never pass over one of ASCII, so that
    a quote or bracket behind it would be there for them alone.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    first, second = error.object[error.start], error.object[error.start + 1 : error.start + 2]
    return "\ufffd", error.start + (2 if first in _LEADS and not second.isascii() else 1)


codecs.register_error(_ERRORS, _passed_over)

_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_DECLARATIONS = [
    re.compile(rb"<meta[^>]{0,900}?charset\s{0,20}=\s{0,20}[\"']?\s{0,20}([A-Za-z0-9_:.\-]{1,40})", re.IGNORECASE),
    re.compile(rb"\A\s{0,20}<\?xml[^>]{0,400}?encoding\s{0,20}=\s{0,20}[\"']([A-Za-z0-9_:.\-]{1,40})"),
    re.compile(rb"\A@charset \"([A-Za-z0-9_:.\-]{1,40})\";"),
]


def decode(raw: bytes) -> str:
    """Return the characters of ``raw``; what cannot be decoded becomes U+FFFD, line ends become line feeds."""
    text = _decoded(raw)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def is_text(head: bytes) -> bool:
    """Say whether an item that begins with ``head`` is a text: no zero bytes but in UTF-16, few control characters."""
    if head.startswith(tuple(_MARKED)) or _unmarked_utf16(head[:DECLARATION_BYTES]):
        return True
    return b"\0" not in head and len(head.translate(None, _NOT_IN_TEXT)) >= len(head) * 0.98


def _decoded(raw: bytes) -> str:
    for mark, codec in _MARKED.items():
        if raw.startswith(mark):
            return codec.decode(raw[len(mark) :], "replace")[0]
    wide = _unmarked_utf16(raw[:DECLARATION_BYTES])
    if wide:
        return wide.decode(raw, "replace")[0]
    declared = _declared(raw[:DECLARATION_BYTES])
    if declared:
        return declared.decode(raw, "replace" if declared.name == "utf-8" else _ERRORS)[0]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _guessed(raw)


def _unmarked_utf16(head: bytes) -> codecs.CodecInfo | None:
    """Return the UTF-16 codec where every other byte of ``head`` is mostly zero: some programs do read such text."""
    half = len(head) // 2
    if half < 2 or b"\0" not in head:  # noqa: PLR2004  # one character says nothing
        return None
    for mark, zeros in ((codecs.BOM_UTF16_LE, head[1::2]), (codecs.BOM_UTF16_BE, head[0::2])):
        others = head[0::2] if mark == codecs.BOM_UTF16_LE else head[1::2]
        if zeros.count(0) > half * 0.4 and others.count(0) < half * 0.1:
            return _MARKED[mark]
    return None


def _declared(head: bytes) -> codecs.CodecInfo | None:
    visible = _COMMENT.sub(b"", head)
    for pattern in _DECLARATIONS:
        found = pattern.search(visible)
        if found:
            return _LOADED.get(found[1].decode("ascii").lower())
    return None


def _guessed(raw: bytes) -> str:
    for codec in _UNDECLARED:
        try:
            return codec.decode(raw, "strict")[0]
        except UnicodeDecodeError:
            continue
    return _LATIN.decode(raw, "replace")[0]
