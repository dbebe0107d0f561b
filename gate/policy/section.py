"""What all tables of the policy share."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of the policy: frozen, and no key that is not named in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
