"""Release the gate by itself: build its distributions, examine, judge and sign them under its own policy, verify.

``python tools/self_release.py --signing signing.toml --trust trust.toml --out FOLDER``

``tools/release/gate.toml`` judges; ``signing.toml`` holds the ``[signing]`` tables, which are the releaser's affair;
``trust.toml`` is what recipients are told to verify by.  The SBOM, record, provenance and papers are those of every
release.  What is released is the last commit: a changed work tree is refused.

``--gate`` names the command of an earlier gate that was verified itself, so that no code of this commit takes part in
its own judgement.  ``--trial`` shows the way where the official malware database is not at hand: it takes the bundled
signatures and does not require 26-3 3(1)①, which stays "not confirmed"; such a folder is not for publication, and says
so.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

import changelog
import dist

POLICY = Path("tools") / "release" / "gate.toml"
_TRIAL = (
    ('database = "official"\n', 'database = "bundled"\n'),
    ('require = ["26-3(1)", "26-3 3(1)①", ', 'require = ["26-3(1)", '),
    ('title = "', 'title = "見本・公開不可 '),
)
"""What a trial changes in the policy, and nothing else."""


class SelfReleaseError(Exception):
    """The release cannot be made as it is asked for."""


def trial_of(policy: str) -> str:
    """Return the policy for a run on the bundled signatures.  Raises where it is not written as expected."""
    for standing, instead in _TRIAL:
        if policy.count(standing) != 1:
            raise SelfReleaseError(f"the policy does not hold once: {standing.strip()}")
        policy = policy.replace(standing, instead)
    return policy


def policy_for(root: Path, folder: Path, *, trial: bool) -> Path:
    """Return the policy: the one of the repository, for a trial a changed copy in ``folder``.

    Raises where it is for another version than the gate's, or not written as a trial expects.
    """
    text = (root / POLICY).read_text("utf-8")
    stated = tomllib.loads(text)["deliverable"]["version"]
    version = changelog.version_of((root / "gate" / "__init__.py").read_text("utf-8"))
    if stated != version:
        raise SelfReleaseError(f"the policy is for {stated}, the gate is {version}")
    if not trial:
        return root / POLICY
    changed = folder / "gate.toml"
    changed.write_text(trial_of(text), "utf-8")
    return changed


def require_publishable(root: Path) -> None:
    """Raise where the work tree is not the commit, or the changelog does not end with this version."""
    if dist.git(root, "status", "--porcelain"):
        raise SelfReleaseError("there are changes that are not committed")
    version = changelog.version_of((root / "gate" / "__init__.py").read_text("utf-8"))
    changelog.require_released(changelog.read((root / "CHANGELOG.md").read_text("utf-8")), version)


def self_release(root: Path, out: Path, signing: Path, trust: Path, *, gate: Sequence[str], trial: bool) -> int:
    """Build, and release and verify with the command ``gate``.

    Returns the exit code of the first step that did not succeed, or 0.  Nothing stays at ``out`` unless it
    was verified.
    """
    if out.exists():
        raise SelfReleaseError(f"{out} exists")
    if not trial:
        require_publishable(root)
    with tempfile.TemporaryDirectory(prefix="gate-self-") as folder:
        policy = policy_for(root, Path(folder), trial=trial)
        sdist, wheel = dist.build(root, Path(folder) / "dist")
        wrong = dist.problems(root, sdist, wheel)
        if wrong:
            raise SelfReleaseError("; ".join(wrong))
        options = ["-c", policy, "--signing-config", signing, "--source", root, "--out", out]
        release = [*gate, "release", *options, sdist, wheel]
        status = subprocess.run(release, check=False).returncode
        if status == 0:
            status = subprocess.run([*gate, "verify", "--trust", trust, out], check=False).returncode
            if status != 0:
                shutil.rmtree(out)
    return status


def main() -> int:
    """Release from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=dist.ROOT, help="the repository (default: this one)")
    parser.add_argument("--signing", type=Path, required=True, help="TOML with the [signing] tables")
    parser.add_argument("--trust", type=Path, required=True, help="the trust.toml to verify the result by")
    parser.add_argument("--out", type=Path, required=True, help="the release folder to make")
    parser.add_argument("--gate", type=Path, help="the command of an earlier gate (default: the one installed here)")
    parser.add_argument("--trial", action="store_true", help="with the bundled signatures: not for publication")
    options = parser.parse_args()
    paths = {name: getattr(options, name).absolute() for name in ("root", "out", "signing", "trust")}
    # Without -P whatever lies in the current folder could take the place of the installed gate.
    gate = [str(options.gate)] if options.gate else [sys.executable, "-P", "-m", "gate"]
    try:
        return self_release(**paths, gate=gate, trial=options.trial)
    except (SelfReleaseError, dist.DistError, changelog.ChangelogError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
