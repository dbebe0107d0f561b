"""A large artifact is signed and verified in a stream, and each kind of signature covers its last byte."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gate.keyless.checker import Checker as KeylessChecker
from gate.openpgp import Checker as OpenPgpChecker
from gate.openpgp import find_gpg
from gate.verification import load_trust
from gate.verification.trust import Trust
from tests.unit.release_kit import make_release, policy_in, signer_of
from tests.unit.verification.keyless_world import keyless_signer
from tests.verification_attacks.arena import Arena
from tests.verification_attacks.attack import Trusts

ROOT = Path(__file__).parents[2]
MOST = 200 << 10
"""Kilobytes that a process, or any that it starts, may have in memory."""
MEASURE = """
import resource, sys
def tell():
    # Not ru_maxrss of the process itself: that counts whoever started it as well (getrusage(2)).
    (peak,) = [int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM:")]
    print(max(peak, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss), file=sys.stderr)
"""
SIGN = """
import pathlib
kind, artifact, out, *given = sys.argv[1:]
if kind == "openpgp":
    from gate.signing.openpgp import OpenPgpSigner
    signer = OpenPgpSigner(given[1], home=pathlib.Path(given[0]))
else:
    from gate.signing.keyless import KeylessOptions, KeylessSigner
    from gate.signing.tokens import TokenSource
    config, token = map(pathlib.Path, given)
    signer = KeylessSigner(KeylessOptions(trust_config=config, token=TokenSource(file=token)))
signer.ready()
signer.begin()
with open(artifact, "rb") as file:
    pathlib.Path(out).write_bytes(signer.sign(file))
signer.close()
tell()
"""
VERIFY = """
from gate.cli.main import run
status = run(sys.argv[1:])
tell()
sys.exit(status)
"""
pytestmark = pytest.mark.full
SIZES = [16, 1900]
"""Megabytes."""


def large(path: Path, megabytes: int) -> Path:
    """Write a file with holes, and one byte at its end."""
    with path.open("wb") as file:
        file.truncate((megabytes << 20) - 1)
        file.seek(0, 2)
        file.write(b"!")
    return path


def change_end(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"?")


def measured(script: str, words: Sequence[str | Path]) -> tuple[int, str, int]:
    """Run a script; returns its status, what it printed, and the greatest memory in kilobytes."""
    command = [sys.executable, "-c", MEASURE + script, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stderr.split(), done.returncode
    return done.returncode, done.stdout, int(done.stderr.split()[-1])


def by_openpgp(trust: Trust, artifact: Path, signature: Path) -> str:
    gpg = find_gpg()
    assert gpg is not None
    with OpenPgpChecker(trust.openpgp, gpg=gpg, now=None) as checker, artifact.open("rb") as file:
        return checker.check(file.fileno(), signature.read_bytes()).outcome


def by_sigstore(trust: Trust, artifact: Path, signature: Path) -> str:
    with KeylessChecker(trust.keyless) as checker, artifact.open("rb") as file, signature.open("rb") as bundle:
        return checker.check(bundle.fileno(), file.fileno(), "file").outcome


CHECKS: dict[str, Callable[[Trust, Path, Path], str]] = {"openpgp": by_openpgp, "keyless": by_sigstore}


@pytest.mark.parametrize("megabytes", SIZES)
@pytest.mark.parametrize("kind", CHECKS)
def test_signed_in_a_stream(
    arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, megabytes: int
) -> None:
    """``tests/unit/signing/test_cms_signer.py`` shows the same of certificates."""
    artifact, signature = large(tmp_path / "large", megabytes), tmp_path / "signature"
    arena.stack.write(tmp_path / "instance")
    (tmp_path / "instance" / "token").write_text(arena.stack.issuer.mint())
    given: dict[str, tuple[Path, str | Path]] = {
        "openpgp": (arena.home.folder, arena.keys.supplier),
        "keyless": (tmp_path / "instance" / "trust_config.v1.json", tmp_path / "instance" / "token"),
    }
    status, _, peak = measured(SIGN, [kind, artifact, signature, *given[kind]])
    assert (status, peak < MOST) == (0, True), peak
    (tmp_path / "scene").mkdir()
    with arena.scene(tmp_path / "scene", Trusts(), monkeypatch) as scene:
        trust = load_trust(scene.trust_file)
    assert CHECKS[kind](trust, artifact, signature) == "valid"
    change_end(artifact)
    assert CHECKS[kind](trust, artifact, signature) in {"bad", "differs"}


@pytest.mark.parametrize("megabytes", SIZES)
def test_verified_in_a_stream(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, megabytes: int) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "scene").mkdir()
    artifact = large(tmp_path / "in" / "large.bin", megabytes)
    keyless = keyless_signer(arena.stack, tmp_path / "instance", each=True)
    with signer_of(arena.home, arena.keys.supplier) as pgp, arena.supplier.signer() as certified:
        certified.ready()
        make_release(tmp_path / "out", [artifact], [keyless, pgp, certified], policy_in(tmp_path))
    keyless.close()
    with arena.scene(tmp_path / "scene", Trusts(require='"all"'), monkeypatch) as scene:
        words: list[str | Path] = ["verify", "--trust", scene.trust_file, "--format", "json", tmp_path / "out"]
        status, text, peak = measured(VERIFY, words)
        signed = {each["backend"] for each in json.loads(text)["signatures"] if each["signs"] == "payload/large.bin"}
        assert (status, peak < MOST, signed) == (0, True, {"openpgp", "x509", "keyless"}), peak
        change_end(tmp_path / "out" / "payload" / "large.bin")
        status, text, _ = measured(VERIFY, words)
        (reason,) = json.loads(text)["reasons"]
        assert (status, reason["id"], reason["path"]) == (1, "verify/changed", "payload/large.bin")
