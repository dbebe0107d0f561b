"""Python pickles and the model files made of them: what is called when they are loaded.

Opcodes are walked and none is run (``pickletools`` has the table); arguments are skipped, not read, so that a model of
many gigabytes costs its opcodes alone.
"""

from __future__ import annotations

import pickletools
import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from gate.examine.executable.content import Answer, Content, Family, Memory, Named
from gate.examine.executable.zipped import Unlisted, inflated, is_zip, members
from gate.models import Gap
from gate.paths import printable

MOST_OPCODES = 1_000_000
"""Most opcodes that are walked; a pickle with more that calls nothing until then leaves a gap."""
_WINDOW = 1 << 16
_LONGEST_LINE = 1 << 16
_CALLING = frozenset({"GLOBAL", "STACK_GLOBAL", "INST", "EXT1", "EXT2", "EXT4"})
"""Opcodes that bring in what can be called: those that call need one of them before."""
_PROTOCOLS = range(2, 6)
_FEW = 4
"""Fewest opcodes of a pickle that breaks off: what went before was run."""
_PLAUSIBLE = 32
"""Opcodes of a pickle without a mark that have to pass before it is believed to be one."""
_TEXT_STARTS = b"(]})cilILFSVNUTXKMJGB\x88\x89\x8c\x8e"
_SHOWN = 60
_NUMBERS = frozenset({"INT", "LONG", "FLOAT", "GET", "PUT"})
_NUMBER = re.compile(rb"[ \t]*+[+-]?(?:[\d._]++|inf|nan)(?:e[+-]?\d++)?L?[ \t\r]*+", re.IGNORECASE)
_NAME = re.compile(rb"[A-Za-z_\x80-\xff][\w.\x80-\xff]*+(?:<locals>[\w.<>]*+)?")
_LENGTHS = {
    pickletools.TAKEN_FROM_ARGUMENT1: 1,
    pickletools.TAKEN_FROM_ARGUMENT4: 4,
    pickletools.TAKEN_FROM_ARGUMENT4U: 4,
    pickletools.TAKEN_FROM_ARGUMENT8U: 8,
}
_LINES = frozenset({"GLOBAL", "INST"})
_STRINGS = frozenset({"SHORT_BINUNICODE", "BINUNICODE", "SHORT_BINSTRING", "UNICODE", "STRING"})
_TABLE = {opcode.code.encode("latin-1")[0]: opcode for opcode in pickletools.opcodes}


class Walk(NamedTuple):
    """What the opcodes are: how many, whether STOP was reached, whether anything is called, and what first."""

    steps: int
    whole: bool
    calls: bool
    first: str
    cut: bool


class _Reader:
    """Reads a content onward in windows."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._window = b""
        self._start = 0
        self.place = 0

    def take(self, size: int) -> bytes:
        """Return the next ``size`` bytes; raises ``EOFError`` where they are not there."""
        offset = self.place - self._start
        if not 0 <= offset <= len(self._window) - size:
            self._window, self._start, offset = self._content.at(self.place, max(size, _WINDOW)), self.place, 0
            if len(self._window) < size:
                raise EOFError
        self.place += size
        return self._window[offset : offset + size]

    def line(self) -> bytes:
        """Return what stands before the next line feed; raises ``EOFError`` where there is none soon."""
        end = self._window.find(b"\n", self.place - self._start) if self.place >= self._start else -1
        if end < 0:
            self._window, self._start = self._content.at(self.place, _LONGEST_LINE), self.place
            end = self._window.find(b"\n")
        if end < 0:
            raise EOFError
        line = self._window[self.place - self._start : end]
        self.place = self._start + end + 1
        return line

    def skip(self, size: int) -> None:
        """Go on; raises ``EOFError`` beyond the end."""
        self.place += size
        if self.place > self._content.size:
            raise EOFError


def walk(content: Content, most: int | None = None) -> Walk:
    """Walk the opcodes from the start of ``content`` to STOP, to the end, or to ``most`` of them.

    Model files hold several pickles behind one another, each with its mark: those are walked as well.
    """
    most = most or MOST_OPCODES
    reader = _Reader(content)
    names: list[str] = []
    first, count, whole, calls = "", 0, False, False
    try:
        while count < most:
            code = reader.take(1)[0]
            opcode = _TABLE.get(code)
            if opcode is None:
                break
            count += 1
            argument = _argument(opcode, reader)
            if opcode.name in _CALLING:
                calls = True
                first = first or _called(opcode.name, argument, names)
            elif opcode.name in _STRINGS:
                names = [*names[-1:], argument]
            whole = opcode.name == "STOP"
            if whole and content.at(reader.place, 1) != b"\x80":
                break
        cut = count >= most and not whole
    except EOFError:
        cut = False
    return Walk(count, whole, calls, first, cut)


def _argument(opcode: pickletools.OpcodeInfo, reader: _Reader) -> str:
    """Go past an opcode's argument; return it where it can name what is called."""
    if opcode.arg is None:
        return ""
    size = opcode.arg.n
    if size >= 0:
        reader.skip(size)
        return ""
    if size == pickletools.UP_TO_NEWLINE:
        line = reader.line()
        return _global(line, reader.line()) if opcode.name in _LINES else _line_argument(opcode.name, line)
    length = int.from_bytes(reader.take(_LENGTHS[size]), "little")
    if length <= _SHOWN and opcode.name in _STRINGS:
        return _shown(reader.take(length))
    reader.skip(length)
    return ""


def _line_argument(name: str, line: bytes) -> str:
    """Return a line that is an argument; raises ``EOFError`` where no number or string stands where one has to."""
    if (name in _NUMBERS and not _NUMBER.fullmatch(line)) or (name == "STRING" and line[:1] not in (b"'", b'"')):
        raise EOFError
    return _shown(line.strip(b"'\""))


