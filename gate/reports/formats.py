"""The forms in which a run can be told, by the name that the command line gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from gate.record.documents import result_document
from gate.reports.escaping import json_inert_in_logs
from gate.reports.html import render_html
from gate.reports.junit import render_junit
from gate.reports.markdown import render_markdown
from gate.reports.papers.report import compose_report
from gate.reports.sarif import render_sarif
from gate.reports.text import render_check
from gate.reports.view import Issue, build_view

if TYPE_CHECKING:
    from gate.models import Examination, Judgement
    from gate.policy import LoadedPolicy
    from gate.text import Language

Format: TypeAlias = Literal["text", "json", "sarif", "junit", "markdown", "html"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)

FILE_WIDTH: Final = 100
"""Columns of a text report in a file, whatever the terminal of whoever makes it."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How to say it; ``log`` that it goes where the runner of a pipeline may look for commands."""

    language: Language
    colour: bool = False
    verbose: bool = False
    log: bool = False


def render_report(
    form: Format,
    examination: Examination,
    judgement: Judgement,
    loaded: LoadedPolicy,
    issue: Issue,
    manner: Manner,
) -> bytes:
    """Return one run in one form; what it says never depends on where else it goes."""
    language = manner.language
    if form == "json":
        document = result_document(examination, judgement, loaded, issue.gate)
        return json_inert_in_logs(document.decode()).encode() if manner.log else document
    view = build_view(examination, judgement, loaded, issue)
    match form:
        case "text":
            width = None if manner.log else FILE_WIDTH
            return render_check(
                view, judgement, language=language, colour=manner.colour, verbose=manner.verbose, width=width
            ).encode()
        case "sarif":
            return json_inert_in_logs(render_sarif(view, examination, judgement, language=language)).encode()
        case "junit":
            return render_junit(view, judgement, language=language).encode()
        case "markdown":
            return render_markdown(view, language=language).encode()
        case "html":
            return render_html(compose_report(view, language)).encode()
