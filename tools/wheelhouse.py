"""Bundle what ``gate verify`` needs, for systems without a network: wheels with digests, and how to install them.

``python tools/wheelhouse.py --out FOLDER`` downloads, for every target, exactly the files that
``tools/release/verify-requirements.txt`` names by digest, builds the gate's own wheel, and checks that each target has
a complete set: a wheel that its pip takes for each requirement, and every requirement of each of them.
``--lock`` writes that file anew, after a change of dependencies (``make lock``).

The packages of engines are left out: the gate's own wheel is installed with ``--no-deps``, as its metadata names what
examining needs as well.  Recipients examine nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

import dist
from packaging.requirements import Requirement
from wheelhouse_targets import TARGETS, Target, chosen, incomplete

LOCK = Path("tools") / "release" / "verify-requirements.txt"
NEEDED = (
    "asn1crypto", "backports-zstd", "click", "cryptography", "inflate64", "jinja2", "lz4", "msgpack",
    "publicsuffixlist", "pydantic", "pyhanko", "pyhanko-certvalidator", "reportlab", "rfc3161-client", "rich",
    "sigstore", "sigstore-models", "tzdata",
)  # fmt: skip
"""What ``verify``, ``report`` and ``explain`` import; what these need in turn is in the lock."""
TEXTS = ("INSTALL.en.md", "INSTALL.ja.md")
"""How to install the bundle."""
OWN = "release-gate"


class WheelhouseError(Exception):
    """The bundle cannot be made, or would not be complete."""


@dataclass(frozen=True, slots=True)
class Locked:
    """One requirement of the lock: name, version and marker, and the digests of its files."""

    requirement: Requirement
    hashes: tuple[str, ...]

    def text(self, *, marker: bool = True) -> str:
        """Return it as pip reads it."""
        stated = self.requirement if marker else f"{self.requirement.name}{self.requirement.specifier}"
        return " \\\n".join([str(stated), *(f"    --hash={digest}" for digest in self.hashes)]) + "\n"


def read_lock(text: str) -> tuple[Locked, ...]:
    """Return the requirements of a lock.  Raises where one is not held to a version and digests."""
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        stated, *hashes = (part.strip() for part in line.split("--hash="))
        if not stated or stated.startswith("#"):
            continue
        requirement = Requirement(stated)
        if not hashes or [each.operator for each in requirement.specifier] != ["=="]:
            raise WheelhouseError(f"not held to a version and its digests: {stated}")
        found.append(Locked(requirement, tuple(hashes)))
    return tuple(found)


def roots(pyproject: str) -> list[str]:
    """Return what the lock has to hold, as ``pyproject.toml`` states it."""
    stated = [Requirement(each) for each in tomllib.loads(pyproject)["project"]["dependencies"]]
    by_name = {each.name.lower().replace(".", "-"): str(each) for each in stated}
    lacking = set(NEEDED) - set(by_name)
    if lacking:
        raise WheelhouseError(f"pyproject.toml does not name {', '.join(sorted(lacking))}")
    return [by_name[name] for name in NEEDED]


def write_lock(root: Path) -> None:
    """Write the lock by ``uv``, for every system and Python at once, with the versions of ``constraints.txt``."""
    uv = [found] if (found := shutil.which("uv")) else [sys.executable, "-m", "uv"]
    command = [
        *uv, "pip", "compile", "--quiet", "--generate-hashes", "--universal",
        "--python-version", "3.11", "--no-header", "--no-annotate", "--constraint", "constraints.txt",
        "--output-file", str(LOCK), "-",
    ]  # fmt: skip
    wanted = "\n".join(roots((root / "pyproject.toml").read_text("utf-8")))
    if subprocess.run(command, cwd=root, input=wanted, text=True, check=False).returncode != 0:
        raise WheelhouseError("uv could not resolve the lock")


def download(locked: tuple[Locked, ...], target: Target, wheels: Path) -> None:
    """Download the wheels of one target; pip refuses a file whose digest the lock does not name."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        # pip would judge markers by the system that it runs on, so they are judged here.
        listed.writelines(each.text(marker=False) for each in locked if target.wants(each.requirement))
        listed.flush()
        command = [
            sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
            "--require-hashes", "--only-binary=:all:", "--dest", str(wheels), *target.pip_options(),
            "--requirement", listed.name,
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise WheelhouseError(f"{target.name}: {done.stderr.strip()[-2000:]}")


def make(root: Path, out: Path, targets: tuple[Target, ...]) -> None:
    """Write the bundle for some targets into the new folder ``out``."""
    locked = read_lock((root / LOCK).read_text("utf-8"))
    wheels = out / "wheels"
    wheels.mkdir(parents=True)
    for target in targets:
        print(f"{target.name} …", file=sys.stderr)
        download(locked, target, wheels)
    with tempfile.TemporaryDirectory(prefix="gate-wheel-") as folder:
        _, built = dist.build(root, Path(folder))
        own = wheels / built.name
        own.write_bytes(built.read_bytes())
    wrong = [line for target in targets for line in incomplete(target, _wanted(locked, target), wheels)]
    if wrong:
        raise WheelhouseError("\n".join(wrong))
    version = own.name.split("-")[1]
    lines = [f"{OWN}=={version} \\\n    --hash=sha256:{_digest(own)}\n", *(each.text() for each in locked)]
    (out / "requirements.txt").write_text("".join(lines), "utf-8")
    _write_texts(root, out, version, targets)
    write_sums(out)


def _write_texts(root: Path, out: Path, version: str, targets: tuple[Target, ...]) -> None:
    named = ", ".join(f"{target.system} CPython {target.python}" for target in targets)
    for name in TEXTS:
        text = (root / "tools" / "release" / name).read_text("utf-8")
        text = text.replace("@VERSION@", version).replace("@TARGETS@", named)
        (out / name).write_text(text, "utf-8", newline="\n")


def _wanted(locked: tuple[Locked, ...], target: Target) -> list[Requirement]:
    return [each.requirement for each in locked if target.wants(each.requirement)]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_sums(out: Path) -> None:
    """Write ``SHA256SUMS`` of every file of the bundle."""
    files = sorted(path for path in out.rglob("*") if path.is_file())
    lines = [f"{_digest(path)}  {path.relative_to(out).as_posix()}\n" for path in files]
    (out / "SHA256SUMS").write_text("".join(lines), "utf-8", newline="\n")


def main() -> int:
    """Make the bundle, or the lock."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=dist.ROOT, help="the repository (default: this one)")
    parser.add_argument("--out", type=Path, default=Path("wheelhouse"), help="a new folder (default: wheelhouse)")
    parser.add_argument("--target", action="append", choices=[target.name for target in TARGETS],
                        help="only for this one (repeatable; default: all)")  # fmt: skip
    parser.add_argument("--lock", action="store_true", help="write the lock and nothing else")
    options = parser.parse_args()
    try:
        if options.lock:
            write_lock(options.root)
        else:
            make(options.root, options.out, chosen(options.target))
    except (WheelhouseError, dist.DistError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
