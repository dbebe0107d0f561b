"""An OpenID Connect issuer: signs identity tokens, publishes its key, and serves the flows that end in a token."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from tests.simulators.sigstore.certificates import new_key

AUDIENCE = "sigstore"
_ALGORITHM = "ES256"
WORKFLOW: Mapping[str, Any] = {
    "iss": "https://token.actions.githubusercontent.com",
    "sub": "repo:acme/app:ref:refs/tags/v1.4.0",
    "repository": "acme/app",
    "repository_visibility": "public",
    "ref": "refs/tags/v1.4.0",
    "sha": "a" * 40,
    "workflow": "release",
    "event_name": "push",
    "runner_environment": "github-hosted",
    "job_workflow_ref": "acme/app/.github/workflows/release.yml@refs/tags/v1.4.0",
}
"""The claims of a token that a workflow on GitHub gets."""
WORKFLOW_IDENTITY = f"https://github.com/{WORKFLOW['job_workflow_ref']}"


@dataclass
class Issuer:
    """An issuer at ``url``; ``person`` are the claims of whoever logs in with a browser or runs a workflow."""

    url: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    person: Mapping[str, Any] = field(default_factory=lambda: {"sub": "release-bot@example.test"})
    _codes: dict[str, str] = field(default_factory=dict)

    def mint(self, claims: Mapping[str, Any] | None = None, *, seconds: int = 300) -> str:
        """Return a signed identity token; ``claims`` replace those that it would have."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "iat": now, "exp": now + seconds}
        return jwt.encode({**usual, **(self.person if claims is None else claims)}, self.key, _ALGORITHM)

    def read(self, bearer: str) -> dict[str, Any]:
        """Return the claims of a token, as a relying party does.  Raises ``jwt.InvalidTokenError``."""
        return jwt.decode(
            bearer.removeprefix("Bearer "), self.key.public_key(), algorithms=[_ALGORITHM], audience=AUDIENCE
        )

    def configuration(self) -> dict[str, Any]:
        """Answer ``GET /.well-known/openid-configuration`` (OpenID Connect Discovery 1.0)."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/auth",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }

    def keys(self) -> dict[str, Any]:
        """Answer ``GET /keys`` (RFC 7517)."""
        numbers = self.key.public_key().public_numbers()
        coordinates = {
            name: base64.urlsafe_b64encode(value.to_bytes(32, "big")).rstrip(b"=").decode()
            for name, value in (("x", numbers.x), ("y", numbers.y))
        }
        return {"keys": [{"kty": "EC", "crv": "P-256", "alg": _ALGORITHM, "use": "sig", **coordinates}]}

    def authorize(self, query: str) -> str:
        """Answer ``GET /auth``: the person agrees at once; returns where the browser is sent (RFC 6749, 4.1.2)."""
        asked = parse_qs(query)
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked["code_challenge"][0]
        return f"{asked['redirect_uri'][0]}?{urlencode({'code': code, 'state': asked['state'][0]})}"

    def exchange(self, form: str) -> dict[str, Any]:
        """Answer ``POST /token``.  Raises ``KeyError`` for a code that was not given out."""
        del self._codes[parse_qs(form)["code"][0]]
        return {"access_token": self.mint(), "token_type": "Bearer"}

    def for_workflow(self) -> dict[str, Any]:
        """Answer ``GET /actions``, as GitHub answers a workflow that may ask for a token."""
        return {"value": self.mint()}
