"""A reader of RTF (Rich Text Format 1.9.1): embedded objects, the files in packages, and all data in hexadecimal.

Word reads objects out of text that no honest writer makes: with blanks, escapes and groups amid the digits.  Such
text is decoded as Word would, as far as is known, and told in any case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.intake.readers.checks import Members, bounded, load, pieces
from gate.intake.readers.encoded import TEXT_BYTES
from gate.intake.readers.interface import Event, Options, Source, Trouble
from gate.intake.readers.made_up import hidden
from gate.intake.readers.ole_file import MAGIC
from gate.intake.readers.ole_package import BadObject, View, embedded_object, native_package
from gate.intake.readers.rtf_groups import Blob, Document
from gate.intake.text_formats import plain_text

_PACKAGE = re.compile(rb"package2?", re.IGNORECASE)
_TAIL_FILLING = b"\0\r\n\t \x1a"


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the objects of an RTF file and all that is wrong with it."""
    yield from bounded(_read(source, options), options)


def _read(source: Source, options: Options) -> Iterator[Event]:
    text = plain_text(load(source, TEXT_BYTES))
    members = Members(options)
    document = Document(text)
    for blob in document.blobs():
        if blob.purpose == "object":
            yield from _object(blob, members)
        else:
            yield from members.carried(blob.purpose, blob.data)
            yield from _blob_troubles(blob)
    if document.open_groups:
        yield Trouble("groups without their end", reason="corrupt")
    behind = text[document.stop :]
    if behind.strip(_TAIL_FILLING):
        yield from members.carried("trailing", behind, hidden("data behind the end"))


def _blob_troubles(blob: Blob) -> Iterator[Event]:
    for problem in blob.ambiguous:
        yield Trouble(problem, issue="ambiguous", in_member=True)
    for problem in blob.corrupt:
        yield Trouble(problem, reason="corrupt", in_member=True)


def _object(blob: Blob, members: Members) -> Iterator[Event]:
    """Yield an object as it is stored, its native data, and the file in it."""
    data = blob.data
    yield from members.carried("object", data)
    yield from _blob_troubles(blob)
    try:
        found = embedded_object(View(data))
    except BadObject:
        yield Trouble("object data of no known form", reason="corrupt", in_member=True)
        place = data.find(MAGIC)
        if place > 0:
            yield from members.carried("compound-file", data[place:])
        return
    if found.problem:
        yield Trouble(found.problem, reason="corrupt", in_member=True)
    if found.linked:
        return
    native = data[found.start : found.stop]
    if _PACKAGE.fullmatch(found.class_name):
        package = native_package(View(native), sized=False)
        if package.name:
            yield from members.named(package.name, package.stop - package.start)
            yield from pieces(native[package.start : package.stop])
            if package.problem:
                yield Trouble(package.problem, reason="corrupt", in_member=True)
            return
        yield Trouble("package of no known form", reason="corrupt", in_member=True)
    yield from members.carried("native-data", native)
