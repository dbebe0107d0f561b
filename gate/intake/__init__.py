"""Intake: open, hash, identify and unpack, within limits; nothing is ever written under a name from an archive."""
