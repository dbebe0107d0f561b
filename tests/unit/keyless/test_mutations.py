"""Bundles changed at random never verify unless what they sign is the same; nothing ends in an exception."""

from __future__ import annotations

import base64
import copy
import json
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.keyless import inside
from gate.keyless.outcomes import ORDER
from tests.simulators.sigstore.stack import Stack
from tests.unit.keyless.keyless_kit import ANYBODY, STATEMENT, running_stack, signer_with


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


def bundles(stack: Stack, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return a bundle over the statement from each version of the log."""
    (folder / "statement").write_bytes(STATEMENT)
    made = []
    for rekor in (1, 2):
        with signer_with(stack, folder, monkeypatch, rekor=rekor) as signer, (folder / "statement").open("rb") as file:
            signer.begin()
            made.append(signer.sign(file, statement=True))
    return made


def checker(stack: Stack) -> Callable[[bytes], str]:
    """Return a function that gives the outcome of a bundle over the statement, checked in this process."""
    root = json.dumps(stack.trusted_root()).encode()
    handle = inside.serve({"roots": [[root, [[ANYBODY.identity, ANYBODY.issuer]]]]})

    def outcome(raw: bytes) -> str:
        with tempfile.TemporaryFile() as bundle, tempfile.TemporaryFile() as signed:
            bundle.write(raw)
            signed.write(STATEMENT)
            bundle.flush()
            signed.flush()
            (answer,) = handle({"form": "statement", "most": 1 << 20}, [bundle.fileno(), signed.fileno()])
        said: str = answer["outcome"]
        return said

    return outcome


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container in a JSON value with each of its keys or indices."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from places(value[key])


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """Change bytes, or a place of the JSON: its text, its bytes in base64, its type, or that it is there."""
    if chance.random() < 0.3:
        changed = bytearray(raw)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        return bytes(changed[: chance.choice((len(changed), chance.randrange(len(changed))))])
    value = json.loads(raw)
    holder, key = chance.choice(list(places(value)))
    old = holder[key]
    match chance.randrange(5):
        case 0:
            holder[key] = chance.choice([None, 0, -1, 2**70, "", [], {}, True, "x", [old], {"a": old}])
        case 1 if isinstance(holder, dict):
            del holder[key]
        case 2 if isinstance(old, str) and old:
            place = chance.randrange(len(old))
            holder[key] = old[:place] + chance.choice("aZ9+/=\n\0é") + old[place + 1 :]
        case 3 if isinstance(old, str):
            try:
                inner = bytearray(base64.b64decode(old, validate=True))
            except ValueError:
                inner = bytearray(old.encode())
            if inner:
                inner[chance.randrange(len(inner))] ^= 1 << chance.randrange(8)
            holder[key] = base64.b64encode(inner).decode()
        case _:
            other, name = chance.choice(list(places(value)))
            other[name] = copy.deepcopy(old)
    return json.dumps(value).encode()


def signed_parts(raw: bytes) -> tuple[object, ...]:
    """Return what a verified bundle says: payload, signature and certificate."""
    value = json.loads(raw)
    envelope = value["dsseEnvelope"]
    texts = (
        envelope["payload"], envelope["signatures"][0]["sig"], value["verificationMaterial"]["certificate"]["rawBytes"],
    )  # fmt: skip
    return tuple(base64.b64decode(text) for text in texts)


def run(stack: Stack, folder: Path, monkeypatch: pytest.MonkeyPatch, *, count: int, seed: int) -> None:
    chance = random.Random(seed)
    outcome = checker(stack)
    originals = bundles(stack, folder, monkeypatch)
    assert [outcome(raw) for raw in originals] == ["valid", "valid"]
    refused = 0
    for number in range(count):
        original = originals[number % 2]
        raw = mutated(original, chance)
        said = outcome(raw)
        assert said in {"valid", *ORDER}, (seed, number)
        if said == "valid":
            assert signed_parts(raw) == signed_parts(original), (seed, number)
        else:
            refused += 1
    assert refused > count // 2


def test_random_changes(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(stack, tmp_path, monkeypatch, count=200, seed=1)


@pytest.mark.full
def test_many_random_changes(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(stack, tmp_path, monkeypatch, count=2000, seed=2)
