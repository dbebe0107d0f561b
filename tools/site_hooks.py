"""Pages of the documentation site that are generated from the code while it is built (hooks of MkDocs).

``pages()`` returns them all, so that tests can look at them without building anything.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gate.cli.helping import Context as HelpContext
from gate.cli.helping import speaking
from gate.cli.main import COMMANDS, LazyGroup
from gate.policy.clauses import clause_printed, clause_title
from gate.policy.fields import Field, FileKind, Table, tables, words
from gate.policy.findings import finding_advice, finding_why
from gate.policy.model import Policy
from gate.policy.registry import FINDINGS, FindingKind
from gate.reports.explanation import render_topic
from gate.reports.starter import toml
from gate.reports.topics import ALL_CLAUSES, refusals
from gate.text import Language, render
from gate.verification.trust import TrustFile

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "policy": ("The policy file: gate.toml", "方針ファイル（gate.toml）"),
    "policy-lead": (
        "Every table and key. `gate init` writes a first one for what you would deliver. Unknown keys are errors.",
        "全ての表と項目です。`gate init` は納入物に合わせたひな形を作成します。定めのない項目はエラーとなります。",
    ),
    "trust": ("The recipient's trust file: trust.toml", "受領者の信頼ファイル（trust.toml）"),
    "trust-lead": (
        "Whose signatures are accepted, and what the record has to say. Keys lie outside of the release.",
        "受け付ける署名と、記録に求める内容です。鍵は納入用フォルダの外に置きます。",
    ),
    "key": ("Key", "項目"),
    "meaning": ("Meaning", "意味"),
    "value": ("Where absent", "省略した場合"),
    "required": ("required", "必須"),
    "nothing": ("nothing", "なし"),
    "top": ("Top of the file", "ファイルの先頭"),
    "findings": ("Findings", "検出事項"),
    "findings-lead": (
        "Everything that the gate can find. `gate explain ID` prints the same.",
        "本ツールの検出事項の一覧です。`gate explain 識別子` でも表示できます。",
    ),
    "finding": ("Finding", "検出事項"),
    "severity": ("Severity", "区分"),
    "clause": ("Clause", "条項"),
    "why": ("Why it matters", "理由"),
    "advice": ("What to do", "対処"),
    "suppressible": ("May a person set it aside?", "例外とすることの可否"),
    "any": ("yes, with `[[suppress]]`", "可（`[[suppress]]`）"),
    "digest": ("only with the item's SHA-256", "項目のSHA-256を記載した場合に限り可"),
    "never": ("no", "不可"),
    "milder": ("or {milder}, where the policy says so", "方針により {milder}"),
    "refusals": ("Refusals of gate verify", "gate verify の拒否理由"),
    "refusals-lead": (
        "Why `gate verify` refuses a release (exit code 1), or cannot tell (3). `gate explain ID` prints the same.",
        "`gate verify` の拒否理由（終了コード1）と判定不能の理由（同3）です。`gate explain 識別子` でも表示できます。",
    ),
    "clauses": ("Clauses of the contract", "契約の条項"),
    "clauses-lead": (
        "What is asked, how it is judged, and which findings count for it. `gate explain ID` prints the same.",
        "条項の内容、判定の方法及び関係する検出事項です。`gate explain 識別子` でも表示できます。",
    ),
    "commands": ("Commands", "コマンド"),
    "commands-lead": ("What `--help` prints, command by command.", "各コマンドの `--help` の内容です。"),
    "exit-codes": ("Exit codes", "終了コード"),
    "exit-lead": ("They never depend on the output format.", "終了コードは出力形式によりません。"),
    "code": ("Code", "コード"),
    "schemas": ("Schemas", "スキーマ"),
    "schemas-lead": (
        "JSON Schemas (2020-12) of what the gate writes and of what people write; they are in the package as well.",
        "本ツールが出力する文書と、記載するファイルのJSON Schema（2020-12）です。パッケージにも収録しています。",
    ),
}
_EXIT_CODES: Final = (0, 1, 2, 3, 70, 130)
_TO_OTHER_LANGUAGE: Final = re.compile(
    r"^(?:日本語版: )?\[(?:日本語|English|[a-z-]+\.ja\.md)[^\]]*\]\([^)]*\)\.?\n+", re.MULTILINE
)
_OUT_OF_THE_SITE: Final = re.compile(r"\[([^\]]+)\]\((?:\.\./)+([^)]+)\)")
LANGUAGES: Final[tuple[Language, ...]] = ("en", "ja")


def said(name: str, language: Language, **arguments: str) -> str:
    """Return a word of these pages."""
    return _WORDS[name][LANGUAGES.index(language)].format(**arguments)


def pages() -> Iterator[tuple[str, str]]:
    """Yield the place below ``docs`` and the content of every generated page, in both languages."""
    for language in LANGUAGES:
        ending = ".md" if language == "en" else ".ja.md"
        yield f"reference/policy{ending}", _file_page("policy", list(tables(Policy)), language)
        yield f"reference/trust{ending}", _file_page("trust", list(tables(TrustFile)), language)
        yield f"reference/commands{ending}", _commands(language)
        yield f"reference/exit-codes{ending}", _exit_codes(language)
        yield f"reference/schemas{ending}", _schemas(language)
        yield f"reference/refusals{ending}", _topics("refusals", refusals(), language)
        yield f"reference/clauses{ending}", _topics("clauses", ALL_CLAUSES, language)
        yield f"reference/findings/index{ending}", _findings(language)
        for kind in FINDINGS.values():
            yield f"reference/findings/{kind.id.replace('/', '-')}{ending}", _finding(kind, language)


def schema_files() -> Iterator[tuple[str, str]]:
    """Yield the place below ``docs`` and the content of every schema."""
    for file in sorted((resources.files("gate") / "schemas").iterdir(), key=lambda each: each.name):
        if file.name.endswith(".json"):
            yield f"reference/schemas/{file.name}", file.read_text(encoding="utf-8")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of the folder and the generated ones together below ``build``, and build from there."""
    source, target = Path(config.docs_dir), Path(config.config_file_path).parent / "build" / "docs"
    if source == target:  # called once more for each further language
        return config
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    for page in target.rglob("*.md"):
        page.write_text(within_the_site(page.read_text(encoding="utf-8")), encoding="utf-8")
    for place, content in (*pages(), *schema_files()):
        (target / place).parent.mkdir(parents=True, exist_ok=True)
        (target / place).write_text(content, encoding="utf-8")
    config.docs_dir = str(target)
    return config


