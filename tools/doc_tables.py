"""Put generated tables between their markers in the pages of the documentation, or say which pages are stale."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["en", "ja"]
Tables: TypeAlias = Mapping[str, Callable[[Language], str]]


def filled(page: str, language: Language, tables: Tables) -> str:
    """Return a page with its tables put between their markers.  Raises ``SystemExit`` where one has no place."""
    for name, table in tables.items():
        start, end = f"<!-- table {name} -->", f"<!-- end of table {name} -->"
        before, marker, rest = page.partition(start)
        _, other, after = rest.partition(end)
        if not marker or not other:
            raise SystemExit(f"no place for the table {name} ({language})")
        page = f"{before}{start}\n\n{table(language)}\n\n{end}{after}"
    return page


def write_or_check(pages: Mapping[Language, Path], tables: Tables) -> int:
    """Write the pages, or with ``--check`` compare them: return 1 where one is stale, else 0."""
    check = "--check" in sys.argv
    stale = []
    for language, path in pages.items():
        old = path.read_text("utf-8")
        new = filled(old, language, tables)
        if old != new:
            stale.append(path)
            if not check:
                path.write_text(new, "utf-8")
    for path in stale:
        print("stale" if check else "written", path.name)
    return 1 if check and stale else 0
