"""The text of a stored name whose bytes are not UTF-8: what a reader in Japan would see.

Old archives hold names in the code page of the system that made them.  Item paths keep the raw bytes (escaped), so
nothing here decides which item is meant; it only says how to read it.
"""

from __future__ import annotations

import codecs
from typing import NamedTuple

from gate.paths import escape_name

_UTF8 = codecs.lookup("utf-8")
_CP932 = codecs.lookup("cp932")
_EUC_JP = codecs.lookup("euc_jp")
_CP437 = codecs.lookup("cp437")


class NameText(NamedTuple):
    """A name as text, escaped like an item path, and the encoding it was read in; both empty where it is UTF-8."""

    text: str = ""
    encoding: str = ""


def read_name(name: bytes, *, declared_old: bool = False) -> NameText:
    """Return the text of a stored name.

    UTF-8 counts first, whatever the container declares; then EUC-JP and CP932 are told apart by what they would give;
    then CP437, where the container says that the name is in an older code page (APPNOTE appendix D).
    """
    if _decoded(_UTF8, name) is not None:
        return NameText()
    cp932, euc_jp = _decoded(_CP932, name), _decoded(_EUC_JP, name)
    if euc_jp is not None and (cp932 is None or _is_mostly_half_width(cp932)):
        return _text(euc_jp, "euc-jp")
    if cp932 is not None:
        return _text(cp932, "cp932")
    if declared_old:
        return _text(_CP437.decode(name, "strict")[0], "cp437")
    return NameText(escape_name(name), "unknown")


def _text(text: str, encoding: str) -> NameText:
    return NameText(escape_name(text.encode("utf-8", "surrogatepass")), encoding)


def _decoded(codec: codecs.CodecInfo, name: bytes) -> str | None:
    try:
        return codec.decode(name, "strict")[0]
    except UnicodeDecodeError:
        return None


def _is_mostly_half_width(text: str) -> bool:
    """Say whether at least half of the characters beyond ASCII are half-width katakana.

    That is what EUC-JP looks like when it is taken for CP932: each of its bytes is a half-width katakana, or half of
    a rare character.  Names that people write in half-width katakana alone are no valid EUC-JP, but for few.
    """
    beyond = [character for character in text if not character.isascii()]
    half_width = sum("\uff61" <= character <= "\uff9f" for character in beyond)
    return 2 * half_width >= len(beyond)
