"""What tests of the gate's own release share: its tools as modules, and repositories with the files of this tree."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / "tools"


def tool(name: str) -> ModuleType:
    """Load a script of ``tools/`` as a module, once."""
    if name in sys.modules:
        return sys.modules[name]
    if str(TOOLS) not in sys.path:
        sys.path.append(str(TOOLS))  # they import each other by name, as scripts do
    specification = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


def git(folder: Path, *arguments: str) -> str:
    """Run git as nobody in particular, at a fixed time."""
    identity = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (
        ("NAME", "Release"), ("EMAIL", "release@example.invalid"), ("DATE", "2026-11-20T09:00:00+09:00"))}  # fmt: skip
    done = subprocess.run(
        ["git", "-C", folder, "-c", "core.fsync=none", *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", **identity},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def committed_copy(folder: Path) -> Path:
    """Return a repository whose only commit holds the files of this tree as they are now, untracked ones too."""
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"],
        capture_output=True,
        check=True,
    ).stdout
    folder.mkdir(parents=True)
    for name in os.fsdecode(listed).split("\0"):
        source, target = ROOT / name, folder / name
        if name and source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            target.chmod(source.stat().st_mode & 0o777)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "State of the tree")
    return folder
