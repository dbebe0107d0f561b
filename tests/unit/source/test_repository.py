"""A repository is told as it is, and nothing in it runs, configures or misleads."""

from __future__ import annotations

import hashlib
import os
import shutil
import zlib
from pathlib import Path

import pytest

from gate.errors import UsageError
from gate.models import RevisionFact
from gate.source.commits import read_commit, read_tag
from gate.source.copying import CopyLimits
from gate.source.objects import Trouble
from gate.source.repository import Repository, without_user
from tests.unit.source.repository_kit import commit, git, repository, write

FULL = pytest.mark.full
FILES = {"src/a.py": b"print(1)\n", "README.md": b"# a\n"}


def revision_of(folder: Path) -> RevisionFact:
    with Repository(folder) as opened:
        return opened.revision()


def refused(folder: Path) -> str:
    with pytest.raises(UsageError) as caught:
        revision_of(folder)
    return caught.value.code


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_commit_tree_people_and_times(tmp_path: Path, object_format: str) -> None:
    folder = repository(tmp_path / "r", FILES, object_format=object_format)
    git(folder, "tag", "v1")
    git(folder, "tag", "-m", "annotated", "v1.0")
    git(folder, "remote", "add", "origin", "https://user:token@git.example.jp/a.git?key=1")
    fact = revision_of(folder)
    assert fact.commit == git(folder, "rev-parse", "HEAD")
    assert fact.tree == git(folder, "rev-parse", "HEAD^{tree}")
    assert (fact.object_format, fact.branch, fact.tags) == (object_format, "main", ("v1", "v1.0"))
    assert (fact.author, fact.authored_at) == ("Yamada <yamada@example.jp>", "2026-11-20T01:00:00Z")
    assert (fact.committer, fact.committed_at) == ("Sato <sato@example.jp>", "2026-11-20T01:05:00Z")
    assert (fact.work_tree, fact.differences, fact.files, fact.shallow) == ("clean", (), 2, False)
    assert fact.remote == "https://git.example.jp/a.git"
    assert (fact.signature, fact.signed_by, fact.tag_signature) == ("", "", "")


