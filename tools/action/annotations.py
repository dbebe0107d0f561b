"""What came of a run, as annotations: one of the whole, and one for each of the gravest findings in the checkout."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote_to_bytes

from gate_process import INTERRUPTED
from runner import command

from gate.paths import unescape_component
from gate.text import Language, render

MOST = 9
"""Annotations of one level: GitHub shows ten of each from a step, and one is that of the whole run."""
_LEVELS = {"error": "error", "warning": "warning"}
"""Levels of SARIF that are shown, and their commands; notes are in the report."""
_IN_MESSAGE = re.compile(r"\\([\\\[\]])|(\{\{)|(\}\})")


@dataclass(frozen=True)
class Annotation:
    """One finding at a file of the checkout; ``file`` is relative to the workspace, ``line`` 0 where none is known."""

    level: str
    finding: str
    text: str
    file: str
    line: int


def annotate(
    document: Mapping[str, Any],
    sarif: Mapping[str, Any],
    paths: Sequence[str],
    workspace: Path,
    counts: Mapping[str, int],
    language: Language,
) -> None:
    """Tell the runner the verdict, unless it is "approved", and findings at files that people can open.

    ``paths`` are the artifacts as they were given, ``document`` the result, ``sarif`` the same as SARIF 2.1.0.
    """
    names = [artifact["path"] for artifact in document["artifacts"]]
    places = dict(zip(names, paths, strict=True)) if len(names) == len(paths) else {}
    shown = list(_bounded(found_in_checkout(sarif, places, workspace)))
    verdict = document["verdict"]
    if verdict != "approved":
        command("error", render(f"report.headline.{verdict}", language, counts), title=f"release-gate: {verdict}")
    for each in shown:
        line = {"line": each.line} if each.line else {}
        command(each.level, each.text, file=each.file, **line, title=f"release-gate: {each.finding}")


def tell_of_no_answer(what: Literal["not-run", "not-signed"], status: int, environment: Mapping[str, str]) -> None:
    """Tell the runner that there is no result, with the gate's exit code; nothing where the run was cancelled."""
    if status != INTERRUPTED:
        text = render(f"report.headline.{what}", language_of(environment), {"status": status})
        command("error", text, title="release-gate")


def language_of(environment: Mapping[str, str]) -> Language:
    """Return the language that the inputs name."""
    return "ja" if environment.get("GATE_LANGUAGE") == "ja" else "en"


def _bounded(annotations: Iterator[Annotation]) -> Iterator[Annotation]:
    left = dict.fromkeys(_LEVELS.values(), MOST)
    for each in annotations:
        if left[each.level]:
            left[each.level] -= 1
            yield each
        if not any(left.values()):
            return


def found_in_checkout(sarif: Mapping[str, Any], places: Mapping[str, str], workspace: Path) -> Iterator[Annotation]:
    """Yield the open findings at files of the workspace, in the order of the report: the gravest first."""
    for result in sarif["runs"][0]["results"]:
        level = _LEVELS.get(result["level"])
        place = result["locations"][0]["physicalLocation"]
        item = os.fsdecode(unquote_to_bytes(place["artifactLocation"]["uri"]))
        file = file_of(item, places, workspace)
        if level is None or result["suppressions"] or file is None:
            continue
        line = 0 if "!/" in item else place.get("region", {}).get("startLine", 0)
        yield Annotation(level, result["ruleId"], _plain(result["message"]["text"]), file, line)


def file_of(item: str, places: Mapping[str, str], workspace: Path) -> str | None:
    """Return the file that an item path leads to, or the container that it lies in; None for others.

    A name that no line of a log can hold is left out.
    """
    name, _, rest = item.partition("!/")[0].partition("/")
    if name not in places:
        return None
    try:
        steps = [os.fsdecode(unescape_component(step)) for step in rest.split("/") if step]
        path = Path(workspace, places[name], *steps)
        found = path.relative_to(workspace) if path.is_file() else None
    except (OSError, ValueError):
        return None
    return str(found) if found and ".." not in found.parts and str(found).isprintable() else None


def _plain(text: str) -> str:
    """Return a message of SARIF as it reads: without backslashes (3.11.6) and doubled braces (3.11.5)."""
    return _IN_MESSAGE.sub(lambda match: match[1] or (match[2] or match[3])[0], text)


def load(file: Path) -> Any:  # noqa: ANN401  # JSON
    """Return what a JSON file of the gate holds."""
    return json.loads(file.read_bytes())
