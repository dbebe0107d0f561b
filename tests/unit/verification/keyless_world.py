"""Releases signed by the simulated sigstore instance, and recipients that trust it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from gate.signing.keyless import KeylessOptions, KeylessSigner
from gate.signing.tokens import TokenSource
from tests.simulators.sigstore.issuer import WORKFLOW, WORKFLOW_IDENTITY
from tests.simulators.sigstore.stack import Stack
from tests.unit.release_kit import Home, World, inputs_in, make_release, policy_in

RECORD = "gate/record.intoto.json"
SUMS = "gate/SHA256SUMS"
SUFFIX = ".sigstore.json"
BUNDLE = f"{RECORD}{SUFFIX}"
ISSUER = str(WORKFLOW["iss"])
Json = dict[str, Any]


def keyless_signer(stack: Stack, folder: Path, *, rekor: int = 1, each: bool = False) -> KeylessSigner:
    """Return a signer with a token in a file of ``folder``."""
    stack.write(folder)
    (folder / "token").write_text(stack.issuer.mint())
    config = folder / f"trust_config.v{rekor}.json"
    return KeylessSigner(KeylessOptions(trust_config=config, token=TokenSource(file=folder / "token"), each=each))


def signed_release(
    stack: Stack, folder: Path, *, others: Sequence[Any] = (), rekor: int = 1, each: bool = False
) -> Path:
    """Deliver the two artifacts, signed by the instance and by others; returns the release folder."""
    folder.mkdir(parents=True, exist_ok=True)
    signer = keyless_signer(stack, folder / "instance", rekor=rekor, each=each)
    try:
        make_release(folder / "out", inputs_in(folder / "in"), [signer, *others], policy_in(folder))
    finally:
        signer.close()
    return folder / "out"


def entry(identity: str = WORKFLOW_IDENTITY, issuer: str = ISSUER, root: str | None = "root.json") -> str:
    """Return a ``[[keyless]]`` table."""
    named = f'trusted_root = "{root}"\n' if root else ""
    return f'[[keyless]]\nidentity = "{identity}"\nissuer = "{issuer}"\n{named}'


def recipient(
    folder: Path, root: Json, *entries: str, require: str = '"any"', key: tuple[Home, str] | None = None
) -> Path:
    """Write a trust file with its root, and where asked for with an OpenPGP key, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "root.json").write_text(json.dumps(root))
    text = f"require = {require}\n{''.join(entries)}"
    if key:
        (folder / "supplier.asc").write_bytes(key[0].export(key[1]))
        text += f'[[openpgp]]\nfingerprint = "{key[1]}"\nkey = "supplier.asc"\n'
    (folder / "trust.toml").write_text(text)
    return folder / "trust.toml"


def copied(out: Path, trust: Path, to: Path) -> World:
    """Return a copy of a release that a test may spoil."""
    shutil.copytree(out, to / "out", symlinks=True)
    return World(to / "out", trust)


def change(path: Path, *steps: Callable[[Json], object]) -> None:
    """Change a bundle as JSON and write it back."""
    value = json.loads(path.read_bytes())
    for step in steps:
        step(value)
    path.write_text(json.dumps(value))


def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check bundles without a confined process, which takes a second to start."""
    monkeypatch.setattr("gate.keyless.checker._confinable", lambda: False)
