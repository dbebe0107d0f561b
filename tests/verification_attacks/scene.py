"""A release in the recipient's hands, with all that attackers do to it and to what is around it."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import cms

from gate.errors import GateError, VerificationError
from gate.openpgp import Checked, Checker
from gate.record.canonical import canonical
from gate.verification import Verification, load_trust, verify_release
from gate.x509.response import wrapped
from tests.simulators.cms_signer import Stamper, sign
from tests.simulators.sigstore.issuer import WORKFLOW_IDENTITY
from tests.unit.verification.keyless_world import ISSUER, entry
from tests.unit.verification.x509_kit import SUBJECT
from tests.verification_attacks.attack import Trusts

if TYPE_CHECKING:
    from tests.simulators.pki import Holder
    from tests.unit.release_kit import Home
    from tests.verification_attacks.arena import Arena

RECORD, SUMS = "gate/record.intoto.json", "gate/SHA256SUMS"
PROVENANCE, SUMMARY = "gate/provenance.intoto.json", "gate/vsa.intoto.json"
ASC, P7S, TSR, BUNDLE = f"{RECORD}.asc", f"{RECORD}.p7s", f"{RECORD}.p7s.tsr", f"{RECORD}.sigstore.json"
SIGNED = (RECORD, SUMS, PROVENANCE, SUMMARY, "gate/signatures/app.bin", "gate/signatures/site")
"""What the name of each signature begins with."""
SIGNS = {"gate/signatures/app.bin": "payload/app.bin", "gate/signatures/site": "gate/files/site.list"}
"""What the signatures are over whose names do not say it."""
Json = Any


@dataclass
class Scene:
    """A release in the recipient's hands; attacks change it, its trust file, or the day."""

    arena: Arena
    out: Path
    recipient: Path
    patch: pytest.MonkeyPatch
    now: datetime | None = None
    version: str | None = None
    trusts: Trusts = field(default_factory=Trusts)
    ends: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def path(self, name: str) -> Path:
        return self.out / name

    def read(self, name: str) -> bytes:
        return (self.out / name).read_bytes()

    def write(self, name: str, data: bytes) -> None:
        (self.out / name).write_bytes(data)

    def put(self, release: Path) -> None:
        """Put another release in the place of this one."""
        shutil.rmtree(self.out)
        shutil.copytree(release, self.out, symlinks=True, copy_function=shutil.copy)

    # --- the recipient ----------------------------------------------------------------------------------------

    def learn(self) -> None:
        """Write what the recipient has learnt of the supplier by another way."""
        arena = self.arena
        self.recipient.mkdir()
        for name, key in arena.public_keys.items():
            (self.recipient / name).write_bytes(key)
        (self.recipient / "root.pem").write_bytes(arena.country.root.pem)
        (self.recipient / "tsa.pem").write_bytes(arena.country.tsa_root.pem)
        (self.recipient / "root.json").write_bytes(arena.trusted_root)

    def trust(self, trusts: Trusts | None = None, **changes: Any) -> None:
        """Write the trust file, with some of what it says changed."""
        self.trusts = dataclasses.replace(trusts or self.trusts, **changes)
        asked = self.trusts
        spki = hashlib.sha256(self.arena.country.supplier.spki).hexdigest()
        entries = {
            "openpgp": f'[[openpgp]]\nfingerprint = "{self.arena.keys.supplier}"\nkey = "supplier.asc"\n',
            "x509": f'[[x509]]\nroots = ["root.pem"]\ntsa_roots = ["tsa.pem"]\nsubject = "{SUBJECT}"\n'
            + f"{asked.x509}\n".replace("{spki}", spki),
            "keyless": entry(asked.identity or WORKFLOW_IDENTITY, ISSUER)
            + (f'repository = "{asked.repository}"\n' if asked.repository else ""),
        }
        more = asked.more.replace("{other}", self.arena.keys.other)
        text = f"require = {asked.require}\n" + "".join(entries[way] for way in asked.ways) + more
        self.trust_file.write_text(f"{text}[record]\n{asked.record}\n", encoding="utf-8")

    @property
    def trust_file(self) -> Path:
        return self.recipient / "trust.toml"

    def verify(self) -> Verification:
        trust = load_trust(self.trust_file)
        return verify_release(self.out, trust, now=self.now or datetime.now(UTC), expect_version=self.version)

    def refusal(self) -> tuple[str, str]:
        """Return id and path of the refusal, or the code of what makes verifying impossible.

        Whatever it is, it says in both languages what is wrong and what to do.
        """
        with pytest.raises(GateError) as caught:
            self.verify()
        error = caught.value
        for language in ("en", "ja"):
            assert error.message(language)
            assert error.advice(language)
        if isinstance(error, VerificationError):
            return f"verify/{error.reason}", error.path
        assert error.exit_code == 2, repr(error)
        return error.code, ""

    # --- signing by hand --------------------------------------------------------------------------------------

    def sign_openpgp(self, *signatures: str, by: str = "", home: Home | None = None, options: tuple[str, ...] = (),
                     stale: Callable[[bytes], bytes] = lambda data: data) -> None:  # fmt: skip
        """Sign files anew, by default the record by the supplier; ``stale`` says what is signed in their place."""
        for name in signatures or (ASC,):
            data = stale(self.read(self.signed_by(name)))
            signature = (home or self.arena.home).sign(by or self.arena.keys.supplier, data, *options)
            self.write(name, signature)

    @staticmethod
    def signed_by(signature: str) -> str:
        """Return what a signature is over."""
        base = signature.removesuffix(".tsr")
        for suffix in (".asc", ".p7s", ".sigstore.json"):
            base = base.removesuffix(suffix)
        return SIGNS.get(base, base)

    def sign_cms(self, holder: Holder | None = None, stamper: Any = None, *, names: Sequence[str] = (P7S,),
                 undated: bool = False, **options: Any) -> None:  # fmt: skip
        """Sign files anew with a certificate, by default the record, with the timestamp's answer beside each."""
        country = self.arena.country
        options.setdefault("chain", [country.issuing])
        for name in names:
            stamping = None if undated else stamper or Stamper(country.tsa)
            signature = sign(self.read(self.signed_by(name)), holder or country.supplier, stamping, **options)
            self.write(name, signature)
            signer = cms.ContentInfo.load(signature)["content"]["signer_infos"][0]
            for attribute in () if undated else signer["unsigned_attrs"]:
                self.write(f"{name}.tsr", wrapped(attribute["values"][0].dump()))

    def edit_cms(self, change: Callable[[Any], object]) -> None:
        """Change what no signature covers in the supplier's good one."""
        country = self.arena.country
        info = cms.ContentInfo.load(
            sign(self.read(RECORD), country.supplier, Stamper(country.tsa), chain=[country.issuing])
        )
        change(info["content"])
        self.write(P7S, info.dump())

    def edit_bundle(self, *steps: Callable[[Json], object], name: str = BUNDLE) -> None:
        value = json.loads(self.read(name))
        for step in steps:
            step(value)
        self.write(name, json.dumps(value).encode())

    def lie(self, change: Callable[[Json], object]) -> None:
        """Change the record, and let the supplier's OpenPGP key sign it."""
        value = json.loads(self.read(RECORD))
        change(value)
        self.write(RECORD, canonical(value))
        self.sign_openpgp()

    def rebind(self, name: str, change: Callable[[Json], object]) -> None:
        """Change a bound statement, and let the supplier's OpenPGP key bind and sign it anew."""
        old = self.read(name)
        value = json.loads(old)
        change(value)
        new = canonical(value)
        self.write(name, new)
        was, now = (hashlib.sha256(data).hexdigest() for data in (old, new))
        self.write(SUMS, self.read(SUMS).replace(was.encode(), now.encode()))
        sums = hashlib.sha256(self.read(SUMS)).hexdigest()

        def bind(record: Json) -> None:
            record["predicate"]["files"][name] = now
            record["predicate"]["sums"]["sha256"] = sums

        self.sign_openpgp(f"{name}.asc", f"{SUMS}.asc")
        self.lie(bind)

    # --- material beside --------------------------------------------------------------------------------------

    def kept(self, suffix: str) -> list[Path]:
        return sorted((self.out / "gate" / "validation").glob(f"*.{suffix}"))

    def keep(self, raw: bytes, suffix: str) -> str:
        """Put a file of validation material into the release, and return its path."""
        name = f"gate/validation/{hashlib.sha256(raw).hexdigest()}.{suffix}"
        self.write(name, raw)
        return name

    def relist(self, *lists: bytes, suffix: str = "crl") -> None:
        """Put other revocation lists into the release, or answers in their place."""
        for path in self.kept("crl"):
            path.unlink()
        for each in lists:
            self.keep(each, suffix)

    def own_lists(self, *lists: bytes) -> str:
        """Write lists of the recipient's own and return the line that names them."""
        for number, each in enumerate(lists):
            (self.recipient / f"own-{number}.crl").write_bytes(each)
        return f"crls = {[f'own-{number}.crl' for number in range(len(lists))]}\n".replace("'", '"')

    # --- while it is verified ---------------------------------------------------------------------------------

    def meanwhile(self, do: Callable[[], object]) -> None:
        """Let something happen while the last OpenPGP signature, that of the sums, is checked."""
        real, last = Checker.check, self.path(SUMS).stat().st_ino

        def check(checker: Checker, descriptor: int, signature: bytes) -> Checked:
            if os.fstat(descriptor).st_ino == last:
                do()
            return real(checker, descriptor, signature)

        self.patch.setattr(Checker, "check", check)
