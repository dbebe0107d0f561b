"""Bundles of a release through sigstore-js (npm ``@sigstore/verify``), as a recipient who has nothing of ours would.

The version that Node.js 20 runs verifies entries of the log's first version; those of its second, for statements, it
does not know yet.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulators.sigstore.issuer import WORKFLOW_IDENTITY
from tests.simulators.sigstore.stack import Stack
from tests.unit.keyless.keyless_kit import running_stack
from tests.unit.verification.keyless_world import BUNDLE, ISSUER, RECORD, SUFFIX, SUMS, signed_release

pytestmark = pytest.mark.corpus

PACKAGES = ("@sigstore/verify@3.1.1", "@sigstore/bundle@4.0.0", "@sigstore/protobuf-specs@0.5.0")
SCRIPT = Path(__file__).with_name("sigstore_verify.mjs")


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fetch the packages by npm, once, and return the folder that holds them."""
    kept = os.environ.get("GATE_CORPUS")
    folder = (Path(kept) if kept else tmp_path_factory.mktemp("npm")) / "sigstore-js"
    if not (folder / "node_modules").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}")
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "node_modules"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture(scope="module")
def release(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return signed_release(stack, tmp_path_factory.mktemp("js"), each=True)


def verified(
    modules: Path, release: Path, bundle: str, *, root: Path | None = None, file: str = "",
    identity: str = WORKFLOW_IDENTITY, issuer: str = ISSUER,
) -> str:  # fmt: skip
    root = root or release.parent / "instance" / "trusted_root.json"
    given = [release / file] if file else []
    # What is expected of a name is a regular expression to sigstore-js.
    exactly = f"^{re.escape(identity)}$"
    done = subprocess.run(
        ["node", SCRIPT, modules, root, release / bundle, exactly, issuer, *given],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_statements_and_files(modules: Path, release: Path) -> None:
    for statement in (RECORD, "gate/provenance.intoto.json", "gate/vsa.intoto.json"):
        said, payload = verified(modules, release, f"{statement}{SUFFIX}").split()
        assert said == "verified"
        assert base64.b64decode(payload) == (release / statement).read_bytes()
    assert verified(modules, release, f"{SUMS}{SUFFIX}", file=SUMS) == "verified"
    alone = "gate/signatures/app.bin.sigstore.json"
    assert verified(modules, release, alone, file="payload/app.bin") == "verified"


def test_what_it_refuses_as_the_gate_does(modules: Path, release: Path, tmp_path: Path) -> None:
    assert verified(modules, release, BUNDLE, identity=f"{WORKFLOW_IDENTITY}0").startswith("refused")
    assert verified(modules, release, BUNDLE, issuer=f"{ISSUER}/").startswith("refused")
    assert verified(modules, release, f"{SUMS}{SUFFIX}", file=RECORD).startswith("refused")
    with Stack() as other:
        (tmp_path / "root.json").write_text(json.dumps(other.trusted_root()))
    assert verified(modules, release, BUNDLE, root=tmp_path / "root.json").startswith("refused")
