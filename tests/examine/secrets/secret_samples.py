"""Secrets made anew for each run, and twins that are none.  Nothing here is, or ever was, anybody's key."""

from __future__ import annotations

import base64
import functools
import json
import random
import zlib
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)

from gate.examine.secrets.tokens import base_62
from gate.models import SecretKind

BASE_64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_RANDOM = random.Random(7)


def drawn(length: int, letters: str = BASE_64) -> bytes:
    """Return letters as a service would draw them."""
    return "".join(_RANDOM.choice(letters) for _ in range(length)).encode()


def wide(text: bytes) -> bytes:
    return text.decode().encode("utf-16-le")


def with_checksum(prefix: bytes) -> bytes:
    body = drawn(30)
    return prefix + body + base_62(zlib.crc32(body))


@functools.cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 1024)  # noqa: S505  # made to be found, not to protect anything


def pem(form: PrivateFormat = PrivateFormat.PKCS8, password: bytes | None = None) -> bytes:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return rsa_key().private_bytes(Encoding.PEM, form, encryption)


def curve_pem() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def dsa_pem() -> bytes:
    key = dsa.generate_private_key(1024)  # noqa: S505  # as above
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def openssh() -> bytes:
    return ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def protected_openssh() -> bytes:
    """Return what OpenSSH writes of a key with a passphrase: the cipher stands behind the mark."""
    raw = b"openssh-key-v1\0\0\0\0\x0aaes256-ctr\0\0\0\6bcrypt" + drawn(300)
    mark = b"OPENSSH PRIVATE KEY-----"
    return b"-----BEGIN " + mark + b"\n" + base64.encodebytes(raw) + b"-----END " + mark + b"\n"


def public_pem() -> bytes:
    return rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def store(password: bytes = b"changeit") -> bytes:
    return pkcs12.serialize_key_and_certificates(b"a", rsa_key(), None, None, BestAvailableEncryption(password))


def java_store(tag: int) -> bytes:
    """Return a JKS of one entry: 1 is a private key, 2 a trusted certificate; its digest is not looked at."""
    alias, body = b"\0\1a" + bytes(8), b"\0\0\0\4keyk"
    entry = body if tag == 1 else b"\0\5X.509\0\0\0\4cert"
    return b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\1" + tag.to_bytes(4, "big") + alias + entry + bytes(20)


def putty(encryption: str = "none") -> bytes:
    lines = "\n".join(drawn(64).decode() for _ in range(2))
    return (
        f"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: {encryption}\nComment: a\nPublic-Lines: 2\n{lines}\n"
        f"Private-Lines: 2\n{lines}\nPrivate-MAC: {'0' * 64}\n"
    ).encode()


def crc24(data: bytes) -> bytes:
    """The checksum of OpenPGP armor (RFC 9580, 6.1)."""
    value = 0xB704CE
    for byte in data:
        value ^= byte << 16
        for _ in range(8):
            value = (value << 1) ^ (0x1864CFB if value & 0x800000 else 0)
            value &= 0xFFFFFF
    return value.to_bytes(3, "big")


def openpgp(first: int = 0xC5, *, checksum: bool = True) -> bytes:
    """Return an armored block whose first packet has a tag: 0xC5 is a secret key, 0xC6 a public one."""
    content = bytes([first, 100]) + bytes(100)
    sums = base64.b64encode(crc24(content if checksum else b"other"))
    body = base64.encodebytes(content)
    begin, end = b"-----BEGIN PGP PRIVATE KEY BLOCK-----", b"-----END PGP PRIVATE KEY BLOCK-----"
    return begin + b"\nVersion: sample\n\n" + body + b"=" + sums + b"\n" + end + b"\n"


def token_of_parts(head: Mapping[str, object], body: Mapping[str, object]) -> bytes:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, body)]
    return b".".join([*parts, drawn(43)])


def macaroon(location: bytes = b"pypi.org", end: bytes = b"\0\0\6\x20") -> bytes:
    raw = b"\2\1" + bytes([len(location)]) + location + b"\2\4iden\0" + b"\2\3cav" + end + drawn(32)
    return b"pypi-" + base64.urlsafe_b64encode(raw).rstrip(b"=")


def literal(key: bytes, quote: str = '"') -> bytes:
    """Return a key as source code holds it: one string literal a line."""
    lines = [f"{quote}{line}\\n{quote}" for line in key.decode().splitlines()]
    return ("KEY = " + " +\n    ".join(lines) + ";\n").encode()


