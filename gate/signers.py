"""From the policy's ``[signing]`` to the signers of a release."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

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
    from gate.signing.interface import PromisedSigner, Signer
    from gate.signing.tokens import TokenSource

Made = TypeVar("Made")


def signers_for(loaded: LoadedPolicy, chosen: Sequence[str], *, each: bool = False) -> list[Signer]:
    """Return the signers that were asked for, by name or by ``[signing] use``; no secret is read yet.

    ``each`` asks signers that sign the record alone to sign each artifact as well.  Raises ``UsageError`` where none is
    named or one has no section in the policy, ``KeyProblem`` for a fingerprint that is none.
    """
    return _made(loaded, chosen, _openpgp, _x509, partial(_keyless, each=each))


def promised_signers_for(loaded: LoadedPolicy, chosen: Sequence[str], *, each: bool = False) -> list[PromisedSigner]:
    """Return who will sign in another job, as :func:`signers_for` does; neither keys nor secrets need be here.

    Raises ``KeyProblem`` as well where the policy does not say who that is: no certificate to look at, no identity.
    """
    return _made(loaded, chosen, _openpgp_promise, _x509_promise, partial(_keyless_promise, each=each))


def _made(
    loaded: LoadedPolicy,
    chosen: Sequence[str],
    openpgp: Callable[[OpenPgp, Path], Made],
    x509: Callable[[X509, Path], Made],
    keyless: Callable[[Keyless, Path], Made],
) -> list[Made]:
    """Return what the makers make of the sections that were asked for."""
    signing = loaded.policy.signing
    # The public instance needs no section: a build system tells who signs.
    section = signing.keyless or Keyless()
    makers: dict[str, Callable[[], Made]] = {"keyless": partial(keyless, section, loaded.signing_base("keyless"))}
    if signing.openpgp is not None:
        makers["openpgp"] = partial(openpgp, signing.openpgp, loaded.signing_base("openpgp"))
    if signing.x509 is not None:
        makers["x509"] = partial(x509, signing.x509, loaded.signing_base("x509"))
    names = tuple(dict.fromkeys(chosen)) or signing.use
    if not names:
        raise UsageError("cli.no-signer")
    for name in names:
        if name not in makers:
            raise UsageError("cli.no-signing-section", backend=name)
    return [makers[name]() for name in names]


def _openpgp(section: OpenPgp, base: Path) -> Signer:
    return OpenPgpSigner(section.fingerprint, home=section.home_folder(base), interactive=sys.stdin.isatty())


def _keyless(section: Keyless, base: Path, *, each: bool) -> Signer:
    from gate.signing.keyless import KeylessOptions, KeylessSigner  # noqa: PLC0415  # loaded only where it signs

    options = KeylessOptions(
        trust_config=base / section.trust_config if section.trust_config else None,
        token=_token(section, base),
        identity=section.identity,
        issuer=section.issuer,
        public_log=section.public_log,
        each=each,
    )
    return KeylessSigner(options)


def _token(section: Keyless, base: Path) -> TokenSource:
    from gate.signing.tokens import TokenSource  # noqa: PLC0415  # loaded only where it signs

    return TokenSource(
        variable=section.token_env,
        file=base / section.token_file if section.token_file else None,
        interactive=sys.stdin.isatty(),
    )


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


# --- who signs in another job -----------------------------------------------------------------------------------


def _openpgp_promise(section: OpenPgp, _base: Path) -> PromisedSigner:
    from gate.signing.promises import openpgp_promise  # noqa: PLC0415  # loaded only where something is promised

    return openpgp_promise(section.fingerprint)


def _x509_promise(section: X509, base: Path) -> PromisedSigner:
    from gate.signing.promises import x509_promise  # noqa: PLC0415  # as above

    return x509_promise(
        base / section.certificate if section.certificate else None,
        tsa=section.tsa,
        chain=tuple(base / name for name in section.chain),
        ocsp=section.ocsp,
        profile=section.profile,
    )


def _keyless_promise(section: Keyless, base: Path, *, each: bool) -> PromisedSigner:
    from gate.signing.promises import keyless_promise  # noqa: PLC0415  # as above

    trust_config = base / section.trust_config if section.trust_config else None
    return keyless_promise(section.identity, trust_config=trust_config, token=_token(section, base), each=each)
