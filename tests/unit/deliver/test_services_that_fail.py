"""Real signers whose services or keys fail in every way: no release folder, nothing half made, and the right exit code.

The tests of each signer show its faults one by one; these show what is left on disk, with another signer before it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gate.errors import GateError
from gate.signing import keyless as keyless_module
from gate.signing import stamping
from gate.signing.certificate_keys import PemKey, Pkcs12Key
from gate.signing.keyless import KeylessOptions, KeylessSigner
from gate.signing.tokens import TokenSource
from tests.simulators.sigstore.faults import Fault, Service
from tests.simulators.sigstore.stack import Stack
from tests.unit.keyless.keyless_kit import running_stack
from tests.unit.release_kit import Keys, inputs_in, make_release, policy_in, signer_of
from tests.unit.signing.cms_kit import Supplier, served, supplier
from tests.unit.verification.keyless_world import keyless_signer
from tests.verification_attacks.arena import in_this_process

__all__ = ["served", "supplier"]


@pytest.fixture
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


@dataclass
class Parties:
    """What signers are made from."""

    folder: Path
    keys: Keys
    supplier: Supplier
    stack: Stack


Making = Callable[[Parties], AbstractContextManager[Any]]


def stamped_by(path: str) -> Making:
    """Sign with a certificate, and ask an authority that has a fault of its own."""
    return lambda parties: parties.supplier.signer(path=path)


@contextlib.contextmanager
def unreachable(parties: Parties) -> Iterator[Any]:
    """Sign with a certificate, and ask for a timestamp where nobody listens."""
    services = parties.supplier.services
    port, services.port = services.port, 1
    try:
        with parties.supplier.signer() as signer:
            yield signer
    finally:
        services.port = port


def logged(service: Service, fault: Fault) -> Making:
    """Sign by sigstore, of which one service has a fault."""

    @contextlib.contextmanager
    def make(parties: Parties) -> Iterator[Any]:
        parties.stack.faults[service] = fault
        with contextlib.closing(keyless_signer(parties.stack, parties.folder / "instance")) as signer:
            yield signer

    return make


def with_token(text: str | None) -> Making:
    """Sign by sigstore with another token, or none."""

    @contextlib.contextmanager
    def make(parties: Parties) -> Iterator[Any]:
        config = parties.folder / "instance" / "trust_config.v1.json"
        parties.stack.write(config.parent)
        source = config.with_name("token")
        if text is not None:
            source.write_text(text)
        options = KeylessOptions(trust_config=config, token=TokenSource(file=source))
        with contextlib.closing(KeylessSigner(options)) as signer:
            yield signer

    return make


def by_key(key: Callable[[Parties], Any]) -> Making:
    return lambda parties: parties.supplier.signer(key(parties))


def wrong_secret(parties: Parties) -> Any:
    return Pkcs12Key(parties.supplier.pkcs12(), lambda: "else")


def absent_key(parties: Parties) -> Any:
    return Pkcs12Key(parties.folder / "absent.p12", lambda: "")


def other_key(parties: Parties) -> Any:
    holder, other = (parties.supplier.country.issuing.issue("納入 太郎") for _ in range(2))
    write = parties.supplier.write
    return PemKey(write("k.pem", other.key_pem()), write("c.pem", holder.pem), lambda: "")


CASES: dict[str, tuple[Making, int]] = {
    "TSA down": (unreachable, 3),
    "TSA slow": (stamped_by("slow"), 3),
    "TSA garbage": (stamped_by("garbage"), 3),
    "TSA out of order": (stamped_by("broken"), 3),
    "TSA endless": (stamped_by("endless"), 3),
    **{
        f"sigstore's {service} {fault}": (logged(service, fault), 3)
        for service in ("tsa", "fulcio", "rekor")
        for fault in ("down", "slow", "garbage")
    },
    "wrong passphrase": (by_key(wrong_secret), 2),
    "missing key": (by_key(absent_key), 2),
    "key of another certificate": (by_key(other_key), 2),
    "missing OpenPGP key": (lambda parties: signer_of(parties.keys.home, "0" * 40), 2),
    "token that is none": (with_token("none"), 2),
    "missing token": (with_token(None), 2),
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_left(
    keys: Keys, supplier: Supplier, stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    in_this_process(monkeypatch)
    monkeypatch.setattr(keyless_module, "STEP_SECONDS", 1.0)
    monkeypatch.setattr(stamping, "SECONDS", 0.3)
    make, status = CASES[name]
    (tmp_path / "made").mkdir()
    inputs, loaded = inputs_in(tmp_path / "in"), policy_in(tmp_path)
    parties = Parties(tmp_path / "made", keys, supplier, stack)
    before = {path.name for path in tmp_path.iterdir()}

    def release(first: Any, second: Any) -> None:
        second.ready()
        make_release(tmp_path / "out", inputs, [first, second], loaded)

    with signer_of(keys.home, keys.supplier) as first, make(parties) as second, pytest.raises(GateError) as caught:
        release(first, second)
    assert caught.value.exit_code == status, repr(caught.value)
    assert caught.value.message("ja") != caught.value.message("en")
    assert caught.value.advice("ja") != caught.value.advice("en")
    assert {path.name for path in tmp_path.iterdir()} == before


def test_the_same_without_faults(keys: Keys, supplier: Supplier, stack: Stack, tmp_path: Path,
                                 monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    in_this_process(monkeypatch)
    signer = keyless_signer(stack, tmp_path / "instance")
    with (
        signer_of(keys.home, keys.supplier) as first,
        supplier.signer() as second,
        contextlib.closing(signer) as third,
    ):
        second.ready()
        make_release(tmp_path / "out", inputs_in(tmp_path / "in"), [third, first, second], policy_in(tmp_path))
    assert (tmp_path / "out").is_dir()
