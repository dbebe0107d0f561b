"""Every error that the gate raises on purpose.

::

    GateError                      70  (never raised itself)
    ├── UsageError                  2  wrong arguments, inputs or output place
    │   ├── PolicyError             2  gate.toml cannot be used
    │   ├── TrustError              2  trust.toml cannot be used
    │   └── KeyProblem              2  signing key missing, ambiguous or locked
    ├── EngineFailure               3  an engine did not start, died or missed its canary
    ├── SigningFailure              3  a signing tool or service failed
    ├── ArtifactChanged             3  bytes are not those that were examined
    ├── IsolationError              3  a confined process could not be had
    │   ├── WorkerTimeout           3  it did not answer within its deadline
    │   └── WorkerDied              3  it crashed, ran out of memory, or answered garbage
    └── VerificationError           1  the release does not prove what it must
        └── NotTold                 3  what was given says too little for an answer

Each carries a message code and arguments; the text in English and Japanese is in the catalogue (``gate.text``)
under ``<code>``, and what to do about it under ``<code>.advice``.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from gate.text import render

Language = Literal["en", "ja"]


class GateError(Exception):
    """Root of all errors of the gate.

    ``code`` names the message (``<domain>.<name>``), ``arguments`` fill it in.  Arguments that come from artifacts
    must be escaped by the caller with ``gate.paths.printable``.
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, code: str, /, **arguments: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.arguments: dict[str, str | int] = arguments

    def __str__(self) -> str:
        return self.message("en")

    def message(self, language: Language) -> str:
        """Return what happened and where, in the given language."""
        return render(self.code, language, self.arguments)

    def advice(self, language: Language = "en") -> str:
        """Return what to do about it, in the given language."""
        return render(f"{self.code}.advice", language, self.arguments)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.code, self.arguments))


def _rebuild(kind: type[GateError], code: str, arguments: dict[str, str | int]) -> GateError:
    return kind(code, **arguments)


class UsageError(GateError):
    """Wrong arguments, inputs or output place."""

    exit_code = 2


class PolicyError(UsageError):
    """The policy file cannot be used."""


class TrustError(UsageError):
    """The recipient's trust file cannot be used."""


class KeyProblem(UsageError):
    """A signing key is missing, ambiguous or locked."""


class EngineFailure(GateError):
    """An engine did not start, died, or missed its canary."""

    exit_code = 3


class SigningFailure(GateError):
    """A signing tool or service failed; no signature exists."""

    exit_code = 3


class ArtifactChanged(GateError):
    """Bytes on disk are no longer those that were examined."""

    exit_code = 3


class IsolationError(GateError):
    """A confined process could not be had."""

    exit_code = 3


class WorkerTimeout(IsolationError):
    """A confined process did not answer within its deadline and was killed."""


class WorkerDied(IsolationError):
    """A confined process crashed, ran out of memory, or answered something that is no answer."""


class VerificationError(GateError):
    """A release does not prove what it must; ``reason`` is a ``verify/…`` id, ``path`` the file concerned."""

    exit_code = 1

    def __init__(self, reason: str, /, path: str = "", **arguments: str | int) -> None:
        super().__init__(f"verify.{reason.removeprefix('verify/')}", path=path, **arguments)
        self.reason = reason
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        rest = {key: value for key, value in self.arguments.items() if key != "path"}
        return (_rebuild_verification, (type(self), self.reason, self.path, rest))


def _rebuild_verification(
    kind: type[VerificationError], reason: str, path: str, rest: dict[str, str | int]
) -> VerificationError:
    return kind(reason, path, **rest)


class NotTold(VerificationError):
    """Nothing speaks against what is verified, but what was given says too little for an answer."""

    exit_code = 3
