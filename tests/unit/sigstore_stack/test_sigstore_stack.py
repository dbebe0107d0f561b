"""The simulated instance is one to the stock client: what it signs verifies, and each fault of content is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import requests
from sigstore.dsse import Statement
from sigstore.models import Bundle, ClientTrustConfig
from sigstore.oidc import IdentityToken
from sigstore.sign import SigningContext
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity

from tests.simulators.sigstore.faults import Fault, Service
from tests.simulators.sigstore.issuer import WORKFLOW, WORKFLOW_IDENTITY
from tests.simulators.sigstore.stack import Stack

STATEMENT = json.dumps(
    {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "a", "digest": {"sha256": "0" * 64}}],
        "predicateType": "urn:x-test",
        "predicate": {},
    }
).encode()


@pytest.fixture(scope="module")
def running() -> Iterator[Stack]:
    with Stack() as stack:
        yield stack


@pytest.fixture
def stack(running: Stack) -> Stack:
    running.faults.clear()
    return running


def config_of(stack: Stack, rekor: int) -> ClientTrustConfig:
    return ClientTrustConfig.from_json(json.dumps(stack.trust_config(rekor)))


def sign(stack: Stack, rekor: int, claims: Any = None) -> Bundle:
    context = SigningContext.from_trust_config(config_of(stack, rekor))
    with context.signer(IdentityToken(stack.issuer.mint(claims))) as signer:
        return signer.sign_dsse(Statement(STATEMENT))


@pytest.mark.parametrize("rekor", [1, 2])
def test_what_it_signs_verifies(stack: Stack, rekor: int) -> None:
    verifier = Verifier(trusted_root=config_of(stack, rekor).trusted_root)
    person = Identity(identity="release-bot@example.test", issuer=stack.issuer.url)
    for _ in range(3):  # trees of several sizes
        bundle = Bundle.from_json(sign(stack, rekor).to_json())
        assert verifier.verify_dsse(bundle, person) == ("application/vnd.in-toto+json", STATEMENT)
    workflow = Identity(identity=WORKFLOW_IDENTITY, issuer=WORKFLOW["iss"])
    bundle = sign(stack, rekor, WORKFLOW)
    verifier.verify_dsse(bundle, workflow)
    with pytest.raises(Exception, match="Certificate's"):
        verifier.verify_dsse(bundle, person)


@pytest.mark.parametrize(
    ("service", "fault", "rekor"),
    [
        ("rekor", "wrong-set", 1),
        ("rekor", "wrong-proof", 1),
        ("rekor", "wrong-proof", 2),
        ("rekor", "foreign-log", 1),
        ("rekor", "foreign-log", 2),
        ("rekor", "wrong-body", 1),
        ("rekor", "wrong-body", 2),
        ("tsa", "foreign-tsa", 2),
        ("tsa", "wrong-imprint", 2),
        ("fulcio", "foreign-ca", 1),
        ("fulcio", "no-sct", 1),
        ("fulcio", "foreign-sct", 1),
        ("fulcio", "other-identity", 1),
        ("fulcio", "expired", 1),
    ],
)
def test_each_fault_is_one(stack: Stack, service: Service, fault: Fault, rekor: int) -> None:
    stack.faults[service] = fault
    verifier = Verifier(trusted_root=config_of(stack, rekor).trusted_root)
    person = Identity(identity="release-bot@example.test", issuer=stack.issuer.url)
    with pytest.raises(Exception):  # noqa: B017, PT011  # of whatever kind: the library raises many
        verifier.verify_dsse(sign(stack, rekor), person)


def test_a_token_of_another_issuer_is_refused(stack: Stack) -> None:
    forged = jwt.encode({**jwt.decode(stack.issuer.mint(), options={"verify_signature": False})}, "k" * 32, "HS256")
    answer = requests.post(
        f"{stack.url}/api/v2/signingCert", json={}, headers={"Authorization": f"Bearer {forged}"}, timeout=5
    )
    assert answer.status_code == 400
    assert stack.asked[-1].path == "/api/v2/signingCert"


def test_the_issuer_publishes_the_key_that_it_signs_with(stack: Stack) -> None:
    keys = requests.get(stack.issuer.configuration()["jwks_uri"], timeout=5).json()
    key = jwt.PyJWK(keys["keys"][0])
    claims = jwt.decode(stack.issuer.mint(), key, algorithms=["ES256"], audience="sigstore")
    assert claims["iss"] == stack.issuer.url
