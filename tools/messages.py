"""Compile the message catalogue: every ``.po`` below ``gate/text/locale`` to the ``.mo`` beside it.

The manual pages are made of the same texts (``tools/manual.py``), so they are written along with them.
``python tools/messages.py`` writes, ``--check`` only says whether the files are current (exit 1 if not).
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent.parent / "gate" / "text" / "locale"


class _Plain(Catalog):
    """A catalogue whose header holds nothing that differs from run to run (no dates, no tool version)."""

    plurals = False

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # type: ignore[override]  # a property in Babel too, set through a method
        """Return the header fields that readers need."""
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Language", str(self.locale))]
        return [*headers, ("Plural-Forms", self.plural_forms)] if self.plurals else headers


def compiled(source: Path) -> bytes:
    """Return the ``.mo`` bytes of one ``.po`` file."""
    with source.open("rb") as stream:
        catalogue = read_po(stream, abort_invalid=True)
    plain = _Plain(locale=source.parent.parent.name)
    for message in catalogue:
        if message.id:
            plain[message.id] = message
            plain.plurals = plain.plurals or message.pluralizable
    buffer = io.BytesIO()
    write_mo(buffer, plain)
    return buffer.getvalue()


def main() -> int:
    """Write or check all compiled files."""
    check = "--check" in sys.argv
    stale = []
    for source in sorted(LOCALE.rglob("*.po")):
        target = source.with_suffix(".mo")
        data = compiled(source)
        if not target.exists() or target.read_bytes() != data:
            stale.append(target)
            if not check:
                target.write_bytes(data)
    for target in stale:
        print("stale" if check else "written", target.relative_to(LOCALE))
    if check and stale:
        return 1
    import manual  # noqa: PLC0415  # a script beside this one; reads what was compiled just now

    return manual.main()


if __name__ == "__main__":
    sys.exit(main())
