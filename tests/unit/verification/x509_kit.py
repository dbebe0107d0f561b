"""A release signed by OpenPGP and with a certificate, and a recipient who trusts either or both."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asn1crypto import cms

from gate.record import layout
from gate.x509.response import wrapped
from tests.simulators.cms_signer import Stamper, sign
from tests.unit.release_kit import World, inputs_in, make_release, policy_in, signer_of, write_trust

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulators.pki import Country, Holder
    from tests.unit.release_kit import Keys
    from tests.unit.signing.cms_kit import Supplier

SUBJECT = "CN=納入 太郎,O=株式会社サンプル,C=JP"


@dataclass
class CertifiedWorld(World):
    """A release with the recipient's folder; ``trusts`` writes the trust file."""

    country: Country | None = None

    def trusts(self, text: str = "", *, openpgp: bool = False, require: str = '"any"', **x509: Any) -> None:
        """Trust the supplier's certificate, unless a value is given as None, and its OpenPGP key where asked for."""
        values: dict[str, Any] = {"roots": ["root.pem"], "tsa_roots": ["tsa.pem"], "subject": SUBJECT, **x509}
        lines = [f"{key} = {_toml(value)}" for key, value in values.items() if value is not None]
        entry = "[[x509]]\n" + "\n".join(lines) + "\n" if values["roots"] is not None else ""
        both = (
            self.trust_file.with_name("openpgp.toml").read_text().partition("[[openpgp]]")[2].partition("[record]")[0]
        )
        self.trust_file.write_text(
            f"require = {require}\n{entry}" + (f"[[openpgp]]{both}" if openpgp else "") + text, encoding="utf-8"
        )

    def sign_again(self, holder: Holder, stamper: Callable[[bytes], cms.ContentInfo] | None, **options: Any) -> None:
        """Sign the record anew, as an attacker with a key of their own could."""
        raw = (self.out / layout.RECORD).read_bytes()
        signature = sign(raw, holder, stamper, **options)
        (self.out / f"{layout.RECORD}.p7s").write_bytes(signature)
        signer = cms.ContentInfo.load(signature)["content"]["signer_infos"][0]
        for attribute in signer["unsigned_attrs"] if stamper else ():
            answer = wrapped(attribute["values"][0].dump())
            (self.out / f"{layout.RECORD}.p7s.tsr").write_bytes(answer)

    @property
    def made(self) -> Country:
        assert self.country is not None
        return self.country

    @property
    def stamper(self) -> Stamper:
        return Stamper(self.made.tsa)

    def lists(self, raw: list[bytes]) -> list[str]:
        """Write revocation lists of the recipient's own and return their names."""
        for number, each in enumerate(raw):
            (self.trust_file.parent / f"own-{number}.crl").write_bytes(each)
        return [f"own-{number}.crl" for number in range(len(raw))]


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int) else f'"{value}"'


def make_certified(folder: Path, keys: Keys, supplier: Supplier, *, both: bool = True) -> CertifiedWorld:
    """Deliver two artifacts signed by both back ends, and write what a recipient has learnt of the supplier."""
    inputs = inputs_in(folder / "in")
    with signer_of(keys.home, keys.supplier) as openpgp, supplier.signer() as certified:
        certified.ready()
        make_release(folder / "out", inputs, [openpgp, certified] if both else [certified], policy_in(folder))
    trust = write_trust(folder / "recipient", keys.home, keys.supplier)
    trust.rename(trust.with_name("openpgp.toml"))
    (trust.parent / "root.pem").write_bytes(supplier.country.root.pem)
    (trust.parent / "tsa.pem").write_bytes(supplier.country.tsa_root.pem)
    world = CertifiedWorld(folder / "out", trust, inputs, supplier.country)
    world.trusts()
    return world


def copied(world: CertifiedWorld, folder: Path) -> CertifiedWorld:
    """Return a copy of a release and its recipient that a test may spoil."""
    shutil.copytree(world.out, folder / "out", symlinks=True)
    shutil.copytree(world.trust_file.parent, folder / "recipient")
    return CertifiedWorld(folder / "out", folder / "recipient" / "trust.toml", [], world.country)
