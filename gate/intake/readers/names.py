"""Which stored names are unsafe, and which names some system would take for the same one.

Rules are those under which readers and systems disagree: APPNOTE 4.4.17 (zip names are relative, with forward
slashes), POSIX pax (names end at NUL), and "Naming Files, Paths, and Namespaces" of the Windows documentation.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator

from gate.intake.readers.interface import Options

_COMPONENT = rb"[A-Za-z0-9_+@=~.-]*[A-Za-z0-9_+@=~-]"
_PLAIN = re.compile(rb"(?:\./)?" + _COMPONENT + rb"(?:/" + _COMPONENT + rb")*/?")
"""Names with nothing to look for but reserved words: nearly all of them, so that the full check is seldom needed."""
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:\..*)?", re.IGNORECASE
)
_RESERVED_ANYWHERE = re.compile(rb"(?:^|/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$)", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")
_STREAM = re.compile(r"(?<!:):(?!:)|::\$|:::")
"""A colon opens a stream of a file on NTFS; the doubled colon of Perl's manual pages is no valid name there at all,
and so hides nothing."""
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CODECS = tuple(codecs.lookup(name) for name in ("utf-8", "cp932", "euc_jp"))
"""Looked up when this module is imported: a confined process may not be able to load them any more."""
_CONTROL = frozenset({"Cc", "Zl", "Zp"})


def decode(name: bytes) -> str:
    """Return the text of a stored name: UTF-8, else CP932, else EUC-JP, else UTF-8 with escapes.

    In CP932 the second byte of a character can be that of a backslash, so separators are looked for in the text.
    """
    for codec in _CODECS:
        try:
            return codec.decode(name, "strict")[0]
        except UnicodeDecodeError:
            continue
    return name.decode("utf-8", "surrogateescape")


def unsafe(name: bytes, options: Options) -> str:
    """Return what is unsafe about a stored name, as short English words; empty where nothing is.

    Of a name that is too long only the start is looked at.
    """
    start = name[: options.name_bytes]
    plain = _PLAIN.fullmatch(start) is not None and _RESERVED_ANYWHERE.search(start) is None
    problems = [] if plain else list(_problems(decode(start)))
    if len(name) > options.name_bytes:
        problems.append("too long")
    if name.count(b"/") >= options.name_depth and name.rstrip(b"/").count(b"/") >= options.name_depth:
        problems.append("too deep")
    return ", ".join(problems)


def _problems(text: str) -> Iterator[str]:
    if not text:
        yield "empty name"
        return
    yield from _character_problems(text)
    if text.startswith("/"):
        yield "absolute"
    if _DRIVE.match(text):
        yield "drive"
    elif _STREAM.search(text):
        yield "stream"
    components = text.removeprefix("/").removesuffix("/").split("/")
    if text != "/" and "" in components:
        yield "empty component"
    if ".." in components or ".." in text.replace("\\", "/").split("/"):
        yield "parent folder"
    named = [component for component in components if component not in {"", ".", ".."}]
    if any(component[-1] in ". " for component in named):
        yield "trailing dot or space"
    if any(_RESERVED.fullmatch(component) for component in named):
        yield "reserved device name"


def _character_problems(text: str) -> Iterator[str]:
    if "\0" in text:
        yield "NUL"
    if any(unicodedata.category(character) in _CONTROL for character in text if character != "\0"):
        yield "control character"
    if not _BIDI.isdisjoint(text):
        yield "bidi character"
    if "\\" in text:
        yield "backslash"


def comparison_key(name: bytes) -> str:
    """Return a form that is equal for names that some file system takes for the same.

    Case, Unicode normal form, ``.`` components, doubled and final slashes do not count.
    """
    if name.isascii():
        text = name.decode("ascii").lower()
    else:
        text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", decode(name)).casefold())
    if not (text.startswith(("/", "./")) or text.endswith(("/", "/.")) or "//" in text or "/./" in text):
        return text if text != "." else ""
    return "/".join(component for component in text.split("/") if component not in {"", "."})


class NameRegister:
    """Remembers the names of one container and says where two members would meet in one place.

    Memory is linear in the names, whose number the caller bounds; names that are too long, and so unsafe already,
    are not remembered.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._known: dict[str, tuple[bytes, bool]] = {}

    def add(self, name: bytes, *, folder: bool) -> str:
        """Note a member; return what it clashes with, as short English words, or nothing.

        The same folder named twice is no clash: it holds no bytes of its own.
        """
        if len(name) > self._options.name_bytes:
            return ""
        key = comparison_key(name)
        known = self._known.get(key)
        if known is None:
            self._known[key] = (name, folder)
            return ""
        first, first_is_folder = known
        if first_is_folder and not folder:
            self._known[key] = (name, False)
        if first_is_folder != folder:
            return "file and folder of one name"
        if folder:
            return ""
        return "duplicate name" if first == name else "same name but for case or form"

    def shadowed(self) -> bool:
        """Say whether a member that is no folder has members below it."""
        parents = {key.rpartition("/")[0] for key in self._known if key.count("/") <= self._options.name_depth}
        return any(not self._known.get(place, ("", True))[1] for parent in parents for place in _with_parents(parent))


def _with_parents(key: str) -> Iterator[str]:
    while key:
        yield key
        key = key.rpartition("/")[0]
