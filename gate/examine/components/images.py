"""Base images, as a container image names them: manifests, indexes and configurations of OCI images.

Source: OCI Image Format Specification, "Annotations", ``org.opencontainers.image.base.name`` and ``….digest``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gate.examine.json_values import Malformed, Table, parse, rows, table
from gate.models import BaseImageFact

LARGEST_BYTES: Final = 4 << 20
"""What registries accept of a manifest (OCI Distribution Specification, "Pushing Manifests")."""
_BASE: Final = "org.opencontainers.image.base."
_LENGTH: Final = 300
_REFERENCE: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._:/@-]*")
_DIGEST: Final = re.compile(r"sha256:([0-9a-f]{64})")


def base_images(raw: bytes) -> Iterator[BaseImageFact]:
    """Yield the base images that a document names; what is no such document names none."""
    try:
        document = parse(raw)
        places = [
            table(document, "annotations", "image"),
            *(table(each, "annotations", "image") for each in _manifests(document)),
            table(table(document, "config", "image"), "Labels", "image"),
        ]
    except Malformed:
        return
    for name, digest in dict.fromkeys(_named(place) for place in places):
        if name or digest:
            yield BaseImageFact(name, digest)


def _manifests(document: Table) -> list[Table]:
    return rows(document, "manifests", "image") if isinstance(document.get("manifests"), list) else []


def _named(annotations: Table) -> tuple[str, str]:
    """Return reference and SHA-256 of a base image, each empty where it is not there or has another form."""
    name, digest = annotations.get(f"{_BASE}name"), annotations.get(f"{_BASE}digest")
    fits = isinstance(name, str) and len(name) <= _LENGTH and _REFERENCE.fullmatch(name)
    match = _DIGEST.fullmatch(digest) if isinstance(digest, str) else None
    return str(name) if fits else "", match[1] if match else ""
