"""The inside of the confined worker that reads evidence: one request, one file, one fact."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from gate.examine.evidence.cyclonedx import read_cyclonedx
from gate.examine.evidence.draft import Draft
from gate.examine.evidence.openvex import read_openvex
from gate.examine.evidence.pip_audit import read_pip_audit
from gate.examine.evidence.sarif import read_sarif
from gate.examine.json_values import Malformed, Table, parse
from gate.models import EvidenceFact, EvidenceForm

_READERS: Final[Mapping[EvidenceForm, Callable[[Table], Draft]]] = {
    "sarif": read_sarif,
    "cyclonedx-vex": read_cyclonedx,
    "openvex": read_openvex,
    "pip-audit": read_pip_audit,
}


def read(form: EvidenceForm, raw: bytes) -> EvidenceFact:
    """Return what the bytes of a file say; of a file that is not in its form, that it is not, and why."""
    try:
        return _READERS[form](parse(raw)).fact()
    except Malformed as error:
        return EvidenceFact(form, "unreadable", str(error))
    except RecursionError:
        return EvidenceFact(form, "unreadable", "nested too deeply")


def serve(_options: Mapping[str, Any]) -> Callable[[Mapping[str, Any], list[int]], Iterator[dict[str, Any]]]:
    """Return the handler of requests ``{"form": …}`` that come with a descriptor of the file."""

    def handle(request: Mapping[str, Any], descriptors: list[int]) -> Iterator[dict[str, Any]]:
        with os.fdopen(os.dup(descriptors[0]), "rb") as stream:
            stream.seek(0)
            yield dataclasses.asdict(read(request["form"], stream.read()))

    return handle
