"""Extra fields of zip entries: what they may hold, and names in them that differ from the entry's own.

Sizes are those of APPNOTE 4.5 and 4.6 and of Info-ZIP's ``extrafld.txt``.
"""

from __future__ import annotations

import codecs
import unicodedata
import zlib

from gate.intake.readers.zip_records import EXTRA_AES, EXTRA_ZIP64, extra_fields

_UNICODE_PATH = 0x7075
_UNICODE_COMMENT = 0x6375
_UNICODE_HEAD = 5
_REST = -1
_KNOWN = {
    EXTRA_ZIP64: 28,
    0x000A: 36,  # NTFS times
    0x000D: 12,  # PKWARE Unix times and owner
    0x5455: 13,  # Info-ZIP times
    0x5855: 12,  # Info-ZIP Unix, first form
    0x7855: 4,  # Info-ZIP Unix owner
    0x7875: 24,  # Info-ZIP Unix owner of any size
    EXTRA_AES: 7,
    0xCAFE: 0,  # mark of a jar
    _UNICODE_PATH: 1024 + _UNICODE_HEAD,
    _UNICODE_COMMENT: 1024 + _UNICODE_HEAD,
}
"""Most bytes of the fields that are told apart; what is in them is read by someone or bounded by their form."""
_PADDING = {0xD935: 2, 0xA11E: 2, 0xA220: 4}
"""Fields that align what follows (Android, Commons Compress, OPC): a head of so many bytes, then zeros."""
_SMALL = 32
"""A field of no known kind with no more bytes than this is taken for some writer's note."""
_CODEC_NAMES = (
    "utf-8",
    "cp437",
    "cp932",
    "euc_jp",
    "cp850",
    "cp852",
    "cp866",
    "cp1251",
    "cp1252",
    "gbk",
    "big5",
    "euc_kr",
    "latin-1",
)
_CODECS = tuple(codecs.lookup(name) for name in _CODEC_NAMES)
"""Looked up when this module is imported: a confined process may not be able to load them any more."""


def explained(extra: bytes) -> bool:
    """Say whether extra fields hold nothing but what such fields are for."""
    return all(_field_explained(kind, data) for kind, data in extra_fields(extra))


def _field_explained(kind: int, data: bytes) -> bool:
    if kind in _KNOWN and len(data) <= _KNOWN[kind]:
        return True
    if kind in _PADDING:
        return not any(data[_PADDING[kind] :])
    if kind != _REST and kind not in _KNOWN and len(data) <= _SMALL:
        return True
    return not any(data)


def repeated(extra: bytes) -> bool:
    """Say whether a field that decides over sizes, the name or the method is there more than once."""
    kinds = [kind for kind, _ in extra_fields(extra) if kind in {EXTRA_ZIP64, EXTRA_AES, _UNICODE_PATH}]
    return len(kinds) != len(set(kinds))


def other_name(extra: bytes, name: bytes) -> bool:
    """Say whether a Unicode path field (APPNOTE 4.6.9) names the entry otherwise than its header does.

    The header's name may be in any old code page: one in which both are the same name will do.  A field whose
    checksum is not that of the name is passed over by some readers only, and so has to be the same byte for byte.
    The first field is looked at; that there are more is told by :func:`repeated`.
    """
    data = next((data for kind, data in extra_fields(extra) if kind == _UNICODE_PATH), None)
    if data is None:
        return False
    if len(data) < _UNICODE_HEAD or data[0] != 1:
        return True
    stale = int.from_bytes(data[1:_UNICODE_HEAD], "little") != zlib.crc32(name)
    return data[_UNICODE_HEAD:] != name and (stale or not _same_name(data[_UNICODE_HEAD:], name))


def _same_name(unicode_name: bytes, name: bytes) -> bool:
    try:
        wanted = unicodedata.normalize("NFC", unicode_name.decode("utf-8"))
    except UnicodeDecodeError:
        return False
    return any(_decoded(codec, name) == wanted for codec in _CODECS)


def _decoded(codec: codecs.CodecInfo, name: bytes) -> str | None:
    try:
        return unicodedata.normalize("NFC", codec.decode(name, "strict")[0])
    except UnicodeDecodeError:
        return None
