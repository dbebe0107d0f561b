"""Samples of every executable format, and for each a harmless twin: all that the modules beside this one hold."""

from __future__ import annotations

from tests.examine.executable import (
    bytecode_samples,
    document_samples,
    installer_samples,
    macro_samples,
    native_samples,
    rarer_samples,
    script_samples,
    serialized_samples,
    setup_samples,
    shortcut_samples,
    zip_samples,
)
from tests.examine.executable.sample import File, as_file

MODULES = (
    native_samples,
    rarer_samples,
    bytecode_samples,
    installer_samples,
    script_samples,
    shortcut_samples,
    zip_samples,
    document_samples,
    macro_samples,
    serialized_samples,
    setup_samples,
)

SAMPLES: dict[str, File] = {name: as_file(sample) for module in MODULES for name, sample in module.SAMPLES.items()}
"""One sample of each format, by its name."""

TWINS: dict[str, File] = {name: as_file(sample) for module in MODULES for name, sample in module.TWINS.items()}
"""For each format something harmless that is like it."""
