"""What engines say of a detection, in the reader's language.

Facts keep the words of the engines, in English: the examiner ``heuristics`` gives its reasons as
``code=weight[evidence]``, parted by blanks, and ``yara`` begins with the description of the rule.  Their texts in
either language stand in the catalogue.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gate.text import has_message, render

if TYPE_CHECKING:
    from gate.models import MessageArgs
    from gate.text import Language

_REASON: Final = re.compile(r"(?P<code>[a-z][a-z0-9-]{1,60})=(?P<weight>[0-9]{1,3})(?:\[(?P<evidence>[^\]]*)\]?)?")
_FULL_STOPS: Final = ".。"


def spelled(args: MessageArgs, language: Language) -> str:
    """Return the ``detail`` among the arguments of a finding as a person reads it; what is not known stays as it is."""
    detail = str(args["detail"])
    match args.get("engine"):
        case "heuristics":
            return "; ".join(_reason(word, language) for word in detail.split(" "))
        case "yara":
            return _described(f"rule.{args.get('name')}", detail, language)
        case _:
            return detail


def _reason(word: str, language: Language) -> str:
    found = _REASON.fullmatch(word)
    code = f"heuristics.reason.{found['code']}" if found else ""
    if found is None or not has_message(code, language):
        return word
    about = {"code": found["code"], "weight": found["weight"], "reason": render(code, language).rstrip(_FULL_STOPS)}
    text = render("finding.reason", language, about)
    if not found["evidence"]:
        return text
    return render("finding.reason-evidence", language, {"text": text, "evidence": found["evidence"]})


def _described(code: str, detail: str, language: Language) -> str:
    """Return the detail with the project's description of the rule, unless it is another rule that has its id."""
    if not has_message(code, language):
        return detail
    english = render(code, "en")
    return render(code, language) + detail.removeprefix(english) if detail.startswith(english) else detail
