"""Item paths and the globs of the policy (design: words and rules of judgement).

An item path is the artifact's name, then components joined by ``/``; ``!/`` stands between a container and its
members.  In each component ``%``, ``!``, control, format (bidi among them), private-use and undecodable bytes are
written ``%XX``, so that a path is one-to-one with bytes and safe to show.  Names that the gate makes up begin with
``!``, which no escaped component can.

Paths and file lists are signed and read again years later, so which characters are escaped is a table of our own and
not the Unicode tables of the Python that happens to run.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNSAFE_CHARACTERS = (
    "\x00-\x1f\x7f-\x9f"  # control, C0 and C1
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"  # format, in scripts
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"  # format, bidi, line and paragraph separator
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # format, in scripts
    "\U000e0000-\U000e00ff"  # tags
    "\ud800-\udfff"  # what surrogateescape makes of bytes that are not UTF-8
    "\ue000-\uf8ff\U000f0000-\U000fffff\U00100000-\U0010ffff"  # private use
    "\ufdd0-\ufdef\ufffe\uffff"  # never characters
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 15))
)
_UNSAFE = re.compile(f"[{_UNSAFE_CHARACTERS}]")
_ESCAPED = re.compile(f"[%!{_UNSAFE_CHARACTERS}]")
_ESCAPE = re.compile(rb"%([0-9A-F]{2})")


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in _encoded(match[0]))


def _encoded(text: str) -> bytes:
    """Return the bytes of any text: undecodable bytes as they were, other lone surrogates as three bytes each."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def escape_component(name: bytes) -> str:
    """Return one component of an item path for the raw bytes of a name, which holds no ``/``.

    Bytes that are not UTF-8, ``%``, ``!``, and characters of the Unicode categories control, format, private use,
    line and paragraph separator, and noncharacters, become ``%XX`` of their bytes.
    """
    return _ESCAPED.sub(_percent, name.decode("utf-8", "surrogateescape"))


def unescape_component(component: str) -> bytes:
    """Return the raw bytes that :func:`escape_component` made ``component`` from.

    Raises ``ValueError`` where ``component`` is not such a form, so that each name has exactly one path.
    """
    name = _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), component.encode("utf-8"))
    if escape_component(name) != component:
        raise ValueError(component)
    return name


def escape_name(name: bytes) -> str:
    """Return the path below a container of a member whose whole stored name is ``name`` (``/`` separates)."""
    return "/".join(escape_component(part) for part in name.split(b"/"))


def member_path(container: str, name: bytes) -> str:
    """Return the item path of the member ``name`` of the container at ``container``."""
    return f"{container}!/{escape_name(name)}"


def made_up_path(container: str, name: str) -> str:
    """Return the item path of something in ``container`` that the gate names itself, such as ``trailing``.

    Such a name is one component: a ``/`` in it is escaped, or ``/x`` could pass for a member of a member without name.
    """
    return f"{container}!/!{escape_component(_encoded(name)).replace('/', '%2F')}"


