"""Regular expressions for what may stand before the first word that tells a text's format; linear on any input."""

from __future__ import annotations

LEADING = r"\s*+(?:[;#][^\n]*+\s*+)*+"
"""Blank lines and comments of settings files."""
XML_START = r"\s*+(?:<\?xml[^>]*+>\s*+|<!--.*?-->\s*+|<!DOCTYPE[^>]*+>\s*+)*+"
"""Declaration, comments and document type of an XML text."""
