"""Bad samples for every rule of the project, and harmless twins: one module for each purpose.

The samples are put together when the tests run: ``¦`` stands where a text is cut, so that neither these files nor a
scanner's view of the source tree holds one whole.  All are harmless: hosts end in ``.invalid`` or lie in networks
that are kept for documents (RFC 2606, RFC 5737), and no command in them does anything.
"""

from __future__ import annotations

from types import ModuleType

from tests.examine.yara.samples import (
    build_scripts,
    credentials,
    downloads,
    evasion,
    install_hooks,
    miners,
    obfuscated_unix,
    obfuscated_windows,
    office,
    persistence,
    programs,
    ransom,
    reverse_shells,
    secrets,
    shortcuts,
    web_shells,
)

MODULES: tuple[ModuleType, ...] = (
    build_scripts,
    credentials,
    downloads,
    evasion,
    install_hooks,
    miners,
    obfuscated_unix,
    obfuscated_windows,
    office,
    persistence,
    programs,
    ransom,
    reverse_shells,
    secrets,
    shortcuts,
    web_shells,
)
"""The modules; each has ``BAD`` and ``BENIGN``: lists of contents by the id of a rule."""


def merged(name: str) -> dict[str, list[bytes]]:
    """Return ``BAD`` or ``BENIGN`` of all modules; raises ``ValueError`` where two have samples of one rule."""
    everything: dict[str, list[bytes]] = {}
    for module in MODULES:
        samples: dict[str, list[bytes]] = getattr(module, name)
        if both := everything.keys() & samples.keys():
            raise ValueError(sorted(both))
        everything |= samples
    return everything


BAD = merged("BAD")
"""Samples that a rule must find, by the rule's id."""
BENIGN = merged("BENIGN")
"""Harmless content that is like a rule's samples, by the rule's id."""
