"""Base images: what a container image says it was built on, a twin that says nothing, and hostile ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gate.examine.components import may_name_a_component
from gate.examine.components.examiner import ComponentsExaminer
from gate.examine.components.images import LARGEST_BYTES
from gate.models import BaseImageFact, Item
from tests.examine.viewing import view_of

EXAMINER = ComponentsExaminer()
BLOB = "ab" * 32
DIGEST = "cd" * 32
BASE = {
    "org.opencontainers.image.base.name": "docker.io/library/debian:13",
    "org.opencontainers.image.base.digest": f"sha256:{DIGEST}",
}
FOUND = [BaseImageFact("docker.io/library/debian:13", DIGEST)]


def seen(document: object, name: str = BLOB) -> list[Any]:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    with view_of(raw, EXAMINER, name=name.encode()) as view:
        return list(EXAMINER.examine(view))


@pytest.mark.parametrize(
    "document",
    [
        {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "annotations": BASE},
        {"schemaVersion": 2, "manifests": [{"digest": "sha256:0", "annotations": BASE}, {"annotations": BASE}]},
        {"architecture": "amd64", "config": {"Labels": BASE}},
    ],
)
@pytest.mark.parametrize("name", [BLOB, f"{BLOB}.json", "index.json", "manifest.json", "config.json"])
def test_manifests_indexes_and_configurations(document: object, name: str) -> None:
    assert seen(document, name) == FOUND


def test_half_of_it_is_told_too() -> None:
    name, digest = BASE.items()
    assert seen({"annotations": dict([name])}) == [BaseImageFact("docker.io/library/debian:13", "")]
    assert seen({"annotations": dict([digest])}) == [BaseImageFact("", DIGEST)]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"annotations": {"org.opencontainers.image.title": "x"}},
        {"config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:1"}},
        [{"Config": "x.json", "RepoTags": ["a:b"]}],
        {"annotations": {"org.opencontainers.image.base.name": "evil\n::set-output"}},
        {"annotations": {"org.opencontainers.image.base.name": "a" * 301}},
        {"annotations": {"org.opencontainers.image.base.name": ["x"]}},
        {"annotations": {"org.opencontainers.image.base.digest": "md5:00"}},
        {"annotations": 1},
        {"manifests": "x"},
        {"config": {"Labels": [1]}},
        b"\x1f\x8b\x08 a layer",
        b"[" * 100_000,
        b'{"annotations":{},"annotations":{}}',
        b"",
    ],
)
def test_what_names_none(document: object) -> None:
    assert seen(document) == []


def test_layers_are_not_read() -> None:
    assert seen(json.dumps({"annotations": BASE}).encode().ljust(LARGEST_BYTES + 1)) == []


@pytest.mark.parametrize(
    ("name", "applies"), [(BLOB, True), ("index.json", True), ("ab" * 31, False), ("x.json", False)]
)
def test_only_such_names_are_looked_at(name: str, *, applies: bool) -> None:
    assert may_name_a_component(Item("x", BLOB, 1, name.encode())) is applies
