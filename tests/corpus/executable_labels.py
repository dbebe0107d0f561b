"""The label of each file of the corpus: binary program, script or content, from sources that are not the gate's.

Sources and what they say, in the order in which they are believed:

1. ``binutils``: ``readelf`` or ``objdump`` reads the headers of the whole file: a binary program.  ``objdump`` also
   reads the databases of debuggers (``.pdb``) as archives of streams: those are content, as ``file`` says.
   A library without a member is undecided: there is nothing in it that runs.
2. ``package``: what the package's own metadata makes of it: a wheel for a platform and its extension modules, a class
   in a jar, a package of a registry, a kernel module, an addon of Node: a binary program.
3. ``file``, where its description is of a program and rests on more than two bytes: a binary program.
4. ``extension`` and content: a script's extension, and a parser of the language (or its words) agrees: a script, or
   content where it holds nothing but comments.  An extension of data or source code: content, where ``file`` does not
   see another kind.
5. Without a telling extension: a script where ``file`` calls it one and it is meant to be run (a first line for the
   kernel, execve(2), or permission to run it), content where ``file`` sees an image, a font, an archive of data ...,
   and a text only where its place or name is one for documents.  What ``file`` merely calls text may be anything.

What is left, and what sources of equal rank contradict each other in, is ``undecided`` and counts for nobody; the table
of results lists how many and which.
"""

from __future__ import annotations

import re
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from tests.corpus.executable_files import Member
from tests.corpus.executable_readers import SCRIPT_SUFFIXES, TEXT_TYPES, Opinions, is_program_text