def within_the_site(page: str) -> str:
    """Return a page whose links stay in the site.

    It has a switch of its own between the languages of a page, and does not hold the rest of the repository, whose
    files are named instead.
    """
    page = _TO_OTHER_LANGUAGE.sub("", page)
    return _OUT_OF_THE_SITE.sub(r"\1 (`\2`)", page)


# --- files that people write ------------------------------------------------------------------------------------------


def _file_page(kind: FileKind, found: list[Table], language: Language) -> str:
    lines = [f"# {said(kind, language)}", "", said(f"{kind}-lead", language)]
    for table in found:
        brackets = f"[[{table.path}]]" if table.many else f"[{table.path}]"
        lines += ["", f"## `{brackets}`" if table.path else f"## {said('top', language)}", ""]
        if table.path:
            lines += [words(kind, table.path, "", language), ""]
        lines += [
            f"| {said('key', language)} | {said('meaning', language)} | {said('value', language)} |",
            "|---|---|---|",
        ]
        for field in table.fields:
            text = cell(words(kind, table.path, field.name, language))
            lines.append(f"| `{field.name}` | {text} | {_absent(field, language)} |")
    return "\n".join(lines) + "\n"


def _absent(field: Field, language: Language) -> str:
    if field.required:
        return f"**{said('required', language)}**"
    return said("nothing", language) if field.default is None else f"`{toml(field.default)}`"


