"""Bytecode, whose source nobody can read in the delivery: compiled Python, and JavaScript for V8 and Hermes.

Formats: CPython ``importlib/_bootstrap_external.py`` and PEP 552; V8 ``code-serializer.h``, Hermes
``BytecodeFileFormat.h``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.heuristics.reasons import Seen

_HASHED, _CHECKED = 1, 2
_FLAGS_FROM = 3390
"""First magic number of a version (3.7) whose header holds flags."""
_MAGICS = ((3000, 3800), (20121, 20124), (50428, 62300))
_CODE = frozenset({0x63, 0xE3})
_CACHE_NAME = re.compile(rb"\.(?:cpython|pypy|graalpy)-?\d{2,4}(?:\.opt-\w+)?(?:-[\w-]+)?\.pyc$")
_RUNS = re.compile(rb"[\xda\xfaZz\x5a]\x04(?:exec|eval)|\x04(?:exec|eval)(?![A-Za-z_])")
_DECODES = re.compile(
    rb"\x09b64decode|\x09b85decode|\x09a85decode|\x09b32decode|\x09unhexlify|\x0adecompress|\x0bdecodebytes|\x07fromhex"
)
_HERMES_MAGIC = bytes.fromhex("c61fbc03c103191f")
_V8_MAGIC = b"\xde\xc0"
_V8_HEADER = range(24, 41, 4)
_V8_SMALLEST = 64


def bytecode_signs(data: bytes, name: bytes) -> Iterator[Seen]:
    """Yield what is seen in compiled Python or JavaScript; ``name`` tells a cache from what stands for its source."""
    if _is_python(data):
        yield from _python(data, name)
    elif _is_v8(data):
        yield Seen("bytecode-javascript", "v8")
    elif data.startswith(_HERMES_MAGIC):
        yield Seen("bytecode-javascript", "hermes")


def _is_python(data: bytes) -> bool:
    number = int.from_bytes(data[:2], "little")
    if data[2:4] != b"\r\n" or not any(low <= number < high for low, high in _MAGICS):
        return False
    return any(data[place] in _CODE for place in (8, 12, 16) if place < len(data))


def _python(data: bytes, name: bytes) -> Iterator[Seen]:
    number = int.from_bytes(data[:2], "little")
    flags = int.from_bytes(data[4:8], "little") if _FLAGS_FROM <= number < _MAGICS[0][1] else 0
    yield Seen("bytecode-python", f"magic:{number}")
    if not _CACHE_NAME.search(name):
        # Python imports a file of such a name by itself, and one in a cache only beside its source.
        yield Seen("bytecode-python-sourceless")
    if flags & _HASHED and not flags & _CHECKED:
        yield Seen("bytecode-python-unchecked")
    decoder = _DECODES.search(data)
    if decoder and _RUNS.search(data):
        yield Seen("bytecode-python-decode-run", decoder[0][1:].decode("ascii"))


def _is_v8(data: bytes) -> bool:
    """Say whether ``data`` is V8's code cache: its magic, and a length that fits what follows the header."""
    if data[2:4] != _V8_MAGIC or len(data) < _V8_SMALLEST:
        return False
    lengths = {int.from_bytes(data[place : place + 4], "little") for place in range(8, 32, 4)}
    return any(0 <= len(data) - header - length < 8 for header in _V8_HEADER for length in lengths if length)  # noqa: PLR2004  # alignment
