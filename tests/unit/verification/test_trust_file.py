"""``trust.toml``: every key acts or is refused, with its place."""

from __future__ import annotations

import os
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from gate.errors import EngineFailure, TrustError
from gate.verification import load_trust
from gate.verification.trust import MOST_BYTES

if TYPE_CHECKING:
    from pathlib import Path

FPR = "ABCD" * 10
ENTRY = f'[[openpgp]]\nfingerprint = "{FPR}"\nkey = "supplier.asc"\n'
KEYLESS = """[[keyless]]
identity = "https://git.example/acme/app/release.yml@refs/tags/*"
issuer = "https://issuer.example"
trusted_root = "root.json"
"""
BAD_IDENTITIES = (
    "",
    "*",
    "a*",
    "a@*",
    "alice@example.*",
    "https://*",
    "https://git.example*",
    "https://git.example/*",
    "https://git.example/acme*",
    "https://git.example/*/app@x",
    "https://git.example/acme/**",
    "a b@c.example",
    "https://[/a/b*",
    "a@b.example\u200f",
)
FULL = f"""\
require = "all"

[[openpgp]]
fingerprint = "abcd {"ABCD " * 9}"
key = "supplier.asc"

[[openpgp]]
fingerprint = "{"1234" * 10}"
key = "keys/second.asc"
unconfirmed = false

[record]
deliverable = "見本"
version = "1.4.0"
minimum_version = "1.2"
contract = "7"
recipient = "経済産業省"
signed_after = 2026-01-01
max_age_days = 60
clauses = ["26-3 3(1)①"]
max_database_age_days = 3
policy_sha256 = "{"a" * 64}"
previous = "{"b" * 64}"
allow_exceptions = ["executable/*", "outbound/*"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "keys").mkdir()
    (tmp_path / "supplier.asc").write_bytes(b"one")
    (tmp_path / "keys" / "second.asc").write_bytes(b"two")
    (tmp_path / "root.json").write_bytes(b"root")
    return tmp_path


def refusal(folder: Path, text: str | bytes) -> tuple[str, object, object]:
    path = folder / "trust.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(TrustError) as caught:
        load_trust(path)
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    return caught.value.code, caught.value.arguments.get("line"), caught.value.arguments.get("key")


def test_a_whole_file(folder: Path) -> None:
    path = folder / "trust.toml"
    path.write_text(FULL, encoding="utf-8")
    trust = load_trust(path)
    assert trust.require == "all"
    assert [(key.fingerprint, key.data) for key in trust.openpgp] == [(FPR, b"one"), ("1234" * 10, b"two")]
    assert trust.files == (path, folder / "supplier.asc", folder / "keys" / "second.asc")
    assert trust.record.signed_after == date(2026, 1, 1)
    assert trust.record.clauses == ["26-3 3(1)①"]


@pytest.mark.parametrize("require", ["", 'require = "any"\n', 'require = "all"\n', "require = 1\n"])
def test_the_least_file(folder: Path, require: str) -> None:
    path = folder / "trust.toml"
    path.write_text(require + ENTRY)
    trust = load_trust(path)
    assert len(trust.openpgp) == 1
    assert trust.record.allow_exceptions is None


def test_a_moment_with_an_offset(folder: Path) -> None:
    path = folder / "trust.toml"
    path.write_text(ENTRY + "[record]\nsigned_after = 2026-01-01T12:00:00+09:00\n")
    assert load_trust(path).record.signed_after == datetime.fromisoformat("2026-01-01T03:00:00Z")


@pytest.mark.parametrize(
    ("text", "code", "line", "key"),
    [
        (ENTRY + "[record]\nprevious = 'x'\n", "bad-value", 5, "record.previous"),
        (ENTRY + "[record]\nrepository = ' '\n", "bad-value", 5, "record.repository"),
        (ENTRY + "colour = 'red'\n", "unknown-key", 4, "openpgp 1.colour"),
        ("colour = 'red'\n" + ENTRY, "unknown-key", 1, "colour"),
        (ENTRY + "[record]\nname = 'x'\n", "unknown-key", 5, "record.name"),
        (ENTRY + "unconfirmed = true\n", "unconfirmed", 4, "openpgp 1.unconfirmed"),
        (ENTRY + ENTRY, "repeated", 5, "openpgp 2.fingerprint"),
        ("require = 2\n" + ENTRY, "require", 1, "require"),
        ("require = 0\n" + ENTRY, "bad-value", 1, "require"),
        ("require = 'some'\n" + ENTRY, "bad-value", 1, "require"),
        ("require = true\n" + ENTRY, "bad-value", 1, "require"),
        ("openpgp = []\n", "nobody", 1, ""),
        ("openpgp = 1\n", "bad-value", 1, "openpgp"),
        ("keyless = []\n", "nobody", 1, ""),
        ("", "nobody", 1, ""),
        ("require = 2\n" + KEYLESS, "require", 1, "require"),
        ("require = 3\n" + ENTRY + KEYLESS, "require", 1, "require"),
        (KEYLESS + "unconfirmed = true\n", "unconfirmed", 5, "keyless 1.unconfirmed"),
        (KEYLESS + KEYLESS, "repeated", 6, "keyless 2.identity"),
        (KEYLESS + "colour = 'red'\n", "unknown-key", 5, "keyless 1.colour"),
        ("[[keyless]]\nidentity = 'a@b.example'\n", "missing-key", 1, "keyless 1.issuer"),
        ("[[keyless]]\nissuer = 'https://i.example'\n", "missing-key", 1, "keyless 1.identity"),
        *(
            (f"[[keyless]]\nidentity = '{bad}'\nissuer = 'https://i.example'\n", "bad-value", 2, "keyless 1.identity")
            for bad in BAD_IDENTITIES
        ),
        *(
            (f"[[keyless]]\nidentity = 'a@b.example'\nissuer = '{bad}'\n", "bad-value", 3, "keyless 1.issuer")
            for bad in (
                "",
                "i.example",
                "https://",
                "https://*.example",
                "ftp://i.example",
                "https://i.example/ x",
                "https://[",
            )
        ),
        ("record = 1\n" + ENTRY, "bad-value", 1, "record"),
        (f"[[openpgp]]\nfingerprint = '{FPR}'\n", "missing-key", 1, "openpgp 1.key"),
        ("[[openpgp]]\nkey = 'supplier.asc'\n", "missing-key", 1, "openpgp 1.fingerprint"),
        ("[[openpgp]]\nfingerprint = 'ABCD'\nkey = 'x'\n", "bad-value", 2, "openpgp 1.fingerprint"),
        ("[[openpgp]]\nfingerprint = 7\nkey = 'x'\n", "bad-value", 2, "openpgp 1.fingerprint"),
        (f"[[openpgp]]\nfingerprint = '{FPR}'\nkey = ' '\n", "bad-value", 3, "openpgp 1.key"),
        (ENTRY + "[record]\nmax_age_days = '3'\n", "bad-value", 5, "record.max_age_days"),
        (ENTRY + "[record]\nmax_age_days = -1\n", "bad-value", 5, "record.max_age_days"),
        (ENTRY + "[record]\nmax_age_days = 1.5\n", "bad-value", 5, "record.max_age_days"),
        (ENTRY + "[record]\nsigned_after = '2026-01-01'\n", "bad-value", 5, "record.signed_after"),
        (ENTRY + "[record]\nsigned_after = 2026-01-01T00:00:00\n", "bad-value", 5, "record.signed_after"),
        (ENTRY + "[record]\nminimum_version = '1.x'\n", "bad-value", 5, "record.minimum_version"),
        (ENTRY + "[record]\nversion = ''\n", "bad-value", 5, "record.version"),
        (ENTRY + "[record]\nclauses = 'all'\n", "bad-value", 5, "record.clauses"),
        (ENTRY + "[record]\npolicy_sha256 = 'abc'\n", "bad-value", 5, "record.policy_sha256"),
        (ENTRY + "[record]\nallow_exceptions = ['[a]']\n", "bad-value", 5, "record.allow_exceptions 1"),
        (ENTRY + "[record]\nallow_exceptions = [1]\n", "bad-value", 5, "record.allow_exceptions 1"),
    ],
)
def test_what_is_refused_and_where(folder: Path, text: str, code: str, line: int, key: str) -> None:
    assert refusal(folder, text) == (f"trust.{code}", line, key)


@pytest.mark.parametrize("text", ["require = ", "require = 1\nrequire = 1\n", b"\xff", "a = " + "[" * 100_000])
def test_what_is_not_toml(folder: Path, text: str | bytes) -> None:
    assert refusal(folder, text)[0] == "trust.not-toml"


def test_files_that_cannot_be_read(folder: Path) -> None:
    with pytest.raises(TrustError) as caught:
        load_trust(folder / "absent.toml")
    assert caught.value.code == "trust.unreadable"
    assert refusal(folder, ENTRY.replace("supplier", "absent"))[0] == "trust.unreadable"
    assert refusal(folder, ENTRY.replace("supplier.asc", "supplier\\u0000.asc"))[0] == "trust.unreadable"
    assert refusal(folder, "#" * (MOST_BYTES + 1))[0] == "trust.too-large"
    (folder / "supplier.asc").write_bytes(b"x" * (MOST_BYTES + 1))
    assert refusal(folder, ENTRY)[0] == "trust.too-large"


def test_hostile_keys_are_shown_harmless(folder: Path) -> None:
    _, _, key = refusal(folder, '"\\u001b[31m" = 1\n' + ENTRY)
    assert key == "%1B[31m"


def test_links_to_keys_are_named_with_what_they_lead_to(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "real.asc").write_bytes(b"real")
    (folder / "supplier.asc").unlink()
    (folder / "supplier.asc").symlink_to(os.path.join("elsewhere", "real.asc"))  # noqa: PTH118  # a link's text
    (folder / "trust.toml").write_text(ENTRY)
    named = (folder / "trust.toml", folder / "supplier.asc", folder / "elsewhere" / "real.asc")
    assert load_trust(folder / "trust.toml").files == named


def test_signers_of_one_instance_are_kept_together(folder: Path) -> None:
    other = KEYLESS.replace("tags", "heads")
    public = '[[keyless]]\nidentity = "a@b.example"\nissuer = "https://i.example"\n'
    (folder / "trust.toml").write_text(f"require = 2\n{ENTRY}{KEYLESS}{other}{public}")
    trust = load_trust(folder / "trust.toml")
    assert trust.back_ends == ("openpgp", "keyless")
    assert [(len(each.accepted), each.root == b"root") for each in trust.keyless] == [(2, True), (1, False)]
    assert trust.files == (folder / "trust.toml", folder / "supplier.asc", folder / "root.json")


def test_the_public_root_is_that_of_the_package_whatever_lies_in_a_cache(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(folder))
    for path in folder.rglob("*"):
        assert "tuf" not in path.name
    (folder / "trust.toml").write_text('[[keyless]]\nidentity = "a@b.example"\nissuer = "https://i.example"\n')
    trust = load_trust(folder / "trust.toml")
    assert b"https://fulcio.sigstore.dev" in trust.keyless[0].root
    assert trust.files == (folder / "trust.toml",)


def test_without_the_library_there_is_no_public_root(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> bytes:
        raise ModuleNotFoundError

    monkeypatch.setattr("gate.verification.trust.public_root", missing)
    (folder / "trust.toml").write_text('[[keyless]]\nidentity = "a@b.example"\nissuer = "https://i.example"\n')
    with pytest.raises(EngineFailure) as caught:
        load_trust(folder / "trust.toml")
    assert (caught.value.code, caught.value.exit_code) == ("verify.no-sigstore", 3)
    (folder / "trust.toml").write_text(KEYLESS)
    assert load_trust(folder / "trust.toml").keyless[0].root == b"root"