class PathRegister:
    """Hands out item paths so that no two items share one.

    A second member of the same name becomes ``<container>!/!duplicate-2/<name>``, so that no policy that names the
    first one covers it by its name alone.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._counts: dict[str, int] = {}

    def member(self, container: str, name: bytes) -> tuple[str, bool]:
        """Return the path of a member, and whether its name had been taken before."""
        path = member_path(container, name)
        if path not in self._taken:
            self._taken.add(path)
            return path, False
        return self._numbered(path, f"{container}!/!duplicate-", f"/{escape_name(name)}"), True

    def made_up(self, container: str, name: str) -> str:
        """Return the path of an item that the gate names itself, numbered where it had been taken before."""
        path = made_up_path(container, name)
        if path not in self._taken:
            self._taken.add(path)
            return path
        return self._numbered(path, f"{path}-", "")

    def _numbered(self, path: str, before: str, after: str) -> str:
        """Take and return the next free ``<before><number><after>``, counting on from the last one for ``path``."""
        count = self._counts.get(path, 1) + 1
        while f"{before}{count}{after}" in self._taken:
            count += 1
        self._counts[path] = count
        numbered = f"{before}{count}{after}"
        self._taken.add(numbered)
        return numbered


def artifact_names(names: Iterable[bytes]) -> list[str]:
    """Return the item paths of artifacts from the last parts of their resolved paths; clashes become ``-2``, ``-3``."""
    originals = [escape_component(name) for name in names]
    reserved = set(originals)
    taken: set[str] = set()
    paths: list[str] = []
    for original in originals:
        path, count = original, 1
        while path in taken or (count > 1 and path in reserved):
            count += 1
            path = f"{original}-{count}"
        taken.add(path)
        paths.append(path)
    return paths


def printable(name: bytes | str) -> str:
    """Return a name or text from an artifact or a service in a form that is safe in any message.

    Whatever an item path would escape becomes ``%XX``, save ``%`` and ``!`` themselves: item paths, and what has been
    made printable before, stay as they are.
    """
    text = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
    return _UNSAFE.sub(_percent, text)


# --- globs ------------------------------------------------------------------------------------------------------


class GlobError(ValueError):
    """A glob that the policy's rules do not allow; ``code`` says why, as a catalogue code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def glob_matches(glob: str, path: str) -> bool:
    """Say whether an item path matches a glob of the policy.

    ``*`` and ``?`` stay within one component, ``**`` stands for any number of components, also none, and nothing
    crosses ``!/``.  Case counts; both sides are compared in Unicode normal form C.
    Raises :class:`GlobError` for brackets, an empty glob, or ``**`` beside other characters in a component.
    """
    patterns = _compiled(glob)
    levels = _levels(path)
    if len(levels) != len(patterns):
        return False
    if len(levels) == 1:  # most paths of most deliveries
        return patterns[0].match(levels[0]) is not None
    return all(pattern.match(level) for pattern, level in zip(patterns, levels, strict=True))


def check_glob(glob: str) -> None:
    """Raise :class:`GlobError` where ``glob`` is not one."""
    _compiled(glob)


@lru_cache(maxsize=64)
def _levels(path: str) -> tuple[str, ...]:
    """Return the levels of an item path, each with a ``/`` after it; one path is held against many globs in a row."""
    return tuple(f"{level}/" for level in unicodedata.normalize("NFC", path).split("!/"))


@lru_cache(maxsize=4096)
def _compiled(glob: str) -> tuple[re.Pattern[str], ...]:
    """Return one pattern for each level of a glob, which matches the level with a ``/`` after it."""
    if not glob:
        raise GlobError("policy.glob-empty")
    if "[" in glob or "]" in glob:
        raise GlobError("policy.glob-brackets")
    levels = [level.split("/") for level in unicodedata.normalize("NFC", glob).split("!/")]
    if any("**" in part and part != "**" for level in levels for part in level):
        raise GlobError("policy.glob-double-star")
    return tuple(re.compile(_level_pattern(level), re.DOTALL) for level in levels)


def _level_pattern(parts: list[str]) -> str:
    """Return the pattern of the components between two ``!/``, each with a ``/`` after it.

    What stands between two ``**`` is matched at the first place where it fits and never tried again (it cannot fit
    better later), so that a hostile name costs time in proportion to its length.
    """
    runs: list[list[str]] = [[]]
    for part in parts:
        if part == "**":
            runs.append([])
        else:
            runs[-1].append(part)
    first, *others = ["".join(_component_pattern(part) for part in run) for run in runs]
    if not others:
        return rf"{first}\Z"
    *middle, last = others
    skip = "(?:[^/]*/)*?"
    return first + "".join(f"(?>{skip}{run})" for run in middle) + (rf"{skip}{last}\Z" if last else "")


def _component_pattern(part: str) -> str:
    """Return the pattern of one component and the ``/`` after it; the rule of the first fit holds between ``*``."""
    first, *others = [
        "".join("[^/]" if letter == "?" else re.escape(letter) for letter in run) for run in part.split("*")
    ]
    if not others:
        return f"{first}/"
    *middle, last = others
    return first + "".join(f"(?>[^/]*?{run})" for run in middle) + f"[^/]*{last}/"
