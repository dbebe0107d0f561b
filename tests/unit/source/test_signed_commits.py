"""A signature on a commit or tag counts where it was verified against a key of the policy, and only there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gate.errors import UsageError
from gate.models import RevisionFact
from gate.openpgp import PublicKey
from gate.source.repository import Repository
from gate.source.run import source_run
from tests.conftest import Key, make_key
from tests.unit.source.repository_kit import commit, git, repository

FILES = {"a.txt": b"a\n"}


def signing(key: Key) -> dict[str, str]:
    return {"GNUPGHOME": str(key.home)}


def exported(key: Key) -> bytes:
    command = ["gpg", "--homedir", str(key.home), "--batch", "--export", key.fingerprint]
    return subprocess.run(command, capture_output=True, check=True).stdout


def seen(folder: Path, *keys: Key) -> RevisionFact:
    with Repository(folder) as opened:
        return opened.revision([PublicKey(key.fingerprint, exported(key)) for key in keys])


@pytest.fixture
def folder(tmp_path: Path, key: Key) -> Path:
    made = repository(tmp_path / "r", FILES)
    commit(made, {"b.txt": b"b\n"}, f"-S{key.fingerprint}", **signing(key))
    return made


def test_a_signed_commit_and_tag_are_verified_against_the_key(folder: Path, key: Key) -> None:
    git(folder, "tag", "-u", key.fingerprint, "-m", "one", "v1", more=signing(key))
    fact = seen(folder, key)
    assert (fact.signature, fact.signed_by) == ("openpgp", key.fingerprint)
    assert (fact.tag_signature, fact.tag_signed_by, fact.tags) == ("openpgp", key.fingerprint, ("v1",))


def test_without_the_key_it_is_present_and_not_verified(folder: Path) -> None:
    fact = seen(folder)
    assert (fact.signature, fact.signed_by) == ("openpgp", "")


def test_a_signature_by_another_key_is_not_verified(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "h"
    home.mkdir(mode=0o700)
    other = make_key(home, "Other")
    try:
        assert seen(folder, other).signed_by == ""
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)


def test_a_signature_of_another_commit_is_not_verified(folder: Path, key: Key) -> None:
    """The signed header in a commit whose tree is another."""
    raw = subprocess.run(["git", "cat-file", "commit", "HEAD"], cwd=folder, capture_output=True, check=True).stdout
    tree, other = git(folder, "rev-parse", "HEAD^{tree}"), git(folder, "rev-parse", "HEAD^^{tree}")
    forged = raw.replace(tree.encode(), other.encode())
    made = git(folder, "hash-object", "-t", "commit", "-w", "--stdin", stdin=forged)
    git(folder, "reset", "--quiet", "--hard", made)
    fact = seen(folder, key)
    assert (fact.commit, fact.signature, fact.signed_by) == (made, "openpgp", "")


def test_a_signed_tag_under_another_name_lends_it_nothing(folder: Path, key: Key) -> None:
    git(folder, "tag", "-u", key.fingerprint, "-m", "one", "v1", more=signing(key))
    shutil.move(folder / ".git" / "refs" / "tags" / "v1", folder / ".git" / "refs" / "tags" / "v2")
    fact = seen(folder, key)
    assert (fact.tags, fact.tag_signature, fact.tag_signed_by) == (("v2",), "", "")


def test_a_key_file_that_is_another_or_missing_is_wrong_usage(folder: Path, key: Key, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.asc"
    wrong.write_bytes(exported(key))
    for fingerprint, file, code in (
        ("A" * 40, wrong, "source.key-wrong"),
        (key.fingerprint, tmp_path / "absent", "source.key-unreadable"),
    ):
        with pytest.raises(UsageError) as caught, source_run(folder, [(fingerprint, file)], jobs=1, policy=None):
            pass
        assert caught.value.code == code
