"""Every single file of a release signed in all three ways, spoilt in every way, is refused with its path."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gate.errors import VerificationError
from gate.paths import escape_name
from tests.verification_attacks.arena import UPPER, Arena
from tests.verification_attacks.attack import Trusts
from tests.verification_attacks.on_the_folder import flip
from tests.verification_attacks.scene import ASC, BUNDLE, P7S, RECORD, SIGNED, SUMS, Scene

pytestmark = pytest.mark.usefixtures("unconfined")
SUFFIXES = (".asc", ".p7s", ".p7s.tsr", ".sigstore.json")
FILES = [
    *(f"{name}{suffix}" for name in SIGNED for suffix in SUFFIXES),
    RECORD, SUMS, "gate/facts.json", "gate/files/site.list", "gate/gate.toml", "gate/provenance.intoto.json",
    "gate/report.ja.html", "gate/result.json", "gate/sbom.cdx.json", "gate/vsa.intoto.json", "payload/app.bin",
    "payload/site/css/a b.css", "payload/site/index.html", "payload/site/odd!%\\\n", "payload/site/run.sh",
    f"payload/site/{UPPER}",
]  # fmt: skip
WAY = {".asc": "openpgp", ".p7s": "x509", ".tsr": "x509"}
"""Who has to be asked for a signature of each kind; for all other files whom it takes the least time to ask."""


def release_of(path: Path) -> Path:
    return next(parent for parent in path.parents if parent.name == "out")


def rename(path: Path) -> None:
    path.rename(f"{path}x")


def link(path: Path) -> None:
    """Put a link to the very same bytes outside of the release in a file's place."""
    outside = release_of(path).with_name("moved")
    path.rename(outside)
    path.symlink_to(outside)


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def exchange(path: Path) -> None:
    """Put the bytes of another file of the same release in a file's place."""
    site = release_of(path) / "payload" / "site"
    shutil.copyfile(site / ("run.sh" if path.name != "run.sh" else "index.html"), path)


WAYS: dict[str, Callable[[Path], object]] = {
    "first byte": lambda path: flip(path, 0),
    "last byte": flip,
    "emptied": lambda path: os.truncate(path, 0),
    "shortened": lambda path: os.truncate(path, path.stat().st_size - 1),
    "halved": lambda path: os.truncate(path, path.stat().st_size // 2),
    "lengthened": lambda path: path.write_bytes(path.read_bytes() + b"x"),
    "exchanged": exchange,
    "removed": os.unlink,
    "renamed": rename,
    "linked": link,
    "piped": pipe,
    "foldered": folder,
}
SOON = {"first byte", "removed"}
ASKED = [way if way in SOON else pytest.param(way, marks=pytest.mark.full) for way in WAYS]


def test_no_file_is_left_out(arena: Arena) -> None:
    found = {path.relative_to(arena.original).as_posix() for path in arena.original.rglob("*") if path.is_file()}
    kept = {path for path in found if path.startswith("gate/validation/")}
    assert len(kept) >= 4
    assert found - kept == {*FILES, "payload/site/latest"}


@pytest.mark.parametrize("way", ASKED)
@pytest.mark.parametrize("name", FILES)
def test_refused_with_its_path(
    arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, way: str
) -> None:
    trusts = Trusts(ways=(WAY.get(Path(name).suffix, "keyless"),))
    with arena.scene(tmp_path, trusts, monkeypatch) as scene:
        WAYS[way](scene.path(name))
        reason, path = scene.refusal()
        shown = escape_name(os.fsencode(name))
        # A changed record shows in the signature over it, a renamed file under its new name.
        assert path in {shown, f"{shown}x", *({BUNDLE} if name == RECORD else ())}, reason
        assert reason.startswith("verify/")


# --- validation material --------------------------------------------------------------------------------------


def kept_files(arena: Arena, folder: Path, patch: pytest.MonkeyPatch, *ways: str) -> Iterator[tuple[Scene, Path]]:
    """Yield each file of validation material, in a release of its own."""
    for name in sorted(path.name for path in (arena.original / "gate/validation").iterdir()):
        (folder / name).mkdir()
        with arena.scene(folder / name, Trusts(ways=ways), patch) as scene:
            yield scene, scene.path(f"gate/validation/{name}")


@pytest.mark.parametrize("way", ["first byte", "last byte", "emptied", "lengthened", "renamed", "linked", "piped"])
def test_kept_files_are_what_their_names_say(
    arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Whoever is trusted: the names of these files are the digests of their bytes."""
    for scene, path in kept_files(arena, tmp_path, monkeypatch, "keyless"):
        WAYS[way](path)
        reason, shown = scene.refusal()
        assert reason in {"verify/validation-changed", "verify/unexpected", "verify/not-a-file"}
        assert shown.startswith(f"gate/validation/{path.name}")


def test_kept_files_taken_away(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are needed; certificates are not, as signatures hold their chain."""
    for scene, path in kept_files(arena, tmp_path, monkeypatch, "x509"):
        reference = scene.verify()
        path.unlink()
        if path.suffix == ".crl":
            assert scene.refusal() == ("verify/revocation-unknown", P7S)
        else:
            assert scene.verify() == reference


def test_kept_files_forged(arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the digest of its own bytes anybody can put any file there: it proves nothing, or is refused.

    A forged certificate stands in the way of the chain that is looked for, or is passed over.
    """
    for scene, path in kept_files(arena, tmp_path, monkeypatch, "x509"):
        reference = scene.verify()
        forged = bytearray(path.read_bytes())
        forged[-1] ^= 1
        scene.keep(bytes(forged), path.suffix[1:])
        try:
            assert scene.verify() == reference
        except VerificationError as error:
            refused = (error.reason, error.path)
            assert refused in {("certificate-chain", P7S), ("timestamp-untrusted", P7S)}
        path.unlink()
        if path.suffix == ".crl":
            assert scene.refusal() == ("verify/revocation-unknown", P7S)


def test_signatures_that_this_recipient_cannot_check(
    arena: Arena, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They may hold anything, and are told as unchecked; they may not be missing, nor be anything but files."""
    with arena.scene(tmp_path, Trusts(ways=("keyless",)), monkeypatch) as scene:
        for name in (ASC, P7S, f"{P7S}.tsr"):
            whole = scene.read(name)
            scene.write(name, b"anything")
            assert {each.file for each in scene.verify().unchecked} >= {ASC, P7S}
            scene.path(name).unlink()
            assert scene.refusal() in {("verify/signature-missing", name), ("verify/missing", name)}
            scene.path(name).mkdir()
            assert scene.refusal()[0] in {"verify/not-a-file", "verify/unexpected"}
            scene.path(name).rmdir()
            scene.write(name, whole)
