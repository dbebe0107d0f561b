"""From the policy's ``[signing]`` to the signers of a release."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gate.errors import UsageError
from gate.policy.keyless_section import Keyless
from gate.signing.openpgp import OpenPgpSigner
from gate.signing.secrets import secret_from

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gate.policy.load import LoadedPolicy
    from gate.policy.model import OpenPgp
    from gate.policy.x509_section import X509
    from gate.signing.certificate_keys import CertificateKey
    from gate.signing.interface import Signer


def signers_for(loaded: LoadedPolicy, chosen: Sequence[str], *, each: bool = False) -> list[Signer]:
    """Return the signers that were asked for, by name or by ``[signing] use``; no secret is read yet.

    ``each`` asks signers that sign the record alone to sign each artifact as well.  Raises ``UsageError`` where none is
    named or one has no section in the policy, ``KeyProblem`` for a fingerprint that is none.
    """
    signing = loaded.policy.signing
    base = loaded.source.parent if loaded.source else Path()
    # The public instance needs no section: a build system tells who signs.
    keyless = signing.keyless or Keyless()
    makers: dict[str, Callable[[], Signer]] = {"keyless": lambda: _keyless(keyless, base, each=each)}
    if signing.openpgp is not None:
        openpgp = signing.openpgp
        makers["openpgp"] = lambda: _openpgp(openpgp, base)
    if signing.x509 is not None:
        certificate = signing.x509
        makers["x509"] = lambda: _x509(certificate, base)
    names = tuple(dict.fromkeys(chosen)) or signing.use
    if not names:
        raise UsageError("cli.no-signer")
    for name in names:
        if name not in makers:
            raise UsageError("cli.no-signing-section", backend=name)
    return [makers[name]() for name in names]


def _openpgp(section: OpenPgp, base: Path) -> Signer:
    home = base / Path(section.home).expanduser() if section.home else None
    return OpenPgpSigner(section.fingerprint, home=home, interactive=sys.stdin.isatty())


def _keyless(section: Keyless, base: Path, *, each: bool) -> Signer:
    from gate.signing.keyless import KeylessOptions, KeylessSigner  # noqa: PLC0415  # loaded only where it signs
    from gate.signing.tokens import TokenSource  # noqa: PLC0415  # as above

    token = TokenSource(
        variable=section.token_env,
        file=base / section.token_file if section.token_file else None,
        interactive=sys.stdin.isatty(),
    )
    options = KeylessOptions(
        trust_config=base / section.trust_config if section.trust_config else None,
        token=token,
        identity=section.identity,
        issuer=section.issuer,
        public_log=section.public_log,
        each=each,
    )
    return KeylessSigner(options)


def _x509(section: X509, base: Path) -> Signer:
    from gate.signing.cms import CmsOptions, CmsSigner  # noqa: PLC0415  # loaded only where it signs

    options = CmsOptions(
        key=_certificate_key(section, base),
        tsa=section.tsa,
        chain=tuple(base / name for name in section.chain),
        crls=tuple(base / name for name in section.crls),
        ocsp=section.ocsp,
        profile=section.profile,
    )
    return CmsSigner(options)


def _certificate_key(section: X509, base: Path) -> CertificateKey:
    from gate.signing.certificate_keys import PemKey, Pkcs12Key, TokenKey  # noqa: PLC0415  # as above

    copy = base / section.certificate if section.certificate else None
    if section.pkcs11 is not None:
        token = section.pkcs11
        secret = secret_from(section.passphrase, base, of=f"{token.token}/{token.label}")
        return TokenKey(base / token.module, token.token, token.label, secret, copy)
    name = section.pkcs12 or section.key or ""
    secret = secret_from(section.passphrase, base, of=name)
    if section.pkcs12 is None and copy is not None:
        return PemKey(base / name, copy, secret)
    return Pkcs12Key(base / name, secret, copy)
