"""``[signing.keyless]``: signatures by sigstore."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, StrictBool, model_validator

from gate.keyless.identities import IdentityError, check_identity, check_issuer
from gate.policy.section import Section
from gate.policy.values import Text, problem  # pydantic reads annotations when the module is loaded


def _identity(text: str) -> str:
    try:
        return check_identity(text)
    except IdentityError as error:
        raise problem("policy.keyless-identity") from error


def _issuer(text: str) -> str:
    try:
        return check_issuer(text)
    except IdentityError as error:
        raise problem("policy.keyless-issuer") from error


class Keyless(Section):
    """``[signing.keyless]``: the sigstore instance, where the identity comes from, and who has to come out.

    Without ``trust_config`` it is the public instance, and then ``public_log`` says that the name of the repository and
    of the signer may become public where the build system does not say that they are.  The identity token comes from
    ``token_env`` or ``token_file``; without either from the build system, or from a person with a browser.
    """

    trust_config: Text | None = None
    token_env: Text | None = None
    token_file: Text | None = None
    identity: Annotated[str, AfterValidator(_identity)] | None = None
    issuer: Annotated[str, AfterValidator(_issuer)] | None = None
    public_log: StrictBool = False

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        if self.token_env is not None and self.token_file is not None:
            raise problem("policy.keyless-token")
        return self
