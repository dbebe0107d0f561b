"""The words that facts, findings and documents are made of, each a closed set."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

Aspect: TypeAlias = Literal["content", "name", "mode"]
"""What of an item an examiner's result can depend on."""

GapReason: TypeAlias = Literal[
    "encrypted",
    "corrupt",
    "too-large",
    "too-deep",
    "too-many",
    "ratio",
    "timeout",
    "engine-limit",
    "engine-error",
    "unreadable",
    "unsupported",
]
Severity: TypeAlias = Literal["reject", "gap", "warn", "note"]
Verdict: TypeAlias = Literal["approved", "rejected", "incomplete"]
ClauseStatus: TypeAlias = Literal[
    "confirmed",
    "confirmed-with-exceptions",
    "supported",
    "violated",
    "not-confirmed",
    "not-applicable",
    "out-of-scope",
]
Certainty: TypeAlias = Literal["known", "suspected"]
DatabaseKind: TypeAlias = Literal["official", "bundled", "custom", "unverified"]
ExecutableClass: TypeAlias = Literal[
    "native",
    "bytecode",
    "script",
    "macro",
    "installer",
    "shortcut",
    "active-document",
    "serialized-code",
]
Reach: TypeAlias = Literal[
    "automatic",
    "conditional",
    "code",
    "string",
    "opaque",
    "tracker",
    "interaction",
    "link",
    "identifier",
    "text",
    "local",
]
ContainerIssue: TypeAlias = Literal["ambiguous", "unsafe-name", "unsafe-link", "special-file", "hidden-data"]

Disguise: TypeAlias = Literal["extension", "double-extension", "look-alike", "direction", "mode", "polyglot"]

MessageArgs: TypeAlias = dict[str, str | int]


def document_name(field_name: str) -> str:
    """Return the name that a field has in documents: ``class_`` becomes ``class``."""
    return field_name.rstrip("_")


DOCUMENT_CONFIG: dict[str, Any] = {"alias_generator": document_name, "populate_by_name": True, "extra": "forbid"}
"""How pydantic reads and writes the values: names without trailing underscore, no other keys."""
