"""Code without any mark of its own: DOS programs and raw machine code, which only a name or a permission bit tells.

Where the name of a program or the permission to run it stands over bytes that are packed or encrypted, nothing can be
told of them at all: that is a gap.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from gate.examine.executable.content import Answer, Content, Family, Named
from gate.models import Gap

DOS_LARGEST = 0xFF00
"""Most bytes of a .com program: a segment less the prefix that DOS puts before it."""
_PROGRAM_SUFFIXES = frozenset(
    (
        *("exe", "dll", "sys", "drv", "ocx", "cpl", "scr", "com", "pif", "efi", "mui", "ax", "acm", "msi", "msp"),
        *("so", "dylib", "ko", "o", "obj", "a", "elf", "axf", "prx", "run", "appimage", "node", "pyd", "xll"),
        *("class", "dex", "odex", "oat", "vdex", "jar", "apk", "pyc", "pyo", "wasm", "jsc", "beam", "swf", "luac"),
    )
)
"""Names that systems and loaders take for code, and that no data bears: ``bin`` or ``img`` are names of both."""
_TEXT = re.compile(r"[\s<{\[#/]|[ -~]{0,31}[\s]|[ -~]{0,31}\Z")
"""How a text begins that somebody wrote: a program of printable characters has no blank for long."""
_SAMPLE, _SAMPLES = 4096, 8
_HIGH_ENTROPY = 7.2
"""Bits a byte: above are packed and encrypted bytes; machine code has 5 to 6.7."""
_MESH_HEADER, _TRIANGLE = 84, 50
_SMALLEST = 512
"""Bytes below which entropy tells nothing: so few cannot show it."""
_KNOWN_DATA = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|BM.{4}\0\0\0\0|II\*\0|MM\0\*|RIFF.{4}[A-Z]|%PDF-|OggS|fLaC|ID3|"
    rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb]|.{4}ftyp|\x1a\x45\xdf\xa3|wOF[F2]|OTTO|\0\x01\0\0\0|ttcf|true|\0\0[\x01\x02]\0|"
    rb"SQLite format 3\0|\xde\x12\x04\x95|\x95\x04\x12\xde|\x89HDF\r\n|\x93NUMPY|TZif|%!PS|\x8aMNG|\xf7\x02|"
    rb"icns|8BPS|glTF|DDS |KTX |\xabKTX|PAR1|ARROW1|Obj\x01|GRIB|CDF[\x01\x02\x05]|\xac\xed|MThd|\xd0\xcf\x11\xe0|CPYA|"
    rb"\x00\x00\x00\x0cjP  |\x00\x00\x00\x0cJXL |\xff\x0a|SIMPLE  =|\x13\x57\x9a\xce|GDBM|RaSt|\x28\xb5\x2f\xfd|"
    rb".{36}acsp",
    re.DOTALL,
)
"""What known kinds of data begin with; other code sees to it that they are not programs besides."""


def by_name_or_mode(content: Content) -> Iterator[Answer]:
    """Name unknown binary content that stands under the name of a program, or that may be run."""
    if content.told or (content.labels and content.suffix != "com") or not content.size:
        return
    named = content.suffix in _PROGRAM_SUFFIXES
    if not named and not content.may_be_run:
        return
    if content.suffix == "com" and content.size <= DOS_LARGEST and not _is_written(content):
        yield Named("dos-com", "x86", ("by=name",))
    elif content.head.startswith((b"MZ", b"ZM")):
        yield Named("mz", "x86", ("by=name",) if named else ("by=mode",))
    elif content.text is not None or _KNOWN_DATA.match(content.head) or _is_mesh(content):
        return
    elif _is_dense(content):
        yield Gap("unsupported", f"{_why(content)} over bytes that are packed or encrypted: not told what they are")
    else:
        yield Named("raw-code", "", ("by=name",) if named else ("by=mode",))


def _is_written(content: Content) -> bool:
    """Say whether the content is a text that begins as one does."""
    return content.text is not None and bool(_TEXT.match(content.text))


def _is_mesh(content: Content) -> bool:
    """Say whether the size is that of a binary STL mesh with the number of triangles that it tells."""
    return content.size == _MESH_HEADER + _TRIANGLE * content.number(_MESH_HEADER - 4, 4)


def _why(content: Content) -> str:
    return "permission to run" if content.may_be_run else "name of a program"


def _is_dense(content: Content) -> bool:
    """Say whether the bytes look packed or encrypted in one of some places between start and end."""
    last = max(0, content.size - _SAMPLE)
    places = {last * number // (_SAMPLES - 1) for number in range(_SAMPLES)}
    return any(entropy(content.at(place, _SAMPLE)) >= _HIGH_ENTROPY for place in places)


def entropy(data: bytes) -> float:
    """Return Shannon's entropy of the bytes in bits a byte; 0 of so few that it tells nothing."""
    if len(data) < _SMALLEST:
        return 0.0
    return -sum(count / len(data) * math.log2(count / len(data)) for count in Counter(data).values())


FAMILIES = (Family("native", ("dos-com", "mz", "raw-code"), by_name_or_mode, by_name=True),)
