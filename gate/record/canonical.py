"""Canonical JSON: one value, one sequence of bytes; it is read back by :mod:`gate.strict_json`."""

from __future__ import annotations

import json

from gate.strict_json import DocumentError, parse_strictly

__all__ = ["DocumentError", "canonical", "parse_strictly"]


def canonical(value: object) -> bytes:
    """Return the JSON of plain values: sorted keys, no spaces, UTF-8, a line end at the end.

    Text that is not Unicode (lone surrogates) is replaced by question marks: names are escaped before they get here.
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "replace") + b"\n"
