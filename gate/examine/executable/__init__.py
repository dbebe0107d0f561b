"""Executable program formats, named by content (contract clause 26-3 3(3))."""
