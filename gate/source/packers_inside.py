"""What packers write into packages, read inside of a confined worker: plain lines and fields, without any meaning.

Requests are ``{"op": …, "size": bytes, "format": object format}`` with one descriptor.  What is not of the form gets
the answer ``{"form": False}``.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from gate.source.blob_ids import blob_id
from gate.source.objects import ObjectFormat

Frame = dict[str, Any]
MOST_BYTES: Final = 4 << 20
"""Largest file of a packer that is read."""
_FIELD: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,60}):(?: (.*))?")
_ENTRY: Final = re.compile(r"([^=\[\]#;]+?)\s*=\s*([A-Za-z0-9_.]+(?::[A-Za-z0-9_.]+)?)\s*(?:\[[^\]]*\])?")
_PROPERTY: Final = re.compile(r"([A-Za-z.]{1,60})=(.*)")
_OTHER_ENDS: Final = re.compile("[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""What some reader takes for the end of a line as well: the mail parser, the JVM, ``str.splitlines``."""


class _NotOfTheForm(Exception):
    pass


def serve(options: Mapping[str, Any]) -> Callable[[Mapping[str, Any], list[int]], Iterator[Frame]]:
    """Return the handler of requests."""
    del options  # there is nothing to set

    def handle(request: Mapping[str, Any], descriptors: list[int]) -> Iterator[Frame]:
        content = os.pread(descriptors[0], MOST_BYTES + 1, 0)
        try:
            yield {"form": True, **_READERS[request["op"]](content, request["format"])}
        except (_NotOfTheForm, UnicodeDecodeError, csv.Error):
            yield {"form": False}

    return handle


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES or b"\0" in content:
        raise _NotOfTheForm
    return content.decode("utf-8").replace("\r\n", "\n")


def _plain(text: str) -> str:
    """Return a text whose lines are the same to every reader: in another's eyes a value could be a line of its own."""
    if _OTHER_ENDS.search(text):
        raise _NotOfTheForm
    return text


def _record(content: bytes, object_format: ObjectFormat) -> Frame:
    """Read the list of files of a wheel (PyPA, "Recording installed projects"): path, ``sha256=…``, size."""
    del object_format
    rows = []
    for row in csv.reader(io.StringIO(_plain(_text(content)))):
        if len(row) != 3:  # noqa: PLR2004  # path, hash and size
            raise _NotOfTheForm
        path, digest, size = row
        algorithm, _, encoded = digest.partition("=")
        try:
            raw = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except binascii.Error as error:
            raise _NotOfTheForm from error
        rows.append([path, algorithm, raw.hex(), size])
    return {"rows": rows}


def _fields(content: bytes, object_format: ObjectFormat) -> Frame:
    """Read header fields and a body (PyPA, "Core metadata"; JAR manifest): a line that begins with a blank goes on.

    ``bodies`` are the blob ids of the body, with and without the line ends at its end.
    """
    head, _, body = _text(content).partition("\n\n")
    fields: list[list[str]] = []
    continued: list[str] = []
    for line in _plain(head).rstrip("\n").split("\n"):
        if line[:1] in {" ", "\t"}:
            continued.append(line)
            continue
        found = _FIELD.fullmatch(line)
        if found is None or (continued and not fields):
            raise _NotOfTheForm
        if continued:
            fields[-1][1] += "\n".join(["", *continued])
            continued = []
        fields.append([found[1], found[2] or ""])
    if continued:
        if not fields:
            raise _NotOfTheForm
        fields[-1][1] += "\n".join(["", *continued])
    bare = body.rstrip("\n")
    forms = {body, body + "\n", body.removesuffix("\n"), bare, bare + "\n"}
    forms |= {form.replace("\n", "\r\n") for form in forms}
    return {"fields": fields, "bodies": sorted(blob_id(form.encode(), object_format) for form in forms if bare)}


def _lines(content: bytes, object_format: ObjectFormat) -> Frame:
    del object_format
    return {"lines": [line for line in _plain(_text(content)).split("\n") if line.strip()]}


def _entry_points(content: bytes, object_format: ObjectFormat) -> Frame:
    """Read entry points (PyPA, "Entry points specification"): ``name = module:object`` in ``[group]`` sections."""
    entries = []
    for line in _lines(content, object_format)["lines"]:
        if line.startswith("[") and line.rstrip().endswith("]"):
            continue
        found = _ENTRY.fullmatch(line)
        if found is None:
            raise _NotOfTheForm
        entries.append([found[1], found[2]])
    return {"entries": entries}


def _properties(content: bytes, object_format: ObjectFormat) -> Frame:
    """Read ``key=value`` lines of a Java properties file; comments begin with ``#``."""
    pairs = []
    for line in _lines(content, object_format)["lines"]:
        if line.startswith("#"):
            continue
        found = _PROPERTY.fullmatch(line)
        if found is None:
            raise _NotOfTheForm
        pairs.append([found[1], found[2]])
    return {"pairs": pairs}


_READERS: Final[Mapping[str, Callable[[bytes, ObjectFormat], Frame]]] = {
    "record": _record,
    "fields": _fields,
    "lines": _lines,
    "entry-points": _entry_points,
    "properties": _properties,
}
