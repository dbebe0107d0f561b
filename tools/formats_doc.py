"""Write the table of ``docs/executable-formats.md`` and its Japanese twin from the table of formats itself.

``python tools/formats_doc.py`` writes what follows the marker, ``--check`` only says whether it is current (exit 1 if
not).  A format without a name in ``tools/format_names.py`` is an error, and so is a name without a format.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from gate.examine.executable.embedded import KINDS  # noqa: E402  # the root has to be on the path first
from gate.examine.executable.table import FAMILIES  # noqa: E402
from gate.models import ExecutableClass  # noqa: E402
from tools.format_names import FORMAT_NAMES  # noqa: E402

MARK = "<!-- formats: written by tools/formats_doc.py -->"
PAGES = {"executable-formats.md": 0, "executable-formats.ja.md": 1}
"""Page -> which of the names of a format stands there."""
CLASSES: dict[ExecutableClass, tuple[str, str]] = {
    "native": ("programs for processors", "機械語のプログラム"),
    "bytecode": ("programs for virtual machines, and packages of them", "仮想機械のプログラム及びそのパッケージ"),
    "installer": ("installers and packages", "インストーラー及びパッケージ"),
    "script": ("scripts", "スクリプト"),
    "shortcut": ("shortcuts and settings", "ショートカット及び設定"),
    "macro": ("macros", "マクロ"),
    "active-document": ("documents that act", "動作を含む文書"),
    "serialized-code": ("serialized objects that run code", "コードを実行する直列化データ"),
}
TOLD_BY = {"content": ("content", "内容"), "text": ("text", "テキスト"), "name": ("name or mode", "名前又は権限")}
HEADS = (
    ("| format | what it is | told by |", "also inside of anything"),
    ("| 形式 | 内容 | 判別の根拠 |", "他のデータの中でも検出"),
)


def ways() -> dict[str, list[str]]:
    """Return how each format is told: the kinds of its families, each once."""
    found: dict[str, list[str]] = {}
    for family in FAMILIES:
        way = "name" if family.by_name else "text" if family.text else "content"
        for name in family.formats:
            found.setdefault(name, [])
            if way not in found[name]:
                found[name].append(way)
    return found


def rows(class_: ExecutableClass, language: int) -> list[str]:
    """Return the rows of the formats of a class."""
    names = dict.fromkeys(name for family in FAMILIES if family.class_ == class_ for name in family.formats)
    told = ways()
    lines = []
    for name in names:
        by = ", ".join(TOLD_BY[way][language] for way in told[name])
        inside = f"; {HEADS[language][1]}" if name in KINDS else ""
        lines.append(f"| `{name}` | {FORMAT_NAMES[name][language]} | {by}{inside} |")
    return lines


def table(language: int) -> str:
    """Return the tables of all classes in one language."""
    count = len(ways())
    lines = [f"形式の数: {count}" if language else f"{count} formats.", ""]
    for class_ in get_args(ExecutableClass):
        lines += [f"### {CLASSES[class_][language]} (`{class_}`)", "", HEADS[language][0], "|---|---|---|"]
        lines += [*rows(class_, language), ""]
    return "\n".join(lines)


def problems() -> list[str]:
    """Return what is missing: names of formats, or formats of names."""
    formats = set(ways())
    missing = [f"no name in tools/format_names.py: {name}" for name in sorted(formats - FORMAT_NAMES.keys())]
    return missing + [f"no such format: {name}" for name in sorted(FORMAT_NAMES.keys() - formats)]


def main() -> int:
    """Write or check the pages."""
    told = problems()
    if told:
        print("\n".join(told))
        return 1
    stale = []
    for name, language in PAGES.items():
        path = ROOT / "docs" / name
        text = path.read_text("utf-8")
        current = f"{text.partition(MARK)[0]}{MARK}\n\n{table(language)}"
        if text != current:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(current, "utf-8")
            print(f"docs/{name}: " + ("run tools/formats_doc.py" if "--check" in sys.argv else "written"))
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
