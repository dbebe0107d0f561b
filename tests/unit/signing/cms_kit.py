"""A supplier with a certificate, in a folder: files as the policy names them, services on loopback, a token."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from gate.signing.certificate_keys import Pkcs12Key
from gate.signing.cms import CmsOptions, CmsSigner
from tests.simulators.pki import Country, Wish
from tests.simulators.services import Services, serving
from tests.simulators.softhsm import SoftToken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gate.signing.certificate_keys import CertificateKey
    from tests.simulators.pki import Holder

SECRET = "ぱすふれーず"


@dataclass
class Supplier:
    """The files of a supplier and the services that it uses."""

    folder: Path
    country: Country
    services: Services
    crls: list[Path] = field(default_factory=list)

    def write(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def chain(self) -> tuple[Path, ...]:
        country = self.country
        return (
            self.write("chain.pem", country.issuing.pem + country.root.pem),
            self.write("tsa.der", country.tsa_root.der),
        )

    def lists(self, **options: Any) -> tuple[Path, ...]:
        made = self.country.crls(**options)
        return tuple(self.write(f"{number}.crl", raw) for number, raw in enumerate(made))

    def pkcs12(self, holder: Holder | None = None, **options: Any) -> Path:
        holder = holder or self.country.supplier
        return self.write("key.p12", holder.pkcs12(SECRET, [self.country.issuing], **options))

    def key(self, holder: Holder | None = None) -> CertificateKey:
        return Pkcs12Key(self.pkcs12(holder), lambda: SECRET)

    @contextlib.contextmanager
    def signer(self, key: CertificateKey | None = None, path: str = "tsa", **options: Any) -> Iterator[CmsSigner]:
        values: dict[str, Any] = dict(options)
        values["chain"] = options["chain"] if "chain" in options else self.chain()
        values["crls"] = options["crls"] if "crls" in options else self.lists()
        signer = CmsSigner(CmsOptions(key or self.key(), self.services.url(path), **values))
        try:
            yield signer
        finally:
            signer.close()

    def with_ocsp(self, **wish: Any) -> Holder:
        """Return a holder whose certificate names the responder of these services, which says that it is good."""
        holder = self.country.issuing.issue("納入 太郎", Wish(ocsp_url=self.services.url("ocsp"), **wish))
        self.services.state = lambda: self.country.issuing.ocsp(holder)
        return holder


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supplier]:
    country, folder = Country(), tmp_path_factory.mktemp("services")
    with serving(Services(folder, country.tsa)) as services:
        yield Supplier(folder, country, services)


@pytest.fixture
def supplier(served: Supplier, tmp_path: Path) -> Supplier:
    folder = tmp_path / "supplier"
    folder.mkdir()
    return Supplier(folder, served.country, served.services)


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> SoftToken:
    made = SoftToken(tmp_path_factory.mktemp("hsm") / "token")
    made.prepare()
    return made
