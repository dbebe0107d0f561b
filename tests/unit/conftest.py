"""Fixtures of the unit tests."""

from tests.unit.release_kit import keys

__all__ = ["keys"]
