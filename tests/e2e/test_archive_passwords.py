"""Encrypted archives: closed without a password, examined like any other with it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Gate, eicar, policy_text

PASSWORD = "correct horse & more"
FORMS = {"zip": ["-tzip", "-mem=AES256"], "zipcrypto": ["-tzip", "-mem=ZipCrypto"], "7z": ["-t7z", "-mhe=on"]}
ENTRY = '[archive_passwords]\n"*.bin" = { env = "ARCHIVE_PASSWORD" }\n'


def encrypted(folder: Path, form: str, content: bytes) -> Path:
    """Write an encrypted archive with one member, made by 7-Zip."""
    (folder / "inner.txt").write_bytes(content)
    archive = folder / "archive.bin"
    subprocess.run(
        ["7zz", "a", "-bd", *FORMS[form], f"-p{PASSWORD}", archive, "inner.txt"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return archive


@pytest.mark.parametrize("form", ["zip", "7z", pytest.param("zipcrypto", marks=pytest.mark.full)])
def test_without_a_password_nothing_is_approved(gate: Gate, tmp_path: Path, form: str) -> None:
    (tmp_path / "gate.toml").write_text(policy_text())
    ran = gate("check", "--format", "json", encrypted(tmp_path, form, b"benign\n").name)
    assert ran.status == 3, ran.stdout
    assert ("gap/intake-encrypted", "archive.bin") in {
        (finding, path.partition("!/")[0]) for finding, path in ran.findings()
    }


@pytest.mark.parametrize("form", ["zip", "7z", pytest.param("zipcrypto", marks=pytest.mark.full)])
def test_with_it_the_content_is_examined_and_the_fact_recorded(gate: Gate, tmp_path: Path, form: str) -> None:
    (tmp_path / "gate.toml").write_text(policy_text(ENTRY))
    archive = encrypted(tmp_path, form, b"benign\n")
    ran = gate("check", "--format", "json", archive.name, ARCHIVE_PASSWORD=PASSWORD)
    assert ran.status == 0, ran.stdout
    assert ("container/opened", "archive.bin") in ran.findings()
    assert PASSWORD not in ran.stdout + ran.stderr


@pytest.mark.parametrize("form", ["zip", "7z", pytest.param("zipcrypto", marks=pytest.mark.full)])
def test_what_is_hidden_in_it_is_found(gate: Gate, tmp_path: Path, form: str) -> None:
    (tmp_path / "gate.toml").write_text(policy_text(ENTRY))
    ran = gate("check", "--format", "json", encrypted(tmp_path, form, eicar()).name, ARCHIVE_PASSWORD=PASSWORD)
    assert ran.status == 1, ran.stdout
    assert ("malware/known", "archive.bin!/inner.txt") in ran.findings()


@pytest.mark.parametrize("form", ["zip", "7z", pytest.param("zipcrypto", marks=pytest.mark.full)])
def test_the_wrong_password_opens_nothing(gate: Gate, tmp_path: Path, form: str) -> None:
    (tmp_path / "gate.toml").write_text(policy_text(ENTRY))
    ran = gate("check", "--format", "json", encrypted(tmp_path, form, b"benign\n").name, ARCHIVE_PASSWORD="wrong")
    assert ran.status == 3, ran.stdout
    assert "container/opened" not in {finding for finding, _ in ran.findings()}


def test_a_password_that_cannot_be_had_is_a_matter_of_configuration(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text(ENTRY))
    (tmp_path / "plain.txt").write_text("plain")
    ran = gate("check", "plain.txt")
    assert ran.status == 2
    assert "ARCHIVE_PASSWORD" in ran.stderr
