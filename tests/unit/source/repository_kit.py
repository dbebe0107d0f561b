"""Small git repositories for tests, made by git itself under a configuration of their own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

AUTHOR = {
    "GIT_AUTHOR_NAME": "Yamada",
    "GIT_AUTHOR_EMAIL": "yamada@example.jp",
    "GIT_COMMITTER_NAME": "Sato",
    "GIT_COMMITTER_EMAIL": "sato@example.jp",
    "GIT_AUTHOR_DATE": "2026-11-20T10:00:00+09:00",
    "GIT_COMMITTER_DATE": "2026-11-20T10:05:00+09:00",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(folder: Path, *arguments: str, stdin: bytes = b"", more: Mapping[str, str] = MappingProxyType({})) -> str:
    """Run git in a folder and return what it prints."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        input=stdin,
        env={**os.environ, **AUTHOR, **more},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().strip()


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a folder."""
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def commit(folder: Path, files: Mapping[str, bytes], *options: str, **more: str) -> str:
    """Write files, commit everything, and return the commit's id."""
    write(folder, files)
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "change", *options, more=more)
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path, files: Mapping[str, bytes], *, object_format: str = "sha1") -> Path:
    """Make a repository with one commit on ``main`` and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main", f"--object-format={object_format}")
    commit(folder, files)
    return folder
