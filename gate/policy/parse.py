"""From the bytes of a ``gate.toml`` to a :class:`Policy`, or to all that is wrong with them.  Pure."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import tomllib
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError

from gate.paths import printable
from gate.policy.checks import Data, Found, repeated_ids, take_unavailable
from gate.policy.model import Policy
from gate.policy.places import Places
from gate.policy.problems import PolicyProblems, Problem
from gate.policy.values import IDENTIFIER_PATTERN, SHA256_PATTERN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from gate.policy.places import KeyPath

_AT_LINE: Final = re.compile(r" \(at (?:line (?P<line>[0-9]+), column (?P<column>[0-9]+)|end of document)\)$")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_SHOWN: Final = 80

_CODES: Final[Mapping[str, str]] = {
    "extra_forbidden": "policy.unknown-key",
    "missing": "policy.missing-key",
    "string_type": "policy.not-text",
    "int_type": "policy.not-number",
    "date_type": "policy.not-date",
    "tuple_type": "policy.not-list",
    "model_type": "policy.not-table",
    "literal_error": "policy.not-one-of",
    "greater_than_equal": "policy.too-small",
    "too_short": "policy.empty-list",
}
_PATTERN_CODES: Final[Mapping[str, str]] = {SHA256_PATTERN: "policy.sha256", IDENTIFIER_PATTERN: "policy.id"}


class ParsedPolicy:
    """A policy with the text that it came from; :meth:`refuse` tells a problem found later with its place."""

    def __init__(self, raw: bytes, name: str) -> None:
        self.raw = raw
        self.name = name
        text = _decoded(raw, name)
        data, self._places = _read(text, name)
        self.policy, problems = _validated(data)
        if self.policy is None or problems:
            raise self.refuse(problems)

    def refuse(self, found: list[Found]) -> PolicyProblems:
        """Return the exception that tells what was found, each at its place in the file."""
        return PolicyProblems(
            self.name,
            [Problem(each.code, self._places.line(each.path), key_text(each.path), each.arguments) for each in found],
        )
