"""Verifying as recipients do: the command as a process, confined, without any network, on read-only folders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import clean_environment
from tests.verification_attacks.arena import Arena
from tests.verification_attacks.attack import Trusts
from tests.verification_attacks.scene import Scene

ALL = Trusts(require='"all"')
READ_ONLY = """
for folder in "$1" "$2"; do
    mount --bind "$folder" "$folder" && mount -o remount,bind,ro "$folder" || exit 90
    if touch "$folder/written" 2>/dev/null; then exit 91; fi
done
test "$(ls /sys/class/net 2>/dev/null | grep -vc '^lo$')" = 0 || test "$(wc -l < /proc/net/route)" -le 1 || exit 92
shift 2
exec "$@"
"""
"""Mounts both folders read-only, and looks whether that and the missing network hold before it runs the command."""


def verified_apart(scene: Scene) -> tuple[int, Any]:
    """Run ``gate verify`` in namespaces of its own; returns its status and its document."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    apart = ["unshare", "--mount", "--net", *user, "sh", "-c", READ_ONLY, "sh", scene.out, scene.recipient]
    command = [sys.executable, "-m", "gate", "verify", "--trust", scene.trust_file, "--format", "json", scene.out]
    done = subprocess.run(
        [str(word) for word in (*apart, *command)],
        capture_output=True, text=True, check=False, timeout=300, env=clean_environment(),
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def everything(folder: Path) -> dict[str, tuple[int, ...]]:
    """Return what could have been written: names, rights, sizes and times."""
    found: dict[str, tuple[int, ...]] = {}
    for path in [folder, *folder.rglob("*")]:
        status = path.lstat()
        found[str(path)] = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return found


def test_read_only_and_without_network(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with arena.scene(tmp_path, ALL, monkeypatch) as scene:
        before = everything(tmp_path)
        status, document = verified_apart(scene)
        assert (status, document["verified"], document["unchecked"]) == (0, True, [])
        assert {each["backend"] for each in document["signatures"]} == {"openpgp", "x509", "keyless"}
        assert everything(tmp_path) == before
