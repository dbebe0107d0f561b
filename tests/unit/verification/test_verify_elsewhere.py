"""``verify`` on systems that lack what the supplier's side needs: no engines, no confinement, no folder descriptors."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.unit.received_kit import tar_of, zip_of
from tests.unit.release_kit import make_release, make_world, policy_in, signer_of, write_trust

if TYPE_CHECKING:
    from tests.unit.release_kit import Keys

ROOT = Path(__file__).parents[3]
SCRIPT = """
import importlib.abc, os, pathlib, sys
from datetime import UTC, datetime

class Absent(importlib.abc.MetaPathFinder):
    ABSENT = {"resource", "fcntl", "termios", "grp", "gnupg", "yara", "lief", "clamd", "selectolax", "ada_url",
              "msgpack", "gate.isolation", "gate._confine", "gate._frames", "gate._worker", "gate.examine",
              "gate.signing", "gate.intake", "gate.pipeline", "gate.staging", "gate.deliver"}

    def find_spec(self, name, path, target=None):
        if name in self.ABSENT:
            raise ImportError(name)
        return None

sys.meta_path.insert(0, Absent())
os.supports_dir_fd = set()
from gate import openpgp
openpgp._confinable = lambda: False
from gate.errors import VerificationError
from gate.verification import load_trust, verification_document, verify_release

out, trust = map(pathlib.Path, sys.argv[1:])
try:
    print(verify_release(out, load_trust(trust), now=datetime.now(UTC)).verified)
except VerificationError as error:
    print(error.reason, len(verification_document(error)) > 100)
"""


def run(*arguments: object) -> str:
    done = subprocess.run([sys.executable, "-c", SCRIPT, *map(str, arguments)], capture_output=True, text=True,
                          check=False, cwd=ROOT)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_without_all_that(tmp_path: Path, keys: Keys) -> None:
    world = make_world(tmp_path, keys)
    assert run(world.out, world.trust_file) == "True"
    (world.out / "payload" / "site" / "index.html").write_text("else")
    assert run(world.out, world.trust_file) == "changed True"


def test_a_verified_release_has_loaded_no_engine(tmp_path: Path, keys: Keys) -> None:
    world = make_world(tmp_path, keys)
    script = (
        "import pathlib, sys\nfrom datetime import UTC, datetime\nfrom gate.verification import *\n"
        "out, trust = map(pathlib.Path, sys.argv[1:])\n"
        "assert verify_release(out, load_trust(trust), now=datetime.now(UTC)).verified\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script, world.out, world.trust_file], capture_output=True, text=True,
                          check=True, cwd=ROOT)  # fmt: skip
    loaded = set(done.stdout.split())
    assert "gate.verification.verify" in loaded
    assert not loaded & {"yara", "lief", "clamd", "selectolax", "ada_url", "gnupg", "gate.examine", "gate.signing",
                         "gate.intake", "socketserver", "http.client", "urllib.request"}  # fmt: skip


ARCHIVES = """
import importlib.abc, os, pathlib, sys
from datetime import UTC, datetime

class Absent(importlib.abc.MetaPathFinder):
    ABSENT = {"resource", "fcntl", "termios", "grp", "gnupg", "yara", "lief", "clamd", "selectolax", "ada_url",
              "msgpack", "libarchive", "magic", "pikepdf", "olefile", "gate.isolation", "gate._confine", "gate._frames",
              "gate._worker", "gate.examine", "gate.signing", "gate.pipeline", "gate.staging", "gate.deliver"}

    def find_spec(self, name, path, target=None):
        if name in self.ABSENT:
            raise ImportError(name)
        return None

sys.meta_path.insert(0, Absent())
os.supports_dir_fd = set()
del os.pread, os.fchmod
from gate import openpgp
openpgp._confinable = lambda: False
from gate.errors import VerificationError
from gate.received import archive
archive._confinable = lambda: False
from gate.received.target import verify_target
from gate.verification import load_trust

trust = load_trust(pathlib.Path(sys.argv[1]))
release = pathlib.Path(sys.argv[2])
signatures = [release / "gate" / "record.intoto.json.asc"]
print(verify_target(release / "payload" / "page.html", trust, now=datetime.now(UTC), signatures=signatures).scope)
for target in sys.argv[3:]:
    try:
        print(verify_target(pathlib.Path(target), trust, now=datetime.now(UTC)).verified)
    except VerificationError as error:
        print(error.reason)
"""


def test_archives_and_artifacts_without_all_that(tmp_path: Path, keys: Keys) -> None:
    site = tmp_path / "in" / "site"
    site.mkdir(parents=True)
    (site / "index.html").write_text("<p>こんにちは</p>", encoding="utf-8")
    (site / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "in" / "page.html").write_text("<p>one</p>")
    with signer_of(keys.home, keys.supplier) as signer:
        make_release(tmp_path / "out", [site, tmp_path / "in" / "page.html"], [signer], policy_in(tmp_path))
    trust = write_trust(tmp_path / "r", keys.home, keys.supplier)
    targets = [zip_of(tmp_path / "out", tmp_path / "r.zip"), tar_of(tmp_path / "out", tmp_path / "r.tar", mode="w:gz")]
    shutil.copytree(tmp_path / "out", tmp_path / "more")
    (tmp_path / "more" / "extra").touch()
    targets.append(zip_of(tmp_path / "more", tmp_path / "more.zip"))
    command: list[str | Path] = [sys.executable, "-c", ARCHIVES, trust, tmp_path / "out", *targets]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.split() == ["artifact", "True", "True", "unexpected"], done.stderr
