"""An archive of a release that another job signs: there with all signatures, or not at all."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from gate.archiving import FORMS, Archive, ArchiveForm, Written
from gate.errors import ArtifactChanged, UsageError
from gate.filelist import list_folder
from gate.received.archive import unpacked
from tests.unit.release_kit import inputs_in, make_release, policy_in
from tests.unit.sealing.sealing_kit import OPENPGP, WHEN, Job, Watched, make_unsigned, tree

BESIDE = ["gate.toml", "in", "out"]


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """An unsigned release without links and odd names, which any archive can hold."""
    _, site = inputs_in(tmp_path / "in")
    for path in site.iterdir():
        if path.is_symlink() or path.name.startswith("odd"):
            path.unlink()
    return make_unsigned(tmp_path)


def beside(job: Job) -> list[str]:
    return sorted(path.name for path in job.folder.parent.iterdir())


@pytest.mark.parametrize("form", FORMS)
def test_it_holds_what_the_folder_holds_and_what_one_job_makes(job: Job, tmp_path: Path, form: ArchiveForm) -> None:
    sealed = job.sign(form=form)
    assert beside(job) == [*BESIDE, f"out.{form}"]
    archive = tmp_path / f"out.{form}"
    assert sealed.archive == Written(archive, sha256(archive.read_bytes()).hexdigest(), archive.stat().st_size)
    with unpacked(archive) as got:
        assert list_folder(got) == list_folder(job.folder)
    two = archive.read_bytes()
    for path in (archive, job.folder):
        path.rename(path.with_name(f"two-{path.name}"))
    make_release(tmp_path / "out", [tmp_path / "in/app.bin", tmp_path / "in/site"], [Watched(OPENPGP)],
                 policy_in(tmp_path), clock=lambda: WHEN, archive=form)  # fmt: skip
    assert archive.read_bytes() == two


@pytest.mark.parametrize("form", FORMS)
def test_no_signature_without_it(job: Job, form: ArchiveForm, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = tree(job.folder)
    monkeypatch.setattr("gate.archiving.rename_without_replacing", fail)
    with pytest.raises(UsageError) as caught:
        job.sign(form=form)
    assert caught.value.code == "archive.cannot-write"
    assert (tree(job.folder), beside(job)) == (before, BESIDE)


@pytest.mark.parametrize("form", FORMS)
def test_its_name_is_taken(job: Job, form: ArchiveForm) -> None:
    place, signer = job.folder.with_name(f"out.{form}"), Watched(OPENPGP)
    place.write_text("mine")
    with pytest.raises(UsageError) as caught:
        job.sign(signer, form=form)
    assert (caught.value.code, signer.log, place.read_text()) == ("archive.exists", [], "mine")


def test_what_a_zip_file_cannot_hold_is_told_before_a_secret_is_read(tmp_path: Path) -> None:
    job, signer = make_unsigned(tmp_path), Watched(OPENPGP)
    with pytest.raises(UsageError) as caught:
        job.sign(signer, form="zip")
    assert caught.value.code in {"archive.zip-link", "archive.name"}
    assert "openpgp begin" not in signer.log


@pytest.mark.parametrize(
    "name", ["payload/app.bin", "gate/record.intoto.json.asc", "gate/new", "payload/site/empty/new"]
)
def test_what_changes_while_it_is_written(job: Job, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither archive nor signatures stay; what somebody else has put there is left to him."""
    real = Archive.write

    def write(archive: Archive, tree: Path, **options: object) -> None:
        (tree / name).write_bytes(b"else")
        real(archive, tree, created=WHEN)
        assert options == {"created": WHEN}

    monkeypatch.setattr(Archive, "write", write)
    with pytest.raises(ArtifactChanged) as caught:
        job.sign(form="tar")
    assert (caught.value.code, caught.value.arguments["path"]) == ("sealing.changed", name)
    assert beside(job) == BESIDE
    assert not list(job.folder.rglob("*.asc"))
