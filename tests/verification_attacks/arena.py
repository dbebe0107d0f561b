"""One release signed in all three ways, with everything that attackers and recipients hold; made once."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from gate import openpgp
from gate.keyless import checker as keyless_checker
from gate.models import Comparison, ItemFact, PreviousFact
from gate.x509 import checker as x509_checker
from tests.simulators.pki import Country
from tests.simulators.services import Services, serving
from tests.simulators.sigstore.issuer import WORKFLOW
from tests.simulators.sigstore.stack import Stack
from tests.unit.keyless.keyless_kit import running_stack
from tests.unit.release_kit import (
    POLICY,
    Home,
    Keys,
    gnupg_home,
    inputs_in,
    make_release,
    policy_in,
    signer_of,
)
from tests.unit.signing.cms_kit import Supplier
from tests.unit.verification.keyless_world import keyless_signer
from tests.verification_attacks.attack import Trusts
from tests.verification_attacks.scene import Scene

ACCEPTED = "a" * 64
"""The digest of the record that the recipient accepted before."""
USER = "Supplier <release@example.org>"
UPPER = "ガイド.txt"
"""A name in the composed form of Unicode (NFC)."""


def fill(folder: Path) -> list[Path]:
    """Write the artifacts: a file, and a folder with names that have twins."""
    inputs = inputs_in(folder)
    (folder / "site" / UPPER).write_text("案内", encoding="utf-8")
    return inputs


@dataclass
class Arena:
    """What was made once: the release, other releases, and what each party holds."""

    folder: Path
    keys: Keys
    country: Country
    supplier: Supplier
    stack: Stack
    verified: set[Trusts] = field(default_factory=set)
    ends: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @cached_property
    def lab(self) -> Home:
        """A second home, for keys that attackers hold and for copies of the supplier's that are changed."""
        return self.ends.enter_context(gnupg_home())

    @cached_property
    def other_stack(self) -> Stack:
        """A sigstore instance of an attacker's own."""
        return self.ends.enter_context(running_stack())

    @property
    def home(self) -> Home:
        return self.keys.home

    @cached_property
    def public_keys(self) -> dict[str, bytes]:
        """The files of the supplier's key, and of another that a recipient may accept."""
        names = {"supplier.asc": self.keys.supplier, "other.asc": self.keys.other}
        return {name: self.home.export(key) for name, key in names.items()}

    @cached_property
    def trusted_root(self) -> bytes:
        """The root of the sigstore instance; it speaks of the time from when it was written on."""
        return json.dumps(self.stack.trusted_root()).encode()

    @cached_property
    def strangers(self) -> Country:
        """Authorities with the same names as the accepted ones, and other keys."""
        return Country()

    @cached_property
    def original(self) -> Path:
        same = Comparison(0, 0, 0, 1)
        before = PreviousFact(
            ACCEPTED, "2026-10-01T00:00:00Z", "見本アプリ", "1.3.0", "e" * 64, (), same, same, same, same
        )
        return self.released("original", POLICY, facts=(ItemFact(1, path="app.bin", sha256="c" * 64), before))

    @cached_property
    def earlier(self) -> Path:
        """An earlier release by the same signers."""
        return self.released("earlier", POLICY.replace("1.4.0", "1.3.0"))

    @cached_property
    def elsewhere(self) -> Path:
        """Another deliverable by the same signers, for another recipient under another contract."""
        text = POLICY.replace("見本アプリ", "別のアプリ").replace("契約-7", "契約-8")
        text = text.replace("経済産業省", "別の省")
        return self.released("elsewhere", text)

    def released(self, name: str, policy: str, **changes: Any) -> Path:
        """Deliver in all three ways."""
        folder = self.folder / name
        folder.mkdir()
        keyless = keyless_signer(self.stack, folder / "instance", each=True)
        try:
            with signer_of(self.home, self.keys.supplier) as pgp, self.supplier.signer() as certified:
                certified.ready()
                signers = [keyless, pgp, certified]
                make_release(folder / "out", fill(folder / "in"), signers, policy_in(folder, policy), **changes)
        finally:
            keyless.close()
        return folder / "out"

    def by_openpgp(self, name: str, home: Home, fingerprint: str, **options: Any) -> Path:
        """Deliver by one OpenPGP key alone."""
        folder = self.folder / name
        if not folder.exists():
            folder.mkdir()
            with signer_of(home, fingerprint, **options) as signer:
                make_release(folder / "out", fill(folder / "in"), [signer], policy_in(folder))
        return folder / "out"

    def by_account(self, name: str, stack: Stack, claims: dict[str, Any] | None = None) -> Path:
        """Deliver by sigstore alone, as whom the claims name."""
        folder = self.folder / name
        if not folder.exists():
            folder.mkdir()
            stack.issuer.person = {**WORKFLOW, **(claims or {})}
            signer = keyless_signer(stack, folder / "instance", each=True)
            try:
                make_release(folder / "out", fill(folder / "in"), [signer], policy_in(folder))
            finally:
                signer.close()
                stack.issuer.person = WORKFLOW
        return folder / "out"

    @contextlib.contextmanager
    def scene(self, folder: Path, trusts: Trusts, patch: pytest.MonkeyPatch) -> Iterator[Scene]:
        """Yield a copy of the release with a recipient, both to be spoilt."""
        shutil.copytree(self.original, folder / "out", symlinks=True, copy_function=shutil.copy)
        scene = Scene(self, folder / "out", folder / "recipient", patch)
        scene.learn()
        scene.trust(trusts)
        with contextlib.ExitStack() as ends:
            scene.ends = ends
            yield scene


@contextlib.contextmanager
def made_in(folder: Path) -> Iterator[Arena]:
    """Make everything in an empty folder, with services that run until the end."""
    for name in ("services", "supplier"):
        (folder / name).mkdir()
    country = Country()
    with gnupg_home() as home, running_stack() as stack, serving(Services(folder / "services", country.tsa)) as tsa:
        supplier = home.make(USER)
        home.gpg("--passphrase", "", "--yes", "--quick-generate-key", USER, "ed25519", "sign", "never")
        (other,) = set(home.fingerprints(f"={USER}")) - {supplier}
        keys = Keys(home, supplier, other)
        made = Arena(folder, keys, country, Supplier(folder / "supplier", country, tsa), stack)
        with made.ends:
            with pytest.MonkeyPatch.context() as patch:
                in_this_process(patch)
                assert made.trusted_root
                assert made.earlier != made.original, "the earlier one is made first"
            yield made


def in_this_process(patch: pytest.MonkeyPatch) -> None:
    """Check without confined processes, each of which takes longer to start than what is shown.

    ``test_surroundings`` and the tests of each back end go the confined way.
    """
    for module in (openpgp, keyless_checker, x509_checker):
        patch.setattr(module, "_confinable", lambda: False)
