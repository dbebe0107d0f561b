"""7-Zip as a program: how it is started on the archive of a reader, and what its words of failure mean."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import chain

from gate.intake.program import ChildProgram, Ended
from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Options, Source
from gate.intake.readers.sevenzip_list import PROMPT, Overview, Properties, blocks, lines, overview
from gate.isolation import find_program
from gate.models import GapReason

PROGRAM = "7zz"
TYPES = {
    "7z": "7z",
    "apfs": "APFS",
    "arj": "Arj",
    "cab": "Cab",
    "chm": "Chm",
    "compress": "Z",
    "cramfs": "CramFS",
    "dmg": "Dmg",
    "ext": "Ext",
    "fat": "FAT",
    "gpt": "GPT",
    "hfs": "HFS",
    "iso": "Iso",
    "lzh": "Lzh",
    "mbr": "MBR",
    "nsis": "Nsis",
    "ntfs": "NTFS",
    "qcow": "QCOW",
    "rpm": "Rpm",
    "squashfs": "SquashFS",
    "szdd": "MsLZ",
    "udf": "Udf",
    "vdi": "VDI",
    "vhd": "VHD",
    "vhdx": "VHDX",
    "vmdk": "VMDK",
    "wim": "wim",
    "xar": "Xar",
}
"""What 7-Zip calls the formats of our labels: told with every call, so that it never guesses another one."""
_LINE_FEEDS = "-i!*\n*"
_PASSWORD_BYTES = 1024
_WORDS: tuple[tuple[bytes, GapReason, str], ...] = (
    (b"Wrong password", "encrypted", "encrypted, and the password is not known or wrong"),
    (b"encrypted archive", "encrypted", "encrypted, and the password is not known or wrong"),
    (b"allocate required memory", "too-large", "needs too much memory"),
    (b"memory", "too-large", "needs too much memory"),
    (b"Missing volume", "unsupported", "part of a set of several volumes"),
    (b"Unsupported Method", "unsupported", "a method that 7-Zip does not know"),
    (b"Unsupported feature", "unsupported", "a feature that 7-Zip does not know"),
    (b"Unexpected end of archive", "corrupt", "the archive is cut short"),
    (b"Unexpected end of data", "corrupt", "the data is cut short"),
    (b"Headers Error", "corrupt", "damaged headers"),
    (b"CRC Failed", "corrupt", "checksum mismatch"),
    (b"Data Error", "corrupt", "damaged data"),
    (b"Unavailable data", "corrupt", "data that is not there"),
    (b"Cannot open the file as", "corrupt", "damaged, or of a form that 7-Zip does not open"),
    (b"after the end of the payload", "corrupt", "data after the end of a member"),
)
"""Words of 7-Zip, the reason of the gap, and our words for it; the first that fits decides."""


def meaning(text: bytes) -> Damaged:
    """Return what the error text of the program means as a gap."""
    for words, reason, detail in _WORDS:
        if words in text:
            return Damaged(f"7zz: {detail}", reason)
    return Damaged("7zz: ends with an error", "corrupt")


class SevenZip:
    """The program and the archive that it is run on, by the name of its descriptor: no name of a file is ever used.

    The password, where there is one, comes on standard input and never on the command line, which other users can see.
    Raises :class:`Damaged` where the program is not installed.
    """

    def __init__(self, source: Source, options: Options) -> None:
        program = find_program(PROGRAM)
        if program is None:
            raise Damaged(
                "needs the program 7zz (Debian package 7zip-standalone, before Debian 13 7zip)", "unsupported"
            )
        self._program = program
        self._descriptor = source.descriptor
        self._type = TYPES[options.label]
        self._text = _on_standard_input(options.password)

    def _start(self, command: str, *switches: str | bytes) -> ChildProgram:
        arguments: Sequence[str | bytes] = (
            self._program,
            command,
            f"-t{self._type}",
            "-mmt=1",
            "-sns",
            "-bd",
            *(() if self._text else ("-p",)),
            *switches,
            "--",
            f"/dev/fd/{self._descriptor}",
        )
        return ChildProgram(arguments, descriptors=[self._descriptor], text=self._text)

    def overview(self) -> Overview:
        """Return what the program says of the whole.  Raises :class:`Damaged` where it does not open the archive."""
        with self._start("l") as child:
            head = bytearray()
            found = overview(_kept(child.chunks(), head))
            ended = child.end()
        if ended.status or not found.opened:
            raise meaning(ended.errors + bytes(head))
        return found

    def members(self) -> Generator[Properties, None, None]:
        """Yield the properties of each member, in the order of the archive.  Raises :class:`Damaged`."""
        yield from self._list("-slt")

    def members_with_line_feeds(self) -> set[bytes]:
        """Return the names, as they are listed, of members whose stored names have a line feed in them."""
        return {properties.get(b"Path", b"") for properties in self._list("-slt", "-r", _LINE_FEEDS)}

    def extract(self, *switches: str | bytes) -> ChildProgram:
        """Start the program that writes the bytes of all members, one after the other, to its standard output."""
        return self._start("x", "-so", *switches)

    def _list(self, *switches: str) -> Generator[Properties, None, None]:
        with self._start("l", "-ba", *switches) as child:
            yield from blocks(lines(_without_prompt(child.chunks())))
            _check(child.end())


def _check(ended: Ended) -> None:
    if ended.status:
        raise meaning(ended.errors)


def _kept(chunks: Iterable[bytes], head: bytearray) -> Iterator[bytes]:
    """Pass ``chunks`` on and keep the first of them."""
    for chunk in chunks:
        if len(head) < len(chunk):
            head += chunk
        yield chunk


def _without_prompt(chunks: Iterator[bytes]) -> Iterator[bytes]:
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= len(PROMPT):
            break
    return chain((start.removeprefix(PROMPT),), chunks)


def _on_standard_input(password: bytes | None) -> bytes:
    if not password:
        return b""
    if b"\n" in password or b"\r" in password or b"\0" in password or len(password) > _PASSWORD_BYTES:
        raise Damaged("the password has characters that 7zz cannot be given", "encrypted")
    return password + b"\n"
