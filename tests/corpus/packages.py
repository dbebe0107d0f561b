"""Real packages for the measurements: what is fetched (``packages.toml``), from where, and into which folder.

``GATE_CORPUS`` names a folder that keeps them between runs; without it they go to a temporary one.  Each is fetched
by the ordinary client of its registry (``pip download``, ``npm pack``, ``apt-get download``); jars come out of the
Debian packages that carry them, by ``dpkg-deb``.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

NAMES: dict[str, list[str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_PYTHON = "3.11"


def _pip(folder: Path, *options: str) -> None:
    command = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--dest", str(folder), *options]
    subprocess.run(command, check=True)


def _wheels(folder: Path) -> None:
    only = ("--only-binary", ":all:", "--python-version", _PYTHON)
    _pip(folder, *only, *NAMES["linux"])
    _pip(folder, *only, "--platform", "win_amd64", *NAMES["windows"])
    _pip(folder, *only, "--platform", "macosx_11_0_arm64", "--platform", "macosx_10_9_universal2", *NAMES["macos"])


def _sdists(folder: Path) -> None:
    _pip(folder, "--no-binary", ",".join(NAMES["sdists"]), *NAMES["sdists"])


def _node(folder: Path) -> None:
    subprocess.run(["npm", "pack", "--silent", *NAMES["npm"]], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _debs(folder: Path) -> None:
    subprocess.run(["apt-get", "download", "-qq", *NAMES["debs"], *NAMES["java"]], cwd=folder, check=True)


def _jars(folder: Path) -> None:
    """Take the jars out of Debian packages; links to them are other names of the same file."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        debs = scratch / "debs"
        debs.mkdir()
        debs.chmod(0o777)  # apt-get fetches as a user of its own
        scratch.chmod(0o755)
        subprocess.run(["apt-get", "download", "-qq", *NAMES["java"]], cwd=debs, check=True)
        for deb in sorted(debs.iterdir()):
            subprocess.run(["dpkg-deb", "-x", deb, scratch / "root"], check=True)
        for jar in sorted((scratch / "root").rglob("*.jar")):
            if not jar.is_symlink():
                shutil.copyfile(jar, folder / jar.name)


_SOURCES = {"wheels": _wheels, "sdists": _sdists, "npm": _node, "debs": _debs, "jars": _jars}


def _filled(base: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for name, fetch in _SOURCES.items():
        folder = base / name
        done = base / f"{name}.done"
        if not done.exists():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o777)
            fetch(folder)
            done.touch()
        found[name] = sorted(path for path in folder.iterdir() if path.is_file())
    return found


@contextlib.contextmanager
def packages() -> Iterator[dict[str, list[Path]]]:
    """Give the packages by kind, fetching those that the folder lacks."""
    kept = os.environ.get("GATE_CORPUS")
    with contextlib.ExitStack() as stack:
        base = Path(kept) if kept else Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="corpus-")))
        base.mkdir(parents=True, exist_ok=True)
        yield _filled(base)


def main(arguments: Sequence[str]) -> int:
    """Fetch everything into the folder that is named."""
    for name, files in _filled(Path(arguments[0])).items():
        sys.stdout.write(f"{name} {len(files)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
