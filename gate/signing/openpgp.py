"""Detached OpenPGP signatures by one pinned key, made through python-gnupg.

Traps of python-gnupg 0.5.7 that this module steps around (each has a test):

- ``sign_file`` given a path can sign a prefix of the file and report success: it is given an open file, and what was
  signed is verified afterwards by ``gate.openpgp``, in a home that holds only this key, against a digest of its own.
- ``keyid=`` becomes ``--default-key``, which falls back to another key in silence: ``--local-user`` is given, and the
  fingerprint that signed is compared.
- an empty passphrase is announced to GnuPG but not sent, which then takes the first line of the file for it.
- passphrases are encoded as Latin-1.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import unquote

import gnupg

from gate._armor import armor, dearmor, is_sound_key
from gate.errors import KeyProblem, SigningFailure
from gate.filelist import hash_descriptor
from gate.isolation import SEARCH_PATH, find_program
from gate.models import ServiceFact
from gate.openpgp import Checker, KeyFileError, PublicKey, find_gpg, normal_fingerprint
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_PASSED_ON = (
    "HOME", "GNUPGHOME", "GPG_TTY", "TERM", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS", "PINENTRY_USER_DATA",
)  # fmt: skip  # one name a line would hide them
"""What GnuPG is told of the environment: where its home is, and what a pinentry needs to ask a person."""
_LONGEST_SOCKET = 107
"""Bytes of the path of a Unix socket (Linux, unix(7): 108 with the end mark)."""
_FAILURE = re.compile(r"^\[GNUPG:\] FAILURE \S+ (\d+)\s*$", re.MULTILINE)
_SECONDS = 30.0
# Codes of libgpg-error (err-codes.h.in), without their source.
_BAD_PASSPHRASE, _NO_SECRET_KEY, _BAD_PIN = 11, 17, 87
_NO_PINENTRY, _PINENTRY_FAILED, _CANCELED, _FULLY_CANCELED, _NO_TERMINAL = 85, 86, 99, 198, 0x8000 | 102
_LOCKED = frozenset({_NO_PINENTRY, _PINENTRY_FAILED, _CANCELED, _FULLY_CANCELED, _NO_TERMINAL})


class OpenPgpSigner:
    """Signs with the key whose primary fingerprint is ``fingerprint`` (its signing subkey where it has one).

    ``home`` is the GnuPG home, None for the user's own.  ``passphrase`` is called once, at the first signature; without
    it the agent has to know the key unlocked, or, where ``interactive``, may ask the person who runs the gate.
    Raises ``KeyProblem`` where ``fingerprint`` is not 40 hex digits.
    """

    backend = "openpgp"
    suffix = ".asc"
    signs_artifacts = True
    irrevocable = False
    services: tuple[ServiceFact, ...] = ()

    def __init__(
        self,
        fingerprint: str,
        *,
        home: Path | None = None,
        passphrase: Callable[[], str] | None = None,
        interactive: bool = False,
    ) -> None:
        try:
            self.signer = normal_fingerprint(fingerprint)
        except ValueError as error:
            raise KeyProblem("signing.fingerprint", fingerprint=printable(fingerprint)) from error
        self._home = home
        self._ask = passphrase
        self._interactive = interactive
        self._environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self._environment |= {"PATH": SEARCH_PATH, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        self._tool: Any = None  # gnupg.GPG, which has no type information
        self._secret: str | None = None
        self._own_agent = False
        self._signing_keys: frozenset[str] = frozenset()
        self._checker: Checker | None = None

    # --- before the verdict -----------------------------------------------------------------------------------

    def ready(self) -> None:
        """See :class:`gate.signing.interface.Signer`."""
        tool = self._open()
        found = [key for key in tool.list_keys(secret=True, keys=[self.signer]) if key["fingerprint"] == self.signer]
        if not found:
            raise KeyProblem(self._why_not_found(tool), fingerprint=self.signer)
        self._signing_keys = frozenset(_usable_for_signing(found[0]))
        if not self._signing_keys:
            raise KeyProblem(_why_unusable(found[0]), fingerprint=self.signer)

    def _open(self) -> Any:  # noqa: ANN401  # gnupg.GPG, which has no type information
        if self._tool is not None:
            return self._tool
        program = find_gpg()
        if program is None:
            raise SigningFailure("signing.no-gpg")
        if self._home is not None and not self._home.is_dir():
            raise KeyProblem("signing.no-home", home=printable(str(self._home)))
        self._own_agent = not self._agent_runs()
        mode = [] if self._interactive or self._ask else ["--pinentry-mode", "error"]
        try:
            self._tool = gnupg.GPG(
                gpgbinary=program,
                gnupghome=str(self._home) if self._home else None,
                env=self._environment,
                # No options file: it could name another key, a weak digest, or text mode.
                options=["--no-options", "--no-auto-key-locate", "--digest-algo", "SHA512", *mode],
            )
        except (OSError, ValueError) as error:
            raise SigningFailure("signing.failed", fingerprint=self.signer, detail=type(error).__name__) from error
        return self._tool

    def _agent_runs(self) -> bool:
        """Say whether an agent serves this home already; one that was there before is never stopped."""
        path = self._gnupg_folder("agent-socket")
        if len(os.fsencode(path)) > _LONGEST_SOCKET:
            raise KeyProblem("signing.home-too-long", home=printable(str(self._home)))
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(path)
            except OSError:
                return False
        return True

    def _gnupg_folder(self, name: str) -> str:
        return unquote(self._gpgconf("--list-dirs", name).strip())

    def _gpgconf(self, *arguments: str) -> str:
        program = find_program("gpgconf")
        if program is None:
            raise SigningFailure("signing.no-gpg")
        home = ["--homedir", str(self._home)] if self._home else []
        try:
            done = subprocess.run(
                [program, *home, *arguments], env=self._environment, capture_output=True, timeout=_SECONDS, check=True
            )
        except subprocess.SubprocessError as error:
            raise SigningFailure("signing.gpgconf", detail=type(error).__name__) from error
        return done.stdout.decode("utf-8", "replace")

    def _why_not_found(self, tool: Any) -> str:  # noqa: ANN401  # as in _open
        public = tool.list_keys(keys=[self.signer])
        if any(key["fingerprint"] == self.signer for key in public):
            return "signing.no-secret"
        return "signing.subkey-fingerprint" if public else "signing.no-key"

    # --- after it ---------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Need nothing: the fingerprint is known."""

    def sign(self, file: BinaryIO, *, statement: bool = False) -> bytes:
        """See :class:`gate.signing.interface.Signer`."""
        del statement  # OpenPGP signs all files alike
        tool = self._open()
        if not self._signing_keys:
            self.ready()
        if self._ask is not None and self._secret is None:
            self._secret = _sendable(self._ask())
        file.seek(0)
        # A reader of its own: the library closes nothing, and its thread may read on after an error.
        with open(os.dup(file.fileno()), "rb") as reader:  # noqa: PTH123  # a descriptor, not a path
            result = tool.sign_file(
                reader,
                detach=True,
                clearsign=False,
                passphrase=self._secret,
                extra_args=["--local-user", self.signer],
            )
        self._require_made(result)
        try:
            # The form that verifiers demand: without the comment lines that a GnuPG may add.
            signature = armor(dearmor(bytes(result.data)))
        except ValueError as error:
            raise SigningFailure("signing.no-signature", detail=str(error)) from error
        self._prove(file, signature)
        return signature

    def _require_made(self, result: Any) -> None:  # noqa: ANN401  # gnupg.Sign, which has no type information
        if result.returncode == 0 and result.status == "signature created":
            if result.fingerprint in self._signing_keys:
                return
            raise SigningFailure("signing.other-key", fingerprint=printable(str(result.fingerprint)))
        codes = {int(code) & 0xFFFF for code in _FAILURE.findall(result.stderr)}
        if codes & {_BAD_PASSPHRASE, _BAD_PIN}:
            raise KeyProblem("signing.bad-passphrase", fingerprint=self.signer)
        if codes & _LOCKED:
            raise KeyProblem("signing.locked", fingerprint=self.signer)
        if _NO_SECRET_KEY in codes:
            raise KeyProblem("signing.no-secret", fingerprint=self.signer)
        detail = ", ".join(str(code) for code in sorted(codes)) or str(result.returncode)
        raise SigningFailure("signing.failed", fingerprint=self.signer, detail=detail)

    def _prove(self, file: BinaryIO, signature: bytes) -> None:
        """Verify a signature in a home that holds only the pinned key, over the whole file."""
        if self._checker is None:
            self._checker = self._open_checker()
        checked = self._checker.check(file.fileno(), signature)
        if checked.outcome != "valid" or (checked.sha256, checked.size) != hash_descriptor(file.fileno()):
            raise SigningFailure("signing.not-proved", outcome=checked.outcome)

    def _open_checker(self) -> Checker:
        exported = self._open().export_keys(self.signer, armor=False, minimal=True)
        try:
            key = PublicKey(self.signer, bytes(exported))
            return Checker([key], gpg=str(find_gpg()), now=None)
        except (KeyFileError, TypeError) as error:
            raise SigningFailure("signing.no-export", fingerprint=self.signer) from error

    def close(self) -> None:
        """See :class:`gate.signing.interface.Signer`."""
        if self._checker is not None:
            self._checker.close()
            self._checker = None
        if self._tool is not None and self._own_agent:
            # In the user's own home only the agent is ours; other daemons may serve other programs.
            self._gpgconf("--kill", "all" if self._home else "gpg-agent")
        self._tool = self._secret = None


