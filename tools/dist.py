"""Build the gate's own sdist and wheel from the last commit, the same bytes wherever and whenever it is done.

``python tools/dist.py [--out dist]`` takes the files of the commit (never of the work tree: what is not committed is
in no release), builds with the packer that ``constraints.txt`` names, at the commit's time, and looks at what came out:
the wheel holds exactly the files that an installed gate needs.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
PACKER = "hatchling"
DATA = {"signatures": "gate/data/signatures", "yara-rules": "gate/data/yara-rules"}
"""Folders of the tree that an installed gate holds inside of its package."""
MANUAL = {"man/gate.1": "share/man/man1/gate.1", "man/ja/gate.1": "share/man/ja/man1/gate.1"}
"""Manual pages of the tree, and where they are below the folder that the wheel is installed to."""
SOURCES = (".po",)
"""What of the package is compiled before it is packed, and not needed by who runs it."""
_MODES = {"100644": 0o644, "100755": 0o755}
"""Modes of git's trees, and what they are in a file system."""
INFO = frozenset({"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"})


class DistError(Exception):
    """The distributions cannot be built, or are not what they have to be."""


def git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Return what git answers about the repository at ``root``, on ``given`` as its standard input."""
    done = subprocess.run(
        ["git", "-C", str(root), "-c", "log.showSignature=false", *arguments],  # noqa: S607  # the builder's own git
        input=given, capture_output=True, check=False, env={**os.environ, "GIT_NO_REPLACE_OBJECTS": "1"},
    )  # fmt: skip
    if done.returncode != 0:
        raise DistError(done.stderr.decode(errors="replace").strip())
    return done.stdout


def committed_files(root: Path) -> set[str]:
    """Return the paths of all files of the last commit."""
    return {name for name in git(root, "ls-tree", "-r", "-z", "--name-only", "HEAD").decode().split("\0") if name}


def pinned(root: Path) -> str:
    """Return the version of the packer that the constraints name."""
    for line in (root / "constraints.txt").read_text("ascii").splitlines():
        name, _, wanted = line.partition("==")
        if name == PACKER:
            return wanted.strip()
    raise DistError(f"constraints.txt does not name a version of {PACKER}")


def build(root: Path, out: Path) -> list[Path]:
    """Build sdist and wheel of the last commit of ``root`` into ``out`` and return both, the sdist first.

    The wheel is built from the sdist, so that whoever has the sdist gets the wheel.
    """
    if version(PACKER) != pinned(root):
        raise DistError(f"{PACKER} {version(PACKER)} is installed, constraints.txt names {pinned(root)}")
    with tempfile.TemporaryDirectory(prefix="gate-dist-") as folder:
        tree, made = Path(folder) / "tree", Path(folder) / "made"
        _export(root, tree)
        seconds = git(root, "log", "-1", "--format=%ct", "HEAD").decode().strip()
        # -P: the packer is never looked for in the current folder.
        command = [sys.executable, "-P", "-m", "build", "--no-isolation", "--outdir", str(made), str(tree)]
        done = subprocess.run(command, env=_environment(seconds), umask=0o022, capture_output=True, check=False)
        if done.returncode != 0:
            raise DistError((done.stdout + done.stderr).decode(errors="replace")[-4000:])
        built = [next(made.glob("*.tar.gz")), next(made.glob("*.whl"))]
        out.mkdir(parents=True, exist_ok=True)
        return [Path(shutil.copyfile(path, out / path.name)) for path in built]


def _export(root: Path, tree: Path) -> None:
    """Write the files of the last commit into ``tree``, byte for byte.

    Neither ``git archive`` nor a checkout would do: both change line ends, leave files out and fill others in as the
    builder's settings and attributes say.
    """
    entries = [entry.split("\t", 1) for entry in git(root, "ls-tree", "-r", "-z", "HEAD").decode().split("\0") if entry]
    stated = [(*about.split(" "), name) for about, name in entries]
    odd = [name for mode, _, _, name in stated if mode not in _MODES]
    if odd:
        raise DistError(f"neither a file nor a program: {', '.join(odd)}")
    asked = "".join(f"{blob}\n" for _, _, blob, _ in stated).encode()
    answer = io.BytesIO(git(root, "cat-file", "--batch", given=asked))
    for mode, _, _, name in stated:
        size = int(answer.readline().split(b" ")[2])
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(answer.read(size))
        target.chmod(_MODES[mode])
        answer.read(1)  # the end of the line


def _environment(seconds: str) -> dict[str, str]:
    """Return the environment of the packer: nothing of the person's that could be seen in what it makes."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "SOURCE_DATE_EPOCH": seconds, "TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}


def problems(root: Path, sdist: Path, wheel: Path) -> list[str]:
    """Return what is wrong with two distributions of the last commit of ``root``; nothing where they are sound."""
    committed = committed_files(root)
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if not name.endswith("/")}
    with tarfile.open(sdist) as files:
        packed = {str(PurePosixPath(*PurePosixPath(member.name).parts[1:])) for member in files if member.isfile()}
    name_and_version = wheel.name.removesuffix("-py3-none-any.whl")
    wanted = set(expected_in_wheel(committed)) | {f"{name_and_version}.dist-info/{name}" for name in INFO}
    wanted |= {f"{name_and_version}.data/data/{place}" for page, place in MANUAL.items() if page in committed}
    return [
        *_each("the wheel lacks", wanted - held),
        *_each("the wheel holds", held - wanted),
        *_each("the sdist lacks", _sources_of_wheel(committed) - packed),
        *_each("the sdist holds what is not committed:", packed - committed - {"PKG-INFO"}),
        *_each("the sdist holds tests:", {name for name in packed if name.startswith("tests/")}),
    ]


def expected_in_wheel(committed: Iterable[str]) -> Iterator[str]:
    """Yield where in the wheel each file of the tree stands that an installed gate needs."""
    for name in committed:
        top, _, rest = name.partition("/")
        if top == "gate" and not name.endswith(SOURCES):
            yield name
        elif top in DATA:
            yield f"{DATA[top]}/{rest}"


def _sources_of_wheel(committed: Iterable[str]) -> set[str]:
    return {name for name in committed if name.split("/")[0] in {"gate", "man", *DATA}} | {"pyproject.toml", "LICENSE"}


def _each(what: str, names: Iterable[str]) -> Iterator[str]:
    return (f"{what} {name}" for name in sorted(names))


def main() -> int:
    """Build, look at what came out, and print its digests."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository (default: this one)")
    parser.add_argument("--out", type=Path, default=Path("dist"), help="where to put sdist and wheel (default: dist)")
    options = parser.parse_args()
    try:
        if git(options.root, "status", "--porcelain"):
            print("note: there are changes that are not committed, and so are in no distribution", file=sys.stderr)
        sdist, wheel = build(options.root, options.out)
        wrong = problems(options.root, sdist, wheel)
    except DistError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for line in wrong:
        print(f"error: {line}", file=sys.stderr)
    for path in (sdist, wheel):
        print(hashlib.sha256(path.read_bytes()).hexdigest(), path)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