def test_packed_references_a_detached_head_and_a_shallow_clone(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", FILES)
    old = git(folder, "rev-parse", "HEAD")
    commit(folder, {"src/b.py": b"print(2)\n"})
    git(folder, "tag", "v2")
    git(folder, "pack-refs", "--all")
    git(folder, "gc", "--quiet")
    assert (revision_of(folder).branch, revision_of(folder).tags) == ("main", ("v2",))
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{folder}", "shallow")
    assert revision_of(tmp_path / "shallow").shallow
    git(folder, "checkout", "--quiet", old)
    assert (revision_of(folder).branch, revision_of(folder).commit) == ("", old)


def test_a_bare_repository_has_no_work_tree_and_a_linked_one_is_read(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", FILES)
    git(tmp_path, "clone", "--quiet", "--bare", str(folder), "bare.git")
    assert revision_of(tmp_path / "bare.git").work_tree == "none"
    git(folder, "worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "other")
    fact = revision_of(tmp_path / "linked")
    assert (fact.branch, fact.work_tree) == ("other", "clean")


def test_names_that_git_takes_for_patterns_are_names(tmp_path: Path) -> None:
    """A rule for ``/evil.so`` at the top leaves nothing out in a folder called ``:``."""
    folder = repository(tmp_path / "r", {**FILES, ".gitignore": b"/evil.so\n*.log\n"})
    write(folder, {":/evil.so": b"", ":!a": b"", ":(glob)b": b"", ":^c.log": b"", "evil.so": b""})
    assert revision_of(folder).differences == ("untracked :%21a", "untracked :(glob)b", "untracked :/evil.so")


def test_every_difference_of_the_work_tree_is_told(tmp_path: Path) -> None:
    folder = repository(
        tmp_path / "r", {**FILES, ".gitignore": b"build/\n*.log\n!kept.log\n", "gone": b"x", "tool": b"x", "link": b"x"}
    )
    (folder / "gone").unlink()
    (folder / "tool").chmod(0o755)
    (folder / "link").unlink()
    (folder / "link").symlink_to("tool")
    write(
        folder,
        {
            "src/a.py": b"print(3)\n",
            "build/out": b"",
            "a.log": b"",
            "kept.log": b"",
            "new/deep/x": b"",
            "new/a.log": b"",
            "README.md": b"# a\r\n",
        },
    )
    fact = revision_of(folder)
    assert fact.work_tree == "different"
    assert set(fact.differences) == {
        "modified src/a.py",
        "missing gone",
        "mode tool",
        "modified link",
        "untracked kept.log",
        "untracked new/deep/x",
    }, "CRLF is how the file may be checked out; what .gitignore leaves out is not told"
    assert fact.differing == 6


def test_a_link_of_the_commit_is_compared_by_its_target(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "link").symlink_to("./target")
    commit(folder, {"target": b"x"})
    assert revision_of(folder).work_tree == "clean"
    (folder / "link").unlink()
    (folder / "link").symlink_to("target")
    assert revision_of(folder).differences == ("modified link",)


def test_local_rules_hide_nothing(tmp_path: Path) -> None:
    """`info/exclude` is no part of the commit: what it leaves out is told."""
    folder = repository(tmp_path / "r", FILES)
    (folder / ".git" / "info" / "exclude").write_text("*.so\n")
    write(folder, {"evil.so": b"x"})
    assert revision_of(folder).differences == ("untracked evil.so",)


def test_a_large_file_is_compared_with_what_its_pointer_names(tmp_path: Path) -> None:
    content = b"large\n" * 100
    digest = hashlib.sha256(content).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n"
    files = {".gitattributes": b"*.bin filter=lfs -text\n", "a.bin": pointer.encode()}
    folder = repository(tmp_path / "r", files)
    write(folder, {"a.bin": content})
    assert revision_of(folder).work_tree == "clean"
    write(folder, {"a.bin": content[:-1] + b"x"})
    assert revision_of(folder).differences == ("modified a.bin",)


CONFIGURED = (
    "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "core.hooksPath", "core.gitProxy",
    "diff.external", "diff.x.textconv", "filter.x.clean", "filter.x.smudge", "filter.x.process", "gpg.program",
    "uploadpack.packObjectsHook", "alias.cat-file", "alias.blame",
)  # fmt: skip  # one a line says no more


# --- hostile repositories -------------------------------------------------------------------------------------------


def test_nothing_that_a_repository_configures_runs(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", FILES)
    mark = tmp_path / "ran"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    script.chmod(0o755)
    tmp_path.chmod(0o777)
    for name in CONFIGURED:
        git(folder, "config", name, f"!{script}" if name.startswith("alias") else str(script))
    git(folder, "config", "include.path", str(script))
    (folder / ".git" / "info" / "attributes").write_text("* filter=x diff=x\n")
    for hook in ("post-checkout", "pre-commit", "post-index-change", "reference-transaction"):
        shutil.copy(script, folder / ".git" / "hooks" / hook)
    write(folder, {".gitattributes": b"* filter=x diff=x\n", "src/a.py": b"changed\n"})
    with Repository(folder) as opened:
        assert "modified src/a.py" in opened.revision().differences
        assert opened.blame(b"src/a.py").lines
    assert not mark.exists()


def test_replacements_and_grafts_mislead_nobody(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", FILES)
    good = git(folder, "rev-parse", "HEAD:src/a.py")
    evil = git(folder, "hash-object", "-w", "--stdin", stdin=b"evil()\n")
    other = commit(folder, {"src/a.py": b"evil()\n"})
    git(folder, "reset", "--quiet", "--hard", "HEAD^")
    git(folder, "replace", good, evil)
    git(folder, "replace", "HEAD", other)
    fact = revision_of(folder)
    assert (fact.commit, fact.work_tree) == (git(folder, "rev-parse", "HEAD"), "clean")
    with Repository(folder) as opened:
        assert opened.blob(good) == b"print(1)\n"


def test_a_pack_whose_index_lies_is_refused(tmp_path: Path) -> None:
    """The bytes of one blob under the id of another: git itself would hand them out."""
    folder = repository(tmp_path / "r", {"a": b"the good content\n", "b": b"the evil content\n"})
    good, evil = git(folder, "rev-parse", "HEAD:a"), git(folder, "rev-parse", "HEAD:b")
    git(folder, "gc", "--quiet")
    (index,) = (folder / ".git" / "objects" / "pack").glob("*.idx")
    data = bytearray(index.read_bytes())
    count = int.from_bytes(data[8 + 255 * 4 : 8 + 256 * 4], "big")
    ids = 8 + 256 * 4
    names = [data[ids + 20 * n : ids + 20 * n + 20].hex() for n in range(count)]
    offsets = ids + count * 24
    first, second = offsets + 4 * names.index(good), offsets + 4 * names.index(evil)
    data[first : first + 4], data[second : second + 4] = data[second : second + 4], data[first : first + 4]
    data[-20:] = hashlib.sha1(data[:-20], usedforsecurity=False).digest()
    index.chmod(0o644)
    index.write_bytes(data)
    assert git(folder, "cat-file", "blob", good) == "the evil content"
    with Repository(folder) as opened, pytest.raises(UsageError) as caught:
        opened.blob(good)
    assert caught.value.code == "source.corrupt"


def loose(folder: Path, kind: str, content: bytes) -> str:
    """Write an object that git itself would not make, and return its id."""
    whole = f"{kind} {len(content)}\0".encode() + content
    name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
    target = folder / ".git" / "objects" / name[:2] / name[2:]
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(zlib.compress(whole))
    return name


def at_tree(folder: Path, tree: str) -> None:
    """Let ``main`` be at a commit of a tree, without a work tree's help."""
    made = loose(folder, "commit", f"tree {tree}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx".encode())
    (folder / ".git" / "refs" / "heads" / "main").write_text(f"{made}\n")


@pytest.mark.parametrize(
    "name", [b"..", b".GIT", *(pytest.param(each, marks=FULL) for each in (b".", b".git", b"a/b", b""))]
)
def test_names_that_would_lead_out_of_the_work_tree_are_refused(tmp_path: Path, name: bytes) -> None:
    folder = repository(tmp_path / "r", FILES)
    blob = bytes.fromhex(git(folder, "rev-parse", "HEAD:src/a.py"))
    at_tree(folder, loose(folder, "tree", b"100644 " + name + b"\0" + blob))
    assert refused(folder) == "source.corrupt"


def test_a_tree_of_few_objects_and_endless_files_is_refused(tmp_path: Path) -> None:
    """Ten levels of ten times the same folder: ten objects, ten thousand million files."""
    folder = repository(tmp_path / "r", FILES)
    here = git(folder, "rev-parse", "HEAD:src")
    for _ in range(10):
        here = loose(folder, "tree", b"".join(b"40000 %d\0" % n + bytes.fromhex(here) for n in range(10)))
    at_tree(folder, here)
    assert refused(folder) == "source.too-large"


def test_objects_elsewhere_are_refused(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", FILES)
    git(tmp_path, "clone", "--quiet", "--shared", str(folder), "shared")
    assert refused(tmp_path / "shared") == "source.alternates"


def test_a_git_that_is_a_file_or_link_to_another_repository_is_refused(tmp_path: Path) -> None:
    other = repository(tmp_path / "other", FILES)
    for number, make in enumerate(("file", "link", "worktree")):
        folder = tmp_path / str(number)
        folder.mkdir()
        if make == "link":
            (folder / ".git").symlink_to(other / ".git")
        elif make == "file":
            (folder / ".git").write_text(f"gitdir: {other / '.git'}\n")
        else:
            git(other, "worktree", "add", "--quiet", str(tmp_path / "real"))
            shutil.copy(tmp_path / "real" / ".git", folder / ".git")
        assert refused(folder) == "source.leads-elsewhere"


@pytest.mark.parametrize(
    "head",
    [
        "ref: ../../x\n",
        "f" * 40,
        *(pytest.param(each, marks=FULL) for each in ("", "ref: refs/heads/none\n", "0" * 39)),
    ],
)
def test_a_head_that_names_nothing_is_refused(tmp_path: Path, head: str) -> None:
    folder = repository(tmp_path / "r", FILES)
    (folder / ".git" / "HEAD").write_text(head)
    assert refused(folder) in {"source.no-commit", "source.incomplete"}


def test_what_is_no_repository_or_too_large_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path) == "source.not-a-repository"
    assert refused(tmp_path / "absent") == "source.not-a-repository"
    folder = repository(tmp_path / "r", FILES)
    with pytest.raises(UsageError) as caught:
        Repository(folder, CopyLimits(total_bytes=100))
    assert caught.value.code == "source.too-large"
    with pytest.raises(UsageError) as caught:
        Repository(folder, CopyLimits(references=2))
    assert caught.value.code == "source.too-large"
    shutil.rmtree(folder / ".git" / "objects")
    (folder / ".git" / "objects").symlink_to(tmp_path)
    assert refused(folder) == "source.unreadable"


def test_special_files_in_the_work_tree_are_no_files(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", FILES)
    (folder / "src" / "a.py").unlink()
    os.mkfifo(folder / "src" / "a.py")
    assert revision_of(folder).differences == ("modified src/a.py",)


def test_names_of_people_are_escaped(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", FILES)
    commit(folder, {}, GIT_AUTHOR_NAME="a\u202egnp\x1b[31m")
    assert revision_of(folder).author.startswith("a%E2%80%AEgnp%1B[31m <")


# --- objects and addresses ------------------------------------------------------------------------------------------

HEAD = b"tree " + b"a" * 40 + b"\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 2 +0000\n"


def test_a_signature_in_a_commit_is_over_the_rest_of_it() -> None:
    content = (
        HEAD + b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\nencoding x\n\nmessage\n"
    )
    signed = read_commit(content).signed
    assert signed.kind == "openpgp"
    assert signed.signature == b"-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
    assert signed.payload == HEAD + b"encoding x\n\nmessage\n"
    assert read_commit(HEAD + b"\n gpgsig -----BEGIN PGP SIGNATURE-----\n").signed.kind == ""


@pytest.mark.parametrize(
    ("armour", "kind"),
    [("SSH SIGNATURE", "ssh"), ("SIGNED MESSAGE", "x509"), ("PGP MESSAGE", "openpgp"), ("OTHER", "unknown")],
)
def test_kinds_of_signatures(armour: str, kind: str) -> None:
    assert read_commit(HEAD + f"gpgsig -----BEGIN {armour}-----\n\nm".encode()).signed.kind == kind


def test_a_tag_is_signed_at_its_end() -> None:
    content = b"object " + b"a" * 40 + b"\ntype commit\ntag v1\ntagger A <a> 1 +0000\n\nv1\n"
    tag = read_tag(content + b"-----BEGIN SSH SIGNATURE-----\nabc\n")
    assert (tag.object, tag.type, tag.name) == ("a" * 40, "commit", b"v1")
    assert (tag.signed.kind, tag.signed.payload) == ("ssh", content)


@pytest.mark.parametrize("twice", [b"tree " + b"b" * 40, b"author B <b> 1 +0000", b"gpgsig x"])
def test_a_field_that_stands_twice_is_refused(twice: bytes) -> None:
    with pytest.raises(Trouble):
        read_commit(HEAD + b"gpgsig x\n" + twice + b"\n\nm")


@pytest.mark.parametrize("person", [b"A <a> 99999999999999999999 +0000", b"A <a>", b"", b"A <a> 999999999999 +0000"])
def test_a_time_that_is_none_is_empty(person: bytes) -> None:
    assert read_commit(b"tree a\nauthor " + person + b"\n\nm").authored_at == ""


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://user:secret@git.example.jp:8443/a/b.git?token=1#x", "https://git.example.jp:8443/a/b.git"),
        ("ssh://git@git.example.jp/a.git", "ssh://git.example.jp/a.git"),
        ("git@git.example.jp:a/b.git", "git.example.jp:a/b.git"),
        ("/srv/git/a.git", "/srv/git/a.git"),
        ("https://[broken/a", ""),
    ],
)
def test_addresses_lose_what_may_be_secret(address: str, shown: str) -> None:
    assert without_user(address) == shown