ALG = {"alg": "HS256", "typ": "JWT"}
AWS_ID = b"AKIA" + drawn(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
AWS_SECRET = drawn(36) + b"aZ0/"
NPMRC = b"//registry.npmjs.org/:_authToken="

EMULATOR = b"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The key of every storage emulator."""

Sample = tuple[SecretKind, bool, bytes, bytes]
"""Kind, whether it is certain, content, name."""

BAD: dict[str, Sample] = {
    "pkcs8": ("private-key", True, pem(), b"a.pem"),
    "pkcs1": ("private-key", True, b"x = 1\n" + pem(PrivateFormat.TraditionalOpenSSL), b"a.txt"),
    "sec1": ("private-key", True, curve_pem(), b"a.pem"),
    "dsa": ("private-key", True, dsa_pem(), b"a.pem"),
    "crlf": ("private-key", True, pem().replace(b"\n", b"\r\n"), b"a.pem"),
    "indented": ("private-key", True, pem().replace(b"\n", b"\n    "), b"a.yaml"),
    "json": ("private-key", True, json.dumps({"private_key": pem().decode()}).encode(), b"account.json"),
    "literals": ("private-key", True, literal(pem()), b"a.js"),
    "single quotes": ("private-key", True, literal(pem(), "'"), b"a.py"),
    "wide": ("private-key", True, b"\xff\xfe" + pem().decode().encode("utf-16-le"), b"a.ps1"),
    "wide, big-endian": ("private-key", True, b"\xfe\xff" + pem().decode().encode("utf-16-be"), b"a.ps1"),
    "wide, without a mark": ("private-key", True, pem().decode().encode("utf-16-le"), b"a.reg"),
    "wide, big-endian, without a mark": ("private-key", True, b"x" + pem().decode().encode("utf-16-be"), b"a.dat"),
    "wide, in a program": ("github-token", True, b"MZ" + bytes(99) + wide(with_checksum(b"ghp_")) + b"\1", b"a.dll"),
    "wide, between other scripts": ("github-token", True, "\U0001f600 鍵 ".encode("utf-16-le")
                                    + wide(with_checksum(b"ghp_")) + "鍵".encode("utf-16-le"), b"a.dll"),
    "in base64": ("private-key", True, b"data:\n  tls.key: " + base64.b64encode(pem()) + b"\n", b"secret.yaml"),
    "in base64, folded": ("private-key", True, base64.encodebytes(pem()).replace(b"\n", b"\n    "), b"secret.yaml"),
    "in a program": ("private-key", True, b"\x7fELF" + bytes(100) + pem() + bytes(100), b"a.so"),
    "spoilt": ("private-key", False, pem().replace(b"MII", b"XXX"), b"a.pem"),
    "openssh": ("openssh-private-key", True, openssh(), b"id_ed25519"),
    "openssh, protected": ("protected-private-key", False, protected_openssh(), b"id_ed25519"),
    "pkcs8, protected": ("protected-private-key", False, pem(password=b"word"), b"a.pem"),
    "pkcs1, protected": ("protected-private-key", False, pem(PrivateFormat.TraditionalOpenSSL, b"word"), b"a.pem"),
    "openpgp": ("pgp-private-key", True, openpgp(), b"a.asc"),
    "openpgp, old packet": ("pgp-private-key", True, openpgp(0x94), b"a.asc"),
    "putty": ("putty-private-key", True, putty(), b"a.ppk"),
    "putty, protected": ("protected-private-key", False, putty("aes256-cbc"), b"a.ppk"),
    "der": ("private-key", True, rsa_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), b"a.der"),
    "pkcs12": ("key-store", True, store(), b"a.p12"),
    "pkcs12, protected": ("key-store", False, store(b"a real word"), b"a.pfx"),
    "jks": ("key-store", False, java_store(1), b"a.jks"),
    "jks, cut": ("key-store", False, java_store(2)[:30], b"a.jks"),
    "github": ("github-token", True, b"token: " + with_checksum(b"ghp_"), b"a.yml"),
    "github, fine": ("github-token", False, b"github_pat_" + drawn(22) + b"_" + drawn(59), b"a.yml"),
    "npm": ("npm-token", True, b"'" + with_checksum(b"npm_") + b"'", b"a.js"),
    "pypi": ("pypi-token", True, macaroon(), b"a.sh"),
    "pypi, cut": ("pypi-token", False, macaroon(end=b"\0\0\0\0"), b"a.sh"),
    "aws": ("aws-access-key", True, b"id=" + AWS_ID + b"\nsecret=" + AWS_SECRET + b"\n", b"credentials"),
    "aws, id alone": ("aws-access-key", False, b"id=" + AWS_ID + b"\n", b"a.txt"),
    "azure storage": ("azure-key", True, b"AccountName=a;AccountKey=" + drawn(86) + b"==;", b"a.config"),
    "azure bus": ("azure-key", True, b"Endpoint=sb://a/;SharedAccessKey=" + drawn(43) + b"=", b"a.config"),
    "azure client": ("azure-client-secret", False, b'"' + drawn(3) + b"8Q~" + drawn(34) + b'"', b"a.json"),
    "jwt": ("json-web-token", False, token_of_parts(ALG, {"sub": "yamada", "exp": 1}), b"a.txt"),
    "gitlab": ("gitlab-token", False, b"glpat-" + drawn(20), b"a.txt"),
    "google": ("google-api-key", False, b'"AIza' + drawn(35) + b'"', b"a.js"),
    "slack": ("slack-token", False, b"xoxb-1029384756-" + drawn(24), b"a.txt"),
    "slack hook": ("slack-webhook", False, b"https://hooks.slack.com/services/T0A1B2C3D/B9Z8Y7X6W/" + drawn(24), b"a"),
    "stripe": ("stripe-key", False, b"sk_live_" + drawn(24), b"a.txt"),
    "sendgrid": ("sendgrid-key", False, b"SG." + drawn(22) + b"." + drawn(43), b"a.txt"),
    "openai": ("openai-key", False, b"sk-" + drawn(20) + b"T3BlbkFJ" + drawn(20), b"a.txt"),
    "npmrc": ("stored-password", True, NPMRC + drawn(36) + b"\n", b".npmrc"),
    "pypirc": ("stored-password", True, b"[pypi]\nusername = a\npassword = s3cr3t-word\n", b".pypirc"),
    "netrc": ("stored-password", True, b"machine a.example login b password s3cr3t\n", b".netrc"),
    "git": ("stored-password", True, b"https://yamada:s3cr3t@git.example.jp\n", b".git-credentials"),
    "docker": ("stored-password", True,
               b'{"auths": {"a": {"auth": "' + base64.b64encode(b"user:word") + b'"}}}', b"config.json"),
}  # fmt: skip

