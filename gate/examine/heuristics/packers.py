"""Names that packers and protectors give to sections and segments.

From the packers' own output and their documentation; compared without regard to case.
"""

from __future__ import annotations

_BY_PREFIX = {
    "upx": ("upx0", "upx1", "upx2", "upx3", ".upx0", ".upx1", ".upx2", "upx!"),
    "aspack": (".aspack", ".adata", "aspack"),
    "asprotect": (".aspr",),
    "mpress": (".mpress1", ".mpress2"),
    "themida": (".themida", "themida", ".winlice", "winlicen"),
    "vmprotect": (".vmp0", ".vmp1", ".vmp2", ".vmp3"),
    "petite": (".petite", "petite"),
    "fsg": ("fsg!", ".fsg"),
    "mew": ("mew", "\x02\xd2u\xdb\x8a\x16\xeb\xd4"),
    "nspack": (".nsp0", ".nsp1", ".nsp2", "nsp0", "nsp1", "nsp2", "nspack"),
    "pecompact": ("pec1", "pec2", "pecompact2", "pec2to", "pec2mo"),
    "enigma": (".enigma1", ".enigma2"),
    "upack": (".upack", ".bydwing"),
    "rlpack": (".rlpack", ".packed"),
    "kkrunchy": ("kkrunchy",),
    "yoda": (".yp", ".y0da"),
    "obsidium": ("obsidium",),
    "telock": (".telock",),
    "wwpack": (".wwpack", ".wwp32"),
    "exestealth": ("exestlth",),
    "neolite": (".neolit", ".neolite"),
    "procrypt": ("procrypt",),
    "spack": (".spack",),
    "shrinker": (".shrink1", ".shrink2", ".shrink3"),
    "perplex": (".perplex",),
    "svkp": (".svkp",),
    "boomerang": (".boom",),
}
PACKER_OF_SECTION = {name.lower(): packer for packer, names in _BY_PREFIX.items() for name in names}
"""Name of a section of a program for Windows in lower case -> packer."""
MACHO_SEGMENTS = {"upxtext": "upx", "__xhdr": "upx", "upx_data": "upx"}
"""Name of a Mach-O segment or section in lower case -> packer (UPX source, ``p_mach``)."""


def packer_of_section(name: str) -> str | None:
    """Return the packer that gives such a name to a section, or None."""
    return PACKER_OF_SECTION.get(name.rstrip("\0 ").lower())
