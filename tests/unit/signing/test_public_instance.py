"""The public instance is asked for by TUF, from the root that came with the library on; a cache proves nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner

from gate.errors import SigningFailure
from gate.signing.instance import load_instance
from gate.signing.keyless import KeylessOptions, KeylessSigner
from gate.signing.tokens import TokenSource
from tests.simulators.sigstore.issuer import WORKFLOW_IDENTITY
from tests.simulators.sigstore.repository import Repository, files_of
from tests.simulators.sigstore.stack import Stack
from tests.unit.keyless.keyless_kit import STATEMENT, TOKEN, checked, running_stack


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@pytest.fixture
def repository(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """A repository in the place of the public one, and a home of its own for the library's cache."""
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    with Repository(tmp_path / "repository", files_of(stack.trust_config(1))) as served:
        monkeypatch.setattr("sigstore.models.DEFAULT_TUF_URL", served.url)
        monkeypatch.setattr("sigstore._internal.tuf.read_embedded", served.embedded)
        yield served


def cached(tmp_path: Path, name: str) -> list[Path]:
    return list((tmp_path / "home").rglob(name))


def test_signed_by_what_the_repository_names(
    stack: Stack, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repository.url
    monkeypatch.setenv(TOKEN, stack.issuer.mint())
    signer = KeylessSigner(KeylessOptions(token=TokenSource(variable=TOKEN), public_log=True))
    (tmp_path / "statement").write_bytes(STATEMENT)
    try:
        signer.ready()
        signer.begin()
        with (tmp_path / "statement").open("rb") as file:
            bundle = signer.sign(file, statement=True)
    finally:
        signer.close()
    assert signer.signer == WORKFLOW_IDENTITY
    assert checked(stack, tmp_path, bundle).outcome == "valid"


def test_what_lies_in_the_cache_is_replaced_by_what_is_signed(
    stack: Stack, repository: Repository, tmp_path: Path
) -> None:
    load_instance(None)
    with Stack() as other:
        for name, data in files_of(other.trust_config(1)).items():
            (path,) = cached(tmp_path, name)
            assert path.read_bytes() == repository.files[name]
            path.write_bytes(data)
        assert load_instance(None).authority.url == stack.url
    for path in cached(tmp_path, "root.json"):
        path.write_bytes(b"{}")
    assert load_instance(None).authority.url == stack.url


def test_metadata_by_another_key(repository: Repository) -> None:
    repository.write(CryptoSigner.generate_ed25519())
    with pytest.raises(SigningFailure) as caught:
        load_instance(None)
    assert (caught.value.code, caught.value.exit_code) == ("keyless.service", 3)


@pytest.mark.parametrize("name", ["timestamp.json", "targets.json", "targets/trusted_root.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[" * 10_000, None])
def test_files_that_are_none(repository: Repository, name: str, content: bytes | None) -> None:
    if content is None:
        (repository.folder / name).unlink()
    else:
        (repository.folder / name).write_bytes(content)
    with pytest.raises(SigningFailure) as caught:
        load_instance(None)
    assert caught.value.exit_code == 3
    assert "TUF" in caught.value.message("en")


def test_a_repository_whose_files_are_no_configuration(repository: Repository) -> None:
    repository.files = {**repository.files, "signing_config.v0.2.json": json.dumps({"mediaType": "x"}).encode()}
    repository.write()
    with pytest.raises(SigningFailure):
        load_instance(None)