BENIGN: dict[str, tuple[bytes, bytes]] = {
    "public key": (public_pem(), b"a.pem"),
    "public key in base64": (base64.b64encode(public_pem()), b"a.yaml"),
    "wide, a first line": (wide(b"-----BEGIN PRIVATE KEY-----"), b"a.dll"),
    "first line": (b"if line == '-----BEGIN RSA PRIVATE KEY-----':\n    read()\n", b"a.py"),
    "both lines": (b"'-----BEGIN PRIVATE KEY-----' and '-----END PRIVATE KEY-----'", b"a.py"),
    "document": (b"-----BEGIN PRIVATE KEY-----\nMIIE...\n-----END PRIVATE KEY-----\n", b"a.md"),
    "protected, document": (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nM\n-----END ENCRYPTED PRIVATE KEY-----\n", b"a"),
    "other end": (pem().replace(b"END PRIVATE", b"END RSA PRIVATE"), b"a.pem"),
    "openpgp, public packet": (openpgp(0xC6), b"a.asc"),
    "openpgp, wrong sum": (openpgp(checksum=False), b"a.asc"),
    "openpgp, nothing": (b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n-----END PGP PRIVATE KEY BLOCK-----\n", b"a"),
    "putty, first lines": (b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: a\n", b"a.ppk"),
    "jks of certificates": (java_store(2), b"cacerts"),
    "der of something": (b"\x30\x82\x01\x00" + bytes(256), b"a.der"),
    "github, wrong checksum": (b"ghp_" + drawn(36), b"a.md"),
    "npm, wrong checksum": (b"npm_" + drawn(36), b"a.md"),
    "npm, longer": (with_checksum(b"npm_") + b"x", b"a.md"),
    "pypi of others": (macaroon(b"test.example"), b"a.md"),
    "aws, document": (b"AKIAIOSFODNN7EXAMPLE\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", b"a.md"),
    "azure emulator": (b"AccountKey=" + EMULATOR, b"a.md"),
    "jwt of every text": (token_of_parts(ALG, {"sub": "1234567890", "name": "John Doe"}), b"a.md"),
    "jwt, unsigned": (token_of_parts({"alg": "none"}, {"sub": "a"}), b"a.md"),
    "jwt, no object": (b"eyJhYWFhYWFhYWFhYWFh.eyJhYWFhYWFhYWFhYWFh." + drawn(43), b"a.md"),
    "google, placeholder": (b"AIza" + b"x" * 35, b"a.md"),
    "stripe, placeholder": (b"sk_live_" + b"0123" * 6, b"a.md"),
    "npmrc, variable": (NPMRC + b"${NPM_TOKEN}\n", b".npmrc"),
    "npmrc elsewhere": (NPMRC + drawn(36) + b"\n", b"README.md"),
    "netrc, variable": (b"machine a login b password <password>\n", b".netrc"),
    "docker, none": (b'{"auths": {"a": {"auth": "not base64"}}}', b"config.json"),
    "docker, no object": (b'["auth"]', b"config.json"),
    "docker, broken": (b'{"auth"', b"config.json"),
    "docker, list": (b'{"auths": {"a": ["auth"], "b": {"auth": 1}}}', b"config.json"),
    "nothing": (b"", b"a"),
}  # fmt: skip
