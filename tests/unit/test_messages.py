"""Every message that the code names is in the catalogue, in both languages, with the same fields."""

from __future__ import annotations

import ast
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gate import errors
from gate.text import LANGUAGES, LOCALE_FOLDER, UnknownMessage, has_message, render

ROOT = Path(__file__).parents[2]
ERRORS = {
    name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, errors.GateError)
} - {"VerificationError", "NotTold"}
CODE = re.compile(r"[a-z]+(\.[a-z0-9-]+)+\Z")


@cache
def all_calls() -> list[tuple[str, ast.Call]]:
    return [
        (file.name, node)
        for file in sorted((ROOT / "gate").rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
    ]


def calls() -> Iterator[tuple[str, str, str]]:
    """Yield (file, name of what is called, first argument) for calls with a literal first argument."""
    for file, node in all_calls():
        if node.args and isinstance(node.args[0], ast.Constant):
            value = node.args[0].value
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if isinstance(value, str):
                yield file, name, value


def test_every_error_has_text_and_advice() -> None:
    missing = [
        f"{file}: {code}{suffix} ({language})"
        for file, name, code in calls()
        if name in ERRORS
        for suffix in ("", ".advice")
        for language in LANGUAGES
        if not has_message(code + suffix, language)
    ]
    assert missing == []


def domains() -> list[str]:
    return sorted(file.stem for file in (LOCALE_FOLDER / "en" / "LC_MESSAGES").glob("*.po"))


@cache
def entries(domain: str, language: str) -> dict[str, str]:
    from babel.messages.pofile import read_po

    with (LOCALE_FOLDER / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as stream:
        return {str(message.id): str(message.string) for message in read_po(stream) if message.id}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def raised() -> Iterator[tuple[str, str, set[str]]]:
    """Yield (file, code, names of arguments) for errors that are raised with a literal code and named arguments."""
    for file, node in all_calls():
        if not isinstance(node.func, ast.Name) or not node.args:
            continue
        name, first, names = node.func.id, node.args[0], {keyword.arg for keyword in node.keywords}
        refuses = name in {"VerificationError", "NotTold"}
        if (name in ERRORS or refuses) and isinstance(first, ast.Constant) and None not in names:
            code = f"verify.{str(first.value).removeprefix('verify/')}" if refuses else str(first.value)
            yield file, code, {str(each) for each in names} | ({"path"} if refuses else set())


def test_every_error_fills_in_its_text_and_advice() -> None:
    found = list(raised())
    assert len(found) > 250
    lacking = {
        (file, code + suffix): fields(entry) - arguments
        for file, code, arguments in found
        for suffix in ("", ".advice")
        for language in LANGUAGES
        if (entry := entries(code.partition(".")[0], language)[code + suffix]) and fields(entry) - arguments
    }
    assert lacking == {}


@pytest.mark.parametrize("domain", domains())
def test_advice_is_a_sentence(domain: str) -> None:
    """It says what to do, in Japanese in the form of です and ます."""
    for language, ending in (
        ("ja", r"(ください|ます|です|ません)(。|[（(][^）)]*[）)]。?)$"),
        ("en", r"[.):]$|`?%ct$"),
    ):
        advice = {code: text for code, text in entries(domain, language).items() if code.endswith(".advice")}
        assert [code for code, text in advice.items() if not re.search(ending, text) or len(text) < 6] == []


def test_every_refusal_of_verify_has_text_and_advice() -> None:
    missing = [
        f"{file}: {code} ({language})"
        for file, name, code in calls()
        if name in {"VerificationError", "NotTold"}
        for suffix in ("", ".advice")
        for language in LANGUAGES
        if not has_message(f"verify.{code.removeprefix('verify/')}{suffix}", language)
    ]
    assert missing == []


def test_every_rendered_text_is_there() -> None:
    missing = [
        f"{file}: {code} ({language})"
        for file, name, code in calls()
        if name == "render" and CODE.match(code)
        for language in LANGUAGES
        if not has_message(code, language)
    ]
    assert missing == []


@pytest.mark.parametrize("domain", domains())
def test_both_languages_say_the_same(domain: str) -> None:
    english, japanese = entries(domain, "en"), entries(domain, "ja")
    assert english.keys() == japanese.keys()
    assert [code for code in english if not english[code] or not japanese[code]] == []
    assert [code for code in english if fields(english[code]) != fields(japanese[code])] == []


CONTRACT_SAYS = {
    "マルウェア": "不正プログラム",
    "外部通信": "当省外へのアクセス",
    "合格": "出荷可",
    "安全である": "検査の内容",
    "適合証明": "検査の内容",
    "承認": "了承",
}
"""Words that say more than the gate knows, or that the contract has others for."""
ONE_WORD = {
    "供給者": "納入者",
    "納品": "納入",
    "納入先": "提供先",
    "納入フォルダ": "納入用フォルダ",
    "信頼設定ファイル": "信頼ファイル",
    "実行許可": "実行権限",
    "来歴情報": "来歴",
    "ハッシュ値一覧": "ハッシュ値の一覧",
    "容器": "書庫等",
    "検査器": "検査機能",
    "検査エンジン": "検査機能",
    "本ゲート": "本ツール",
    "所見": "検出事項",
    "識別名": "識別子",
    "選択肢": "オプション",
    "時刻認証局": "タイムスタンプ局",
    "時間帯": "タイムゾーン",
    "試験検体": "試験用試料",
    "束縛": "結び付け",
    "雛形": "ひな形",
    "揃": "そろ",
    "綴": "つづ",
    "うえで": "上で",
    "のうえ、": "の上、",
    "ご報告": "報告",
    "ダイジェスト": "ハッシュ値",
    "フィンガープリント": "指紋",
    "フォルダー": "フォルダ",
    "サーバー": "サーバ",
    "ブラウザー": "ブラウザ",
    "インタープリター": "インタプリタ",
    "または": "又は",
    "もしくは": "若しくは",
    "ならびに": "並びに",
    "すべて": "全て",
}
"""What has two names or spellings, and the one that texts use."""
OTHER_POLICIES = re.compile("(プライバシー|証明書|ページの|/etc/chromium の)ポリシー")
"""``gate.toml`` is 方針; these are other things."""


def other_words(text: str, words: dict[str, str]) -> list[str]:
    found = [f"{word}: {better}" for word, better in words.items() if word in text]
    return [*found, *(["ポリシー: 方針"] if "ポリシー" in OTHER_POLICIES.sub("", text) else [])]


@pytest.mark.parametrize("domain", domains())
def test_japanese_uses_the_contracts_words(domain: str) -> None:
    found = {
        code: words
        for code, text in entries(domain, "ja").items()
        if (words := other_words(text, {**CONTRACT_SAYS, **ONE_WORD}))
    }
    assert found == {}


PAGES = (
    *sorted((ROOT / "docs").rglob("*.ja.md")),
    ROOT / "README.ja.md",
    ROOT / "gate" / "reports" / "templates" / "verify.ja.md.j2",
    ROOT / "gate" / "record" / "clauses.toml",
)


OTHER_APPROVALS = {"jenkins.ja.md"}
"""Pages on systems whose own steps a person approves. The gate never says 承認, an act of the other party."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_japanese_pages_use_the_same_words(page: Path) -> None:
    text = page.read_text("utf-8")
    assert other_words(text, ONE_WORD) == []
    assert "マルウェア" not in text
    assert page.name in OTHER_APPROVALS or "承認" not in text


NARROW_BRACKET = re.compile("[ぁ-んァ-ヶー一-龯、。」][(](?![0-9]+[)])|(?<![0-9])[)][ぁ-んァ-ヶー一-龯、。]")
"""A bracket of half a width in Japanese text; the numbers of clauses, such as (1), are printed so in the contract."""
NOT_PROSE = re.compile(r"^```.*?^```|`[^`\n]*`|\[[^]\n]*\]\([^)\n]*\)", re.MULTILINE | re.DOTALL)


def narrow_brackets(text: str) -> list[str]:
    return [match[0] for match in NARROW_BRACKET.finditer(NOT_PROSE.sub("", text))]


@pytest.mark.parametrize("domain", domains())
def test_japanese_has_wide_brackets(domain: str) -> None:
    found = {code: wrong for code, text in entries(domain, "ja").items() if (wrong := narrow_brackets(text))}
    assert found == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_japanese_pages_have_wide_brackets(page: Path) -> None:
    assert narrow_brackets(page.read_text("utf-8")) == []


def test_narrow_brackets_are_noticed() -> None:
    assert narrow_brackets("公式の定義(同梱)です。") == ["義(", ")で"]
    assert narrow_brackets("第3項(1)①、[説明](docs/x.ja.md)及び `f(x)` の（値）です。") == []


def test_other_words_are_noticed() -> None:
    assert other_words("供給者のポリシー", ONE_WORD) == ["供給者: 納入者", "ポリシー: 方針"]
    assert other_words("納入者の方針及びプライバシーポリシー", ONE_WORD) == []


def test_compiled_catalogue_is_current() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "messages.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_unknown_message_and_missing_field_are_bugs() -> None:
    with pytest.raises(UnknownMessage):
        render("cli.no-such-message", "en")
    with pytest.raises(UnknownMessage):
        render("nodomain.x", "en")
    with pytest.raises(UnknownMessage):
        render("intake.changed", "en", {})


def test_arguments_are_never_templates() -> None:
    assert "{path}" in render("intake.changed", "en", {"path": "{path}"})
