"""The families of formats that are not text, and not documents: programs, bytecode and installers."""

from __future__ import annotations

from gate.examine.executable import bytecode, images, installers, programs
from gate.examine.executable.content import Family

FAMILIES: tuple[Family, ...] = (
    *programs.FAMILIES,
    *images.FAMILIES,
    *bytecode.FAMILIES,
    *installers.FAMILIES,
)
