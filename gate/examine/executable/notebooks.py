"""Notebooks with code cells, and tables whose cells start programs."""

from __future__ import annotations

import json
import re

from gate.examine.executable.content import Answer, Content, Family, Named, text_of
from gate.models import Gap

_LARGEST = 64 << 20
_NOTEBOOK = re.compile(rb"\"(?:cells|nbformat|worksheets)\"[ \t\r\n]{0,20}:")
_CODE_CELL = re.compile(rb"\"cell_type\"[ \t\r\n]{0,20}:[ \t\r\n]{0,20}\"code\"")
_TABLES = frozenset({"csv", "tsv", "tab", "prn", "dif", "xls", "xlt"})
_CELL = re.compile(
    r"(?:^|[,;\t|]) *+\"? *+[=+\-@][^,;\t\n\"|]{0,200}\|[^\n!]{0,400}!"
    r"|(?:^|[,;\t]) *+\"? *+[=+\-@] *+(?:DDE|CALL|EXEC|REGISTER) *+\(",
    re.IGNORECASE | re.MULTILINE,
)
"""A cell that asks another program for its value (``=cmd|' /C calc'!A0``), or a function of macro sheets."""


def notebook(content: Content) -> Answer | None:
    """Name a Jupyter notebook with code in it; one of text alone is a document (nbformat 4, "Cell types")."""
    if content.suffix != "ipynb" and not (_NOTEBOOK.search(content.head) and _CODE_CELL.search(content.head)):
        return None
    if content.text is None or not content.start.lstrip().startswith("{"):
        return None
    if content.size > _LARGEST:
        return Gap("too-large", f"notebook of more than {_LARGEST} bytes")
    data = content.everything()
    if not _CODE_CELL.search(data):
        return None
    try:
        found = _has_code(json.loads(text_of(data)))
    except (ValueError, RecursionError):
        return Named("notebook", "", ("broken=json",))
    return Named("notebook") if found else None


def _has_code(document: object) -> bool:
    match document:
        case {"worksheets": [*sheets]}:
            return any(_has_code(sheet) for sheet in sheets)
        case {"cells": [*cells]}:
            return any(_is_code(cell) for cell in cells)
    return False


def _is_code(cell: object) -> bool:
    match cell:
        case {"cell_type": "code", "source": source} | {"cell_type": "code", "input": source}:
            return bool("".join(map(str, source)).strip() if isinstance(source, list) else str(source).strip())
    return False


def table(content: Content) -> Answer | None:
    """Name a table in text that starts a program when a spreadsheet opens it; other formulas compute and no more."""
    if content.suffix not in _TABLES or content.text is None:
        return None
    if content.size > _LARGEST:
        return Gap("too-large", f"table of more than {_LARGEST} bytes: its formulas are not looked at")
    return Named("dde") if _CELL.search(text_of(content.everything())) else None


FAMILIES = (
    Family("script", ("notebook",), notebook, b"{ \t\r\n\xef", by_name=True),
    Family("macro", ("dde",), table, by_name=True),
)
