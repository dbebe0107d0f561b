"""Papers as HTML: one file that asks for nothing, runs nothing, links to nothing.

Its Content-Security-Policy allows the one style sheet inside, by digest, and nothing else.  Every text is escaped by
:func:`gate.reports.escaping.html`, whatever the template says of it.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from gate.reports.escaping import html as escaped
from gate.reports.papers.blocks import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.reports.papers.blocks import Block, Cell, Paper

_TEMPLATES: Final = resources.files("gate.reports") / "templates"


class _Shown:
    """A block as the template sees it: its fields, and which kind it is."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self.kind = type(block).__name__

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever field the kind of block has
        return getattr(self._block, name)

    def labelled(self, row: tuple[Cell, ...]) -> Iterator[tuple[Column, Cell]]:
        """Return the cells of a row with their columns: a narrow screen shows the head beside each cell."""
        columns = self._block.columns if isinstance(self._block, Table) else ()
        return zip(columns, row, strict=True)


def render_html(paper: Paper) -> str:
    """Return a paper as a whole HTML document."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    shown = {
        "language": paper.language,
        "title": paper.title,
        "subtitle": paper.subtitle,
        "footer": paper.footer,
        "mark": paper.mark,
        "body": [_Shown(block) for block in paper.body],
    }
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return _template().render(paper=shown, policy=policy, style=Markup(style))  # noqa: S704  # our own file


@cache
def _style() -> str:
    """Return the style sheet, with a class for each width that a column can have."""
    widths = "".join(f".w{share}{{width:{share}%}}" for share in range(1, 101))
    return (_TEMPLATES / "paper.css").read_text(encoding="utf-8") + widths + "\n"


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, finalize=_finalized, trim_blocks=True)
    return environment.from_string((_TEMPLATES / "paper.html.j2").read_text(encoding="utf-8"))


def _finalized(value: object) -> Markup:
    """Return what stands in the document for a value of the template: escaped, unless the template itself made it."""
    return value if isinstance(value, Markup) else Markup(escaped(str(value)))  # noqa: S704  # escaped just here