def cell(text: str) -> str:
    """Return a text that stays in its cell of a table and is nothing but text."""
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;").replace("*", "\\*")


# --- findings ---------------------------------------------------------------------------------------------------------


def _findings(language: Language) -> str:
    lines = [f"# {said('findings', language)}", "", said("findings-lead", language), ""]
    lines += [
        f"| {said('finding', language)} | {said('severity', language)} | {said('clause', language)} |",
        "|---|---|---|",
    ]
    for kind in FINDINGS.values():
        name = kind.id.replace("/", "-")
        clause = clause_printed(kind.clause, language) if kind.clause else "–"
        lines.append(f"| [`{kind.id}`]({name}.md) | {_severity(kind, language)} | {clause} |")
    return "\n".join(lines) + "\n"


def _finding(kind: FindingKind, language: Language) -> str:
    lines = [f"# `{kind.id}`", "", f"- {said('severity', language)}: {_severity(kind, language)}"]
    for clause in [each for each in (kind.clause, *kind.also) if each]:
        title = clause_title(clause, language)
        lines.append(f"- {said('clause', language)}: {clause_printed(clause, language)} — {title}")
    lines.append(f"- {said('suppressible', language)} {said(kind.suppressible, language)}")
    for name, text in (("why", finding_why(kind.id, language)), ("advice", finding_advice(kind.id, language))):
        lines += ["", f"## {said(name, language)}", "", text]
    return "\n".join(lines) + "\n"


def _topics(page: str, topics: Iterable[str], language: Language) -> str:
    """Return a page with what ``gate explain`` says of some ids, a section for each."""
    lines = [f"# {said(page, language)}", "", said(f"{page}-lead", language)]
    for topic in topics:
        _, *explained = render_topic(topic, language, width=100_000).splitlines()
        lines += ["", f"## `{topic}`"]
        for paragraph in explained:
            lines += ["", _within_prose(paragraph)]
    return "\n".join(lines) + "\n"


def _within_prose(text: str) -> str:
    """Return a text of the catalogue as a paragraph: nothing in it is markup."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)


def _severity(kind: FindingKind, language: Language) -> str:
    text = render(f"report.severity.{kind.severity}", language)
    if kind.milder:
        text += f" ({said('milder', language, milder=render(f'report.severity.{kind.milder}', language))})"
    return text


# --- commands, exit codes, schemas ------------------------------------------------------------------------------------


def _commands(language: Language) -> str:
    group = LazyGroup(language)
    context = HelpContext(group, info_name="gate", terminal_width=100)
    lines = [f"# {said('commands', language)}", "", said("commands-lead", language)]
    with speaking(language):
        lines += ["", "## gate", "", "```text", group.get_help(context).rstrip(), "```"]
        for name in COMMANDS:
            command = group.get_command(context, name)
            for path, each in _with_subcommands(f"gate {name}", command):
                inner = HelpContext(each, info_name=path, terminal_width=100)
                lines += ["", f"## {path}", "", "```text", each.get_help(inner).rstrip(), "```"]
    return "\n".join(lines) + "\n"


def _with_subcommands(path: str, command: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  # click's commands
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _with_subcommands(f"{path} {name}", inner)


def _exit_codes(language: Language) -> str:
    lines = [f"# {said('exit-codes', language)}", "", said("exit-lead", language), ""]
    lines += [f"| {said('code', language)} | {said('meaning', language)} |", "|---|---|"]
    lines += [f"| {code} | {render(f'man.exit.{code}', language)} |" for code in _EXIT_CODES]
    return "\n".join(lines) + "\n"


def _schemas(language: Language) -> str:
    lines = [f"# {said('schemas', language)}", "", said("schemas-lead", language), ""]
    for place, content in schema_files():
        name = place.rpartition("/")[2]
        lines.append(f"- [{name}](schemas/{name}) — {json.loads(content).get('title', '')}")
    return "\n".join(lines) + "\n"
