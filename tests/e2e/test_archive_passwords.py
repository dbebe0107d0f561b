"""Encrypted archives: closed without a password, examined like any other with it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Gate, Ran, eicar, policy_text

PASSWORD = "correct horse & more"
FORMS = {"zip": ["-tzip", "-mem=AES256"], "zipcrypto": ["-tzip", "-mem=ZipCrypto"], "7z": ["-t7z", "-mhe=on"]}
Encrypted = Callable[[bytes], list[str]]
ENTRY = '[archive_passwords]\n"*.bin" = { env = "ARCHIVE_PASSWORD" }\n'


@pytest.fixture
def encrypted(tmp_path: Path) -> Encrypted:
    """Write an encrypted archive of each form with one member, made by 7-Zip, and return their names."""

    def write(content: bytes) -> list[str]:
        (tmp_path / "inner.txt").write_bytes(content)
        for form, options in FORMS.items():
            subprocess.run(
                ["7zz", "a", "-bd", *options, f"-p{PASSWORD}", f"{form}.bin", "inner.txt"],
                cwd=tmp_path,
                check=True,
                capture_output=True,
            )
        return [f"{form}.bin" for form in FORMS]

    return write


def named(ran: Ran, finding: str) -> set[str]:
    """Return the archives that the finding is about, itself or what lies in it."""
    return {path.partition("!/")[0] for each, path in ran.findings() if each == finding}


def test_without_a_password_nothing_is_approved(gate_here: Gate, tmp_path: Path, encrypted: Encrypted) -> None:
    (tmp_path / "gate.toml").write_text(policy_text())
    archives = encrypted(b"benign\n")
    ran = gate_here("check", "--format", "json", *archives)
    assert ran.status == 3, ran.stdout
    assert named(ran, "gap/intake-encrypted") == set(archives)


def test_with_it_the_content_is_examined_and_the_fact_recorded(
    gate: Gate, tmp_path: Path, encrypted: Encrypted
) -> None:
    (tmp_path / "gate.toml").write_text(policy_text(ENTRY))
    archives = encrypted(b"benign\n")
    ran = gate("check", "--format", "json", *archives, ARCHIVE_PASSWORD=PASSWORD)
    assert ran.status == 0, ran.stdout
    assert {path for finding, path in ran.findings() if finding == "container/opened"} == set(archives)
    assert PASSWORD not in ran.stdout + ran.stderr


def test_what_is_hidden_in_it_is_found(gate_here: Gate, tmp_path: Path, encrypted: Encrypted) -> None:
    (tmp_path / "gate.toml").write_text(policy_text(ENTRY))
    archives = encrypted(eicar())
    ran = gate_here("check", "--format", "json", *archives, ARCHIVE_PASSWORD=PASSWORD)
    assert ran.status == 1, ran.stdout
    assert {("malware/known", f"{archive}!/inner.txt") for archive in archives} <= ran.findings()


def test_the_wrong_password_opens_nothing(gate_here: Gate, tmp_path: Path, encrypted: Encrypted) -> None:
    (tmp_path / "gate.toml").write_text(policy_text(ENTRY))
    archives = encrypted(b"benign\n")
    ran = gate_here("check", "--format", "json", *archives, ARCHIVE_PASSWORD="wrong")
    assert ran.status == 3, ran.stdout
    assert named(ran, "container/opened") == set()
    kept = [{finding for finding, path in ran.findings() if path.partition("!/")[0] == each} for each in archives]
    assert all(any(finding.startswith("gap/intake-") for finding in found) for found in kept), kept


def test_a_password_that_cannot_be_had_is_a_matter_of_configuration(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text(ENTRY))
    (tmp_path / "plain.txt").write_text("plain")
    ran = gate("check", "plain.txt")
    assert ran.status == 2
    assert "ARCHIVE_PASSWORD" in ran.stderr
