"""Write the tables of ``docs/attacks.md`` and its Japanese twin from the attacks that the tests make.

``python tools/attacks_doc.py`` writes them between their markers, ``--check`` only says whether they are current
(exit 1 if not).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from doc_tables import Language, Tables, write_or_check

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.verification_attacks.attack import Attack  # noqa: E402  # the root has to be on the path first
from tests.verification_attacks.harmless import HARMLESS  # noqa: E402
from tests.verification_attacks.table import ATTACKS, SECTIONS  # noqa: E402

PAGES: dict[Language, Path] = {"en": ROOT / "docs" / "attacks.md", "ja": ROOT / "docs" / "attacks.ja.md"}
_HEADS: dict[str, dict[Language, Sequence[str]]] = {
    "attacks": {
        "en": ("attack", "who attacks", "what is done", "refusal"),
        "ja": ("攻撃", "攻撃者", "行為", "拒否の識別子"),
    },
    "harmless": {
        "en": ("change", "what is done", "why it is not refused"),
        "ja": ("変更", "行為", "拒否しない理由"),
    },
}
_COUNTED: dict[Language, str] = {
    "en": "{attacks} attacks, {refusals} different refusals.",
    "ja": "攻撃{attacks}種、拒否の識別子{refusals}種です。",
}


def _index(language: Language) -> int:
    return ("en", "ja").index(language)


def _cell(text: str) -> str:
    """Return text as a cell of a table: no markup of its own takes effect."""
    return re.sub(r"([\\|<>*_\[\]])", r"\\\1", text)


def _table(name: str, language: Language, rows: Iterable[Sequence[str]]) -> str:
    heads = _HEADS[name][language]
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _row(attack: Attack, at: int) -> Sequence[str]:
    return f"`{attack.name}`", _cell(attack.power.value[at]), _cell(attack.what[at]), f"`{attack.refusal}`"


def attacks(language: Language) -> str:
    """Return how many attacks there are, and a table of each kind under its own heading."""
    at = _index(language)

    def parts() -> Iterator[str]:
        yield _COUNTED[language].format(attacks=len(ATTACKS), refusals=len({each.refusal for each in ATTACKS}))
        for heading, section in SECTIONS:
            yield f"## {heading[at]}"
            yield _table("attacks", language, (_row(attack, at) for attack in section))

    return "\n\n".join(parts())


def harmless(language: Language) -> str:
    """Return the table of the changes that are not refused."""
    at = _index(language)
    rows = ((f"`{each.name}`", _cell(each.what[at]), _cell(each.why[at])) for each in HARMLESS)
    return _table("harmless", language, rows)


TABLES: Tables = {"attacks": attacks, "harmless": harmless}


if __name__ == "__main__":
    sys.exit(write_or_check(PAGES, TABLES))