def _global(module: bytes, name: bytes) -> str:
    """Return what two lines name; raises ``EOFError`` where they cannot be names, as in a text that is no pickle."""
    if not (_NAME.fullmatch(module) and _NAME.fullmatch(name)):
        raise EOFError
    return f"{_shown(module)}.{_shown(name)}"


def _shown(name: bytes) -> str:
    return printable(name[:_SHOWN].decode("ascii", "replace"))


def _called(name: str, argument: str, names: list[str]) -> str:
    return argument or (".".join(names[-2:]) if name == "STACK_GLOBAL" else "")


def pickle(content: Content) -> Answer | None:
    """Name a pickle that calls something when it is loaded; one of plain data is data.

    Protocols from 2 on have a mark.  One that breaks off has made its calls by then.
    """
    if content.number(1, 1) not in _PROTOCOLS:
        return None
    found = walk(content)
    if found.calls and (found.whole or found.steps >= _FEW):
        return _named("pickle", found)
    return Gap("engine-limit", f"pickle of more than {MOST_OPCODES} opcodes") if found.cut else None


def pickle_without_mark(content: Content) -> Answer | None:
    """Name a pickle of protocol 0 or 1, which begins like a text: all of its opcodes have to be ones, up to STOP."""
    probe = walk(content, _PLAUSIBLE)
    if probe.steps < _FEW and not probe.whole:
        return None
    found = walk(content)
    if found.calls and found.whole:
        return _named("pickle", found)
    return Gap("engine-limit", f"pickle of more than {MOST_OPCODES} opcodes") if found.cut else None


def _named(name: str, found: Walk) -> Named:
    words = (f"calls={found.first.replace(' ', '%20')}",) if found.first else ()
    return Named(name, "", words if found.whole else (*words, "broken=opcode"))


# --- files made of pickles ------------------------------------------------------------------------------------

_PART_BYTES = 64 << 20
_ZFILE = re.compile(rb"ZF0x[0-9a-f]{1,18} {0,20}")
_OBJECT_DTYPE = re.compile(rb"'descr':[^}]{0,400}?\|?'?\|O")
_LAMBDA = re.compile(rb"\"class_name\"\s{0,20}:\s{0,20}\"(?:Lambda|__lambda__)\"")
_HEADER_BYTES = 1024
_SEARCHED = 1 << 20
_OVERLAP = 256
_MOST_ARRAYS = 10_000


def numpy_objects(content: Content) -> Named | None:
    """Name a NumPy array of objects, which holds a pickle; arrays of numbers are data."""
    return Named("npy-objects") if _holds_objects(content.head[:_HEADER_BYTES]) else None


def _holds_objects(head: bytes) -> bool:
    return head.startswith(b"\x93NUMPY") and _OBJECT_DTYPE.search(head) is not None


def compressed_pickle(content: Content) -> Named | None:
    """Name a pickle in a zlib stream, as joblib writes it; other compressions are opened by intake."""
    start = _ZFILE.match(content.head)
    place = start.end() if start else 0
    if not start and content.number(0, 2, "big") % 31:
        return None
    try:
        data = zlib.decompressobj().decompress(content.at(place, _SEARCHED), _PART_BYTES)
    except zlib.error:
        return None
    if data[:1] != b"\x80" or data[1:2] not in (b"\2", b"\3", b"\4", b"\5"):
        return None
    found = walk(Content(Memory(data)))
    return _named("joblib", found) if found.calls and found.steps >= _FEW else None


def model_archive(content: Content) -> Iterator[Answer]:
    """Yield what the members of a zip file call when the model, or the arrays, in it are loaded."""
    if not is_zip(content):
        return
    try:
        listed = list(members(content))
    except Unlisted:
        return  # the reading of documents leaves the gap
    arrays = 0
    for member in listed:
        last = member.name.rpartition("/")[2]
        if last in {"data.pkl", "constants.pkl"}:
            found = walk(Content(Memory(inflated(content, member, _PART_BYTES))))
            if found.calls:
                yield _named("torch-archive", found)
        elif last.endswith(".npy") and arrays < _MOST_ARRAYS:
            arrays += 1
            if _holds_objects(inflated(content, member, _HEADER_BYTES)):
                yield Named("npz-objects")
        elif member.name == "config.json" and _LAMBDA.search(inflated(content, member, _PART_BYTES)):
            yield Named("keras-lambda")
    if arrays >= _MOST_ARRAYS:
        yield Gap("too-many", f"more than {_MOST_ARRAYS} arrays")


def keras_weights(content: Content) -> Named | None:
    """Name a Keras model in HDF5 with a layer that is code: its configuration stands in the file as it is."""
    if not content.head.startswith(b"\x89HDF\r\n\x1a\n"):
        return None
    for place in range(0, content.size, _SEARCHED):
        if _LAMBDA.search(content.at(place, _SEARCHED + _OVERLAP)):
            return Named("keras-lambda")
    return None


FAMILIES = (
    Family("serialized-code", ("pickle",), pickle, b"\x80"),
    Family("serialized-code", ("pickle",), pickle_without_mark, _TEXT_STARTS),
    Family("serialized-code", ("npy-objects",), numpy_objects, b"\x93"),
    Family("serialized-code", ("joblib",), compressed_pickle, b"xZ"),
    Family("serialized-code", ("torch-archive", "npz-objects", "keras-lambda"), model_archive, b"P"),
    Family("serialized-code", ("keras-lambda",), keras_weights, b"\x89"),
)
