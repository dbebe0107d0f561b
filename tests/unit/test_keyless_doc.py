"""The pages on sigstore say what the gate does: their files load, their refusals exist, their commands run."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from gate.policy.keyless_section import Keyless
from gate.policy.parse import parse_policy
from gate.verification import load_trust
from gate.verification.keyless import REFUSALS
from tests.simulators.sigstore.issuer import WORKFLOW, WORKFLOW_IDENTITY
from tests.unit.keyless.keyless_kit import running_stack
from tests.unit.verification.keyless_world import signed_release

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("keyless.md", "keyless.ja.md")


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_the_files_on_a_page_load(page: str, tmp_path: Path) -> None:
    policy, trust = blocks(page, "toml")
    keyless = parse_policy(policy.encode(), "gate.toml").policy.signing.keyless
    assert keyless is not None
    assert keyless.identity is not None
    (tmp_path / "trusted_root.json").write_text("{}")
    (tmp_path / "trust.toml").write_text(trust)
    accepted = load_trust(tmp_path / "trust.toml").keyless[0].accepted[0]
    assert (accepted.identity, accepted.issuer) == (keyless.identity, keyless.issuer)


@pytest.mark.parametrize("page", PAGES)
def test_every_key_and_refusal_is_on_a_page(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    assert [key for key in Keyless.model_fields if f"`{key}`" not in text] == []
    listed = set(re.findall(r"^\| `verify/([a-z-]+)`", text, re.MULTILINE))
    assert listed == {*REFUSALS.values(), "require"}


def test_the_commands_on_the_pages_run(tmp_path: Path) -> None:
    with running_stack() as stack:
        out = signed_release(stack, tmp_path)
    commands = {page: blocks(page, "sh")[0].splitlines() for page in PAGES}
    assert commands[PAGES[0]] == commands[PAGES[1]]
    config = tmp_path / "instance" / "trust_config.v1.json"
    assert json.loads(config.read_bytes())["trustedRoot"]
    for identity, status in ((WORKFLOW_IDENTITY, 0), (f"{WORKFLOW_IDENTITY}0", 1)):
        sigstore, *_ = commands[PAGES[0]]
        words = shlex.split(sigstore.replace("IDENTITY", identity).replace("ISSUER", str(WORKFLOW["iss"])))
        done = subprocess.run(
            [sys.executable, "-m", "sigstore", "--trust-config", config, *words[1:]], cwd=out, check=False,
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == status, done.stderr
    sums = subprocess.run(shlex.split(commands[PAGES[0]][1]), cwd=out, check=False, capture_output=True)
    assert sums.returncode == 0