WORDS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("executable_words.toml").read_text("utf-8"))
_EMPTY_LIBRARY = 8
"""Bytes of an ``ar`` archive that holds nothing."""
Kind: TypeAlias = Literal["binary", "script", "content", "undecided"]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A file with its label, the source that gave it, and what other sources say to the contrary."""

    member: Member
    opinions: Opinions
    kind: Kind
    source: str
    format: str
    against: tuple[str, ...] = ()


BINARY_DESCRIPTION = re.compile(
    r"^(?:PE32|MS-DOS executable|ELF |Mach-O|compiled Java|Dalvik|Android package \(APK\)|WebAssembly"
    r"|Python .*byte-compiled|Byte-compiled Python|python .*byte-compiled|Erlang BEAM|LLVM (?:IR )?bitcode"
    r"|Emacs/XEmacs v\d+ byte-compiled|Macromedia Flash|OCaml|Debian binary package|RPM v|current ar archive"
    r"|thin archive|Java archive data|xar archive|DOS/MBR boot sector|Linux kernel|u-boot legacy|Lua bytecode"
    r"|COFF|Intel (?:80386|amd64) COFF|x86 boot sector|Hermes JavaScript bytecode|64-bit XCOFF|executable \(RISC"
    r"|LuaJIT|BIOS \(ia32\) ROM|Guile|Composite Document File.*(?:MSI Installer|Installer)|Java module image"
    r"|Google Chrome extension|ruby.*bytecode|Java jmod)"
)
"""Descriptions of programs by ``file`` whose magic is longer than two bytes or that come with a read structure."""
SCRIPT_DESCRIPTION = re.compile(
    r"(?i)\b(?:script|batch file|perl5? module source|(?:javascript|ruby|python|php|lua|tcl) (?:source|module))\b"
)
_DATA_SUFFIXES = frozenset(WORDS["data-suffixes"])
_CONTENT_MIME = ("image/", "font/", "audio/", "video/", "application/pdf", "application/gzip")
_DOCUMENT = re.compile(
    r"(?:^|/)(?:usr/share/(?:doc/(?!.*examples?/)|common-licenses/|locale/|zoneinfo/|iso-codes/|hunspell/)[^.]*"
    r"|[^/]+\.(?:dist|egg)-info/[^.]*"
    r"|(?:README|LICEN[CS]E|COPYING|AUTHORS|NEWS|CHANGES|CHANGELOG|INSTALL|THANKS|TODO|HISTORY|NOTICE)[^/]*)$"
)
"""Where texts for people and data about packages lie."""
_MANUAL = re.compile(r"\.[1-9]$")
_CONTENT_DESCRIPTION = re.compile(
    r"^(?:MSVC program database|gzip|XZ|bzip2|Zstandard|POSIX tar|TrueType|OpenType|Web Open Font|Embedded OpenType"
    r"|GNU message catalog|SQLite|Zip archive|Microsoft (?:Word|Excel|PowerPoint|OOXML)|OpenDocument|NumPy"
    r"|timezone data|Git |PostScript|TeX|DER|JSON|Hitachi|Apple binary property|Apple.*resource|Color Manager"
    r"|Adobe|Composite Document|CDFV2|X11|Squeak|doom)"
)
_NATIVE_OF = {"win": (".pyd", ".dll", ".exe"), "macosx": (".so", ".dylib"), "manylinux": (".so",)}


def _by_package(member: Member) -> str:
    """Return what the metadata of the package says that a file is, or nothing."""
    registry, _, group = member.group.partition("/")
    if not member.package and member.suffix == ".deb":
        return "package of Debian"
    if member.suffix in (".whl", ".jar"):
        return _of_archive(member)
    for platform, suffixes in _NATIVE_OF.items():
        if registry == "wheels" and group.startswith(platform) and member.suffix in suffixes:
            return f"extension module or program of a wheel for {group}"
    if member.suffix == ".class" and member.package.endswith((".jar", ".apk")):
        return "class of a jar"
    if registry == "npm" and member.suffix == ".node":
        return "addon of Node"
    if registry == "debs" and member.suffix == ".ko" and "/modules/" in member.name:
        return "kernel module"
    if registry == "debs" and member.suffix == ".beam" and "/ebin/" in member.name:
        return "module of Erlang"
    return ""


def _of_archive(member: Member) -> str:
    """Return what the metadata within a wheel or a jar and the names of its members say."""
    try:
        with zipfile.ZipFile(member.path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return ""
    if "META-INF/MANIFEST.MF" in names and any(name.endswith(".class") for name in names):
        return "jar with classes"
    has_modules = any(name.endswith((".py", ".so", ".pyd", ".dll", ".exe")) for name in names)
    return "wheel with modules" if has_modules and any(name.endswith(".dist-info/WHEEL") for name in names) else ""


def label(member: Member, opinions: Opinions) -> Labelled:
    """Return the label of one file by the rules of this module."""
    described = bool(BINARY_DESCRIPTION.match(opinions.description))
    by_package = _by_package(member)
    structural = opinions.readelf or opinions.objdump
    if member.size == _EMPTY_LIBRARY and opinions.description == "current ar archive":
        return Labelled(member, opinions, "undecided", "binutils", "library without members")
    if opinions.description.startswith("MSVC program database"):
        structural = ""
    against = []
    if structural or by_package:
        if not described:
            against.append(f"file: {opinions.description[:60]}")
        format_ = structural or by_package
        return Labelled(member, opinions, "binary", "binutils" if structural else "package", format_, tuple(against))
    if described:
        return Labelled(member, opinions, "binary", "file", opinions.description.partition(",")[0][:40])
    if member.suffix in SCRIPT_SUFFIXES and not member.last.endswith((".d.ts", ".d.mts", ".d.cts")):
        return _by_language(member, opinions)
    return _by_description(member, opinions)


def _by_language(member: Member, opinions: Opinions) -> Labelled:
    says = bool(SCRIPT_DESCRIPTION.search(opinions.description))
    if not opinions.mime.startswith(TEXT_TYPES) and not says:
        against = (f"extension {member.suffix}, file: {opinions.description[:60]}",)
        return Labelled(member, opinions, "undecided", "extension", member.suffix, against)
    runs = is_program_text(member.suffix, member.path, member.size)
    if runs or (runs is None and says):
        return Labelled(member, opinions, "script", "extension", member.suffix)
    against = (f"extension {member.suffix}, but nothing that its language runs",)
    return Labelled(member, opinions, "undecided", "extension", member.suffix, against)


def _by_description(member: Member, opinions: Opinions) -> Labelled:
    says = bool(SCRIPT_DESCRIPTION.search(opinions.description))
    is_manual = _MANUAL.fullmatch(member.suffix) and "/man" in member.name
    known = member.suffix in _DATA_SUFFIXES or is_manual or member.last.endswith((".d.ts", ".d.mts", ".d.cts"))
    against = (f"file: {opinions.description[:60]}",)
    if known:
        return Labelled(member, opinions, "content", "extension", member.suffix, against if says else ())
    is_document = opinions.mime.startswith("text/") and _DOCUMENT.search(member.name) and not says
    if says and _is_run(member):
        return Labelled(member, opinions, "script", "file", opinions.description[:40])
    if opinions.mime.startswith(_CONTENT_MIME) or _CONTENT_DESCRIPTION.match(opinions.description) or is_document:
        return Labelled(member, opinions, "content", "file", opinions.description[:40])
    return Labelled(member, opinions, "undecided", "file", opinions.mime, against)


def _is_run(member: Member) -> bool:
    with member.path.open("rb") as file:
        return file.read(2) == b"#!" or bool((member.mode or 0) & 0o111)


def labelled(members: Sequence[Member], opinions: Mapping[Path, Opinions]) -> list[Labelled]:
    """Return all files with their labels."""
    return [label(member, opinions[member.path]) for member in members]
