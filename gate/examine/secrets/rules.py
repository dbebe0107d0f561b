"""All rules of secrets in text."""

from __future__ import annotations

from typing import Final

from gate.examine.secrets import private_keys, tokens
from gate.examine.secrets.found import Rules

RULES: Final[Rules] = (*private_keys.RULES, *tokens.RULES)
