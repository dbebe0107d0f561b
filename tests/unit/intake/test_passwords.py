"""Passwords of archives: where they come from, and which container gets which."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.errors import PolicyError
from gate.intake.passwords import MOST_BYTES, Password, Passwords, read_passwords


def refusal(*source: tuple[str, str | None, Path | None]) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        read_passwords(source)
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    return caught.value


def test_from_environment_and_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_TEST_PASSWORD", "合言葉")
    file = tmp_path / "password"
    file.write_bytes(b" two words \r\n")
    passwords = read_passwords([("a.zip", "GATE_TEST_PASSWORD", None), ("**/b.zip", None, file)])
    assert passwords.of("a.zip") == Password("a.zip", "合言葉".encode())
    assert passwords.of("x/y/b.zip") == Password("**/b.zip", b" two words ")
    assert passwords.of("c.zip") is None


def test_the_first_that_fits_counts() -> None:
    first, second = Password("*.zip", b"1"), Password("a.zip", b"2")
    assert Passwords((first, second)).of("a.zip") is first
    assert Passwords((second, first)).of("a.zip") is second


def test_no_text_shows_a_password() -> None:
    assert "secret" not in repr(Passwords((Password("a.zip", b"secret"),)))


def test_what_cannot_be_had_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATE_TEST_PASSWORD", raising=False)
    assert refusal(("a.zip", "GATE_TEST_PASSWORD", None)).code == "policy.password-env"
    monkeypatch.setenv("GATE_TEST_PASSWORD", "")
    assert refusal(("a.zip", "GATE_TEST_PASSWORD", None)).code == "policy.password-env"
    assert refusal(("a.zip", None, tmp_path / "absent")).code == "policy.password-file"
    assert refusal(("a.zip", None, tmp_path)).code == "policy.password-file"
    empty, large = tmp_path / "empty", tmp_path / "large"
    empty.write_bytes(b"\n")
    large.write_bytes(b"x" * (MOST_BYTES + 1))
    assert refusal(("a.zip", None, empty)).code == "policy.password-file"
    error = refusal(("a.zip", None, large))
    assert "xxx" not in str(error)
