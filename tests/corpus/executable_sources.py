"""The packages out of which the corpus of executable formats is taken: fetched by the clients of their registries.

``executable_sources.toml`` names them.  ``GATE_CORPUS`` names a folder that keeps them between runs; what lies there
is not fetched again, so that a list that grew costs only what is new.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

NAMES: dict[str, dict[str, list[str]]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_PYTHON = "3.11"
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_SUITE = "http://deb.debian.org/debian bookworm main"


def _pip(folder: Path, *options: str) -> None:
    command = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--dest", str(folder), *options]
    subprocess.run(command, check=True)


def _wheel(folder: Path, platform: str, name: str) -> None:
    only = ["--only-binary", ":all:", "--python-version", _PYTHON]
    _pip(folder, *only, *([] if platform == "any" else ["--platform", platform]), name)


def _sdist(folder: Path, _group: str, name: str) -> None:
    _pip(folder, "--no-binary", ":all:", name)


def _node(folder: Path, _group: str, name: str) -> None:
    subprocess.run(["npm", "pack", "--silent", name], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _deb(folder: Path, group: str, name: str) -> None:
    """Fetch a Debian package, of a foreign architecture by lists of its own; of ``kernels`` the current image."""
    architecture = group.removesuffix("-kernels").replace("kernels", "amd64")
    options = _foreign(folder.parent / f".apt-{architecture}", architecture) if architecture != "amd64" else []
    if group.endswith("kernels"):
        depends = subprocess.run(["apt-cache", *options, "depends", name], check=True, capture_output=True, text=True)
        [name] = re.findall(r"Depends: (linux-image-\d\S+)", depends.stdout)
    subprocess.run(["apt-get", *options, "download", "-qq", name], cwd=folder, check=True)


def _foreign(place: Path, architecture: str) -> list[str]:
    """Return the options of apt that know the packages of another architecture and leave the system's lists alone."""
    options = {
        "APT::Architecture": architecture,
        "APT::Architectures": architecture,
        "Dir::Etc::sourcelist": place / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State": place / "state",
        "Dir::State::status": place / "status",
        "Dir::Cache": place / "cache",
        "APT::Sandbox::User": "root",
    }
    words = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
    if not (place / "done").exists():
        for folder in ("state/lists/partial", "cache/archives/partial"):
            (place / folder).mkdir(parents=True, exist_ok=True)
        (place / "status").touch()
        (place / "sources.list").write_text(f"deb [signed-by={_KEYRING}] {_SUITE}\n")
        subprocess.run(["apt-get", *words, "update", "-qq"], check=True)
        (place / "done").touch()
    return words


_FETCH = {"wheels": _wheel, "sdists": _sdist, "npm": _node, "debs": _deb}


def _fetched(base: Path) -> Iterator[Path]:
    for registry, groups in NAMES.items():
        for group, names in groups.items():
            for name in names:
                folder = base / registry / group / name.replace("/", "-")
                if not (folder / ".done").exists():
                    folder.mkdir(parents=True, exist_ok=True)
                    folder.chmod(0o777)  # apt-get fetches as a user of its own
                    _FETCH[registry](folder, group, name)
                    (folder / ".done").touch()
                yield from sorted(path for path in folder.iterdir() if path.is_file() and path.name != ".done")


@contextlib.contextmanager
def fetched() -> Iterator[tuple[Path, list[Path]]]:
    """Give the folder of the corpus and the packages in it, fetching those that it lacks."""
    kept = os.environ.get("GATE_CORPUS")
    with contextlib.ExitStack() as stack:
        base = Path(kept) if kept else Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="corpus-")))
        place = base / "executables"
        place.mkdir(parents=True, exist_ok=True)
        yield place, list(_fetched(place))


def main(arguments: Sequence[str]) -> int:
    """Fetch everything into the folder that is named."""
    os.environ["GATE_CORPUS"] = arguments[0]
    with fetched() as (_, packages):
        sys.stdout.write(f"{len(packages)} packages, {sum(path.stat().st_size for path in packages) / 1e6:.0f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
