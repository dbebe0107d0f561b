"""What tests of sigstore signatures share: a running instance, files to sign, signers, and checks in this process."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.keyless.checker import Checked, Checker, TrustedInstance
from gate.keyless.identities import Accepted
from gate.keyless.outcomes import Form
from gate.signing.keyless import KeylessOptions, KeylessSigner
from gate.signing.tokens import TokenSource
from tests.simulators.sigstore.issuer import WORKFLOW, WORKFLOW_IDENTITY
from tests.simulators.sigstore.stack import Stack

TOKEN = "SIGSTORE_TEST_TOKEN"
STATEMENT = json.dumps(
    {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "a", "digest": {"sha256": "0" * 64}}],
        "predicateType": "urn:x-test",
        "predicate": {},
    }
).encode()
ANYBODY = Accepted(WORKFLOW_IDENTITY, str(WORKFLOW["iss"]))


@contextlib.contextmanager
def running_stack() -> Iterator[Stack]:
    """Yield an instance that certifies the workflow of tests."""
    with Stack() as stack:
        stack.issuer.person = WORKFLOW
        yield stack


@contextlib.contextmanager
def signer_with(
    stack: Stack, folder: Path, monkeypatch: pytest.MonkeyPatch, *, rekor: int = 1, **options: Any
) -> Iterator[KeylessSigner]:
    """Yield a signer with a new token of the instance."""
    stack.write(folder)
    monkeypatch.setenv(TOKEN, stack.issuer.mint())
    given = {"trust_config": folder / f"trust_config.v{rekor}.json", "token": TokenSource(variable=TOKEN), **options}
    signer = KeylessSigner(KeylessOptions(**given))
    try:
        yield signer
    finally:
        signer.close()


def checked(
    stack: Stack, folder: Path, bundle: bytes, signed: bytes = STATEMENT, *, form: Form = "statement",
    accepted: Accepted = ANYBODY, root: bytes | None = None,
) -> Checked:  # fmt: skip
    """Check a bundle under the instance's root, in a confined process."""
    (folder / "bundle").write_bytes(bundle)
    (folder / "signed").write_bytes(signed)
    trusted = TrustedInstance(root or json.dumps(stack.trusted_root()).encode(), (accepted,))
    with (
        Checker([trusted]) as checker,
        (folder / "bundle").open("rb") as bundle_file,
        (folder / "signed").open("rb") as signed_file,
    ):
        return checker.check(bundle_file.fileno(), signed_file.fileno(), form)
