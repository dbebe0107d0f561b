"""Where an identity token comes from: the environment, a file, the build system, or a person with a browser.

A token is a secret for the minutes that it is valid.  It is read after the verdict, kept in memory, and shown nowhere.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import id as ambient
from sigstore.oidc import IdentityError, IdentityToken, Issuer, detect_credential

from gate.errors import KeyProblem, SigningFailure
from gate.paths import printable
from gate.signing.deadlines import TooLateError, bound, within

_MOST_BYTES: Final = 1 << 16
_AMBIENT_SECONDS: Final = 60.0
_PERSON_SECONDS: Final = 600.0
"""How long a person has to log in."""
_BUILD_SYSTEMS: Final = {
    "GITHUB_ACTIONS": "GitHub",
    "GITLAB_CI": "",
    "BUILDKITE": "Buildkite",
    "CIRCLECI": "CircleCI",
    "GOOGLE_SERVICE_ACCOUNT_NAME": "Google",
}
"""By the variable that shows a build system: who operates its identity provider; GitLab hands the token over itself."""
_GOOGLE_MACHINE: Final = Path("/sys/class/dmi/id/product_name")


@dataclass(frozen=True, slots=True)
class TokenSource:
    """Where to get a token: a variable or a file that the policy names, else the build system, else a person."""

    variable: str | None = None
    file: Path | None = None
    interactive: bool = False

    def require(self) -> None:
        """Raise ``KeyProblem`` where there is nothing that a token could come from; no secret is read."""
        if self.variable is not None:
            if not os.environ.get(self.variable):
                raise KeyProblem("keyless.no-variable", name=printable(self.variable))
        elif self.file is not None:
            if not self.file.is_file():
                raise KeyProblem("keyless.no-file", path=printable(str(self.file)))
        elif not self.interactive and not _has_build_system():
            raise KeyProblem("keyless.no-identity")

    def contacted(self, issuer: str, operator: str) -> tuple[str, str]:
        """Return the service that is asked for a token and its operator, empty where none is.

        ``issuer`` and ``operator`` are of the one for persons.
        """
        if self.variable is not None or self.file is not None:
            return "", ""
        if not _has_build_system():
            return f"OpenID issuer {issuer}", operator
        operators = [name for variable, name in _BUILD_SYSTEMS.items() if os.environ.get(variable)] or ["Google"]
        return (f"identity provider of {operators[0]}", operators[0]) if operators[0] else ("", "")

    def get(self, issuer: str) -> IdentityToken:
        """Return a token that is valid now.

        Raises ``KeyProblem`` where there is none or it is not one, ``SigningFailure`` where a service does not answer.
        """
        raw = self._given()
        if raw is None:
            raw = _from_build_system()
        if raw is None:
            return self._from_person(issuer)
        try:
            return IdentityToken(raw)
        except IdentityError as error:
            raise KeyProblem("keyless.token") from error

    def _given(self) -> str | None:
        self.require()
        if self.variable is not None:
            return os.environ[self.variable].strip()
        if self.file is None:
            return None
        try:
            with self.file.open("rb") as stream:
                return stream.read(_MOST_BYTES).decode("ascii").strip()
        except (OSError, ValueError) as error:
            raise KeyProblem("keyless.no-file", path=printable(str(self.file))) from error

    def _from_person(self, issuer: str) -> IdentityToken:
        if not self.interactive:
            raise KeyProblem("keyless.no-identity")

        def ask() -> IdentityToken:
            service = Issuer(issuer)
            bound(service.session)
            return service.identity_token()

        try:
            return within(_PERSON_SECONDS, ask)
        except IdentityError as error:
            raise KeyProblem("keyless.token") from error
        except Exception as error:
            raise _unreachable(f"OpenID issuer {issuer}", error) from error


def _has_build_system() -> bool:
    if any(os.environ.get(name) for name in _BUILD_SYSTEMS):
        return True
    try:
        return _GOOGLE_MACHINE.read_text(encoding="utf-8", errors="replace").startswith("Google")
    except OSError:
        return False


def _from_build_system() -> str | None:
    try:
        return within(_AMBIENT_SECONDS, detect_credential)
    except IdentityError as error:
        if isinstance(error.__cause__, ambient.GitHubOidcPermissionCredentialError):
            raise KeyProblem("keyless.permission") from error
        raise _unreachable("identity provider of the build system", error) from error
    except Exception as error:
        raise _unreachable("identity provider of the build system", error) from error


def _unreachable(service: str, error: Exception) -> SigningFailure:
    # The text of such an error may quote what a service said, or a token.
    detail = "timeout" if isinstance(error, TooLateError) else type(error).__name__
    return SigningFailure("keyless.service", service=printable(service), detail=detail)