def _sendable(passphrase: str) -> str:
    """Return a passphrase in the form in which python-gnupg sends its UTF-8 bytes.  Raises ``KeyProblem``."""
    if not passphrase or any(character in passphrase for character in "\n\r\0"):
        raise KeyProblem("signing.passphrase-form")
    return passphrase.encode("utf-8").decode("latin-1")


_DEAD = frozenset("erdi")
"""Validity letters of keys that must not sign: expired, revoked, disabled, invalid (GnuPG doc/DETAILS, field 2)."""


def _usable_for_signing(key: dict[str, Any]) -> list[str]:
    """Return the fingerprints of the primary key and subkeys that may sign and whose secret part is at hand."""
    if key["trust"] in _DEAD or "D" in key["cap"] or not _is_sound(key):
        return []
    parts = [key, *key.get("subkey_info", {}).values()]
    return [
        part["fingerprint"]
        for part in parts
        # Small letters are what this very key may do; "#" stands where its secret part is not at hand (field 15).
        if "s" in part["cap"] and part["trust"] not in _DEAD and part["token"] not in {"", "#"} and _is_sound(part)
    ]


def _is_sound(part: dict[str, Any]) -> bool:
    return is_sound_key(int(part["algo"]), int(part["length"]))


def _why_unusable(key: dict[str, Any]) -> str:
    if key["trust"] == "e":
        return "signing.expired"
    if key["trust"] == "r":
        return "signing.revoked"
    if key["trust"] == "d" or "D" in key["cap"]:
        return "signing.disabled"
    signing = (part for part in key.get("subkey_info", {}).values() if "s" in part["cap"])
    if not all(map(_is_sound, (key, *signing))):
        return "signing.key-weak"
    return "signing.no-signing-key"
