"""The ``magika`` examiner: asks a trained model of every text that the table of formats does not call a script.

It only adds: a script that it names is one, and what it says of anything else counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from gate.errors import EngineFailure
from gate.examine.executable.content import Content
from gate.examine.executable.script_names import is_other_text
from gate.examine.executable.table import TABLE
from gate.examine.interface import Observation, View
from gate.examine.script_model import NAME, is_unnamed
from gate.examine.script_model.model import SAMPLE_BYTES, Model, loaded
from gate.models import Aspect, EngineInfo, ExecutableFact, Gap, Item

FORMAT = "unlisted"
_SCRIPTS = frozenset(
    (
        *("asp", "autohotkey", "autoit", "awk", "batch", "coffeescript", "groovy", "javascript", "julia", "lua"),
        *("perl", "php", "powershell", "python", "r", "ruby", "shell", "tcl", "typescript", "vba"),
    )
)
"""What the model calls a script that runs as it stands."""
_SURE = 0.9
_SMALLEST = 32
"""Bytes below which a text is too short for the model to tell a script from a note."""
_SHELL = b"for name in $(ls /srv); do\n  tar -C /srv -cf /backup/$name.tar $name && echo saved $name\ndone\n"
_LETTER = b"Dear members,\n\nthe meeting of the committee is on Monday at ten. Please bring the minutes.\n\nYours\n"


class ScriptModelExaminer:
    """Asks the model of texts without a name and without a mark."""

    name = NAME
    depends_on: frozenset[Aspect] = frozenset({"content", "name", "mode"})

    def applies(self, item: Item) -> bool:
        """Say whether the item is nothing that intake knows."""
        return is_unnamed(item)

    def start(self) -> EngineInfo:
        """Prove that the model calls a script one, and a letter none."""
        return _proven(loaded())

    def examine(self, view: View) -> Iterator[Observation]:
        """Yield the script that only the model knows."""
        model = loaded()
        content = Content(view, view.labels)
        if len(content.head) < min(view.size, 1):
            yield Gap("unreadable", f"fewer than {view.size} bytes are there")
            return
        if content.text is None or content.size < _SMALLEST or is_other_text(view.name):
            return
        told = tuple(named.format for named in TABLE.by_content(content).named)
        if told or TABLE.by_name(content.under(view.name, view.mode, told)).named:
            return
        script = _script(model, _sample(content))
        if script:
            yield ExecutableFact("script", FORMAT, "", f"magika={script}")

    def finish(self) -> EngineInfo:
        """Prove the model once more."""
        return _proven(loaded())

    def close(self) -> None:
        """Do nothing: the model ends with its worker."""


def _sample(content: Content) -> bytes:
    if content.size <= 2 * SAMPLE_BYTES:
        return content.everything()
    return content.at(0, SAMPLE_BYTES) + content.at(content.size - SAMPLE_BYTES, SAMPLE_BYTES)


def _script(model: Model, data: bytes) -> str:
    """Return the language of the script that the model is sure of, or nothing."""
    label, score = model.tell(data)
    return label if label in _SCRIPTS and score >= _SURE else ""


def _proven(model: Model) -> EngineInfo:
    if _script(model, _SHELL) != "shell":
        raise EngineFailure("examine.canary-missed", engine=NAME)
    if _script(model, _LETTER):
        raise EngineFailure("examine.canary-false", engine=NAME)
    return EngineInfo(NAME, model.version, None, "passed", f"sure={_SURE}")
