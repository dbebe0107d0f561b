"""Why reading and running differ, by package and host."""

from __future__ import annotations

EXPLANATIONS: dict[tuple[str, str], str] = {}
