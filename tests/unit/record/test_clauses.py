"""Article 26-3 is there with every sentence, as the contract has it, and policy and catalogue speak of the same."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import get_args

import pytest

from gate.models import ClauseStatus
from gate.policy.clauses import BY_EVIDENCE, CLAUSES, OUT_OF_SCOPE, clause_printed
from gate.record.clauses import ClauseText, article
from gate.text import LANGUAGES

CONTRACT = Path(__file__).parent / "article-26-3.ja.txt"
"""第26条の3 as it is printed, line breaks and all.

Source: 経済産業省と協会の契約書, 別添「情報セキュリティに関する事項」.
"""
MARKS = re.compile(r"\A(?:第26条の3|[-2-3２３] |[（(][1-6１-６][)）]|[①②③])\s*")


def squeezed(text: str) -> str:
    """Return the words of a text: without layout, and in one width."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def contract_words() -> str:
    lines = (MARKS.sub("", line.strip()) for line in CONTRACT.read_text().splitlines())
    return squeezed("".join(lines))


def by_id() -> dict[str, ClauseText]:
    return {clause.id: clause for clause in article()}


def test_the_sentences_are_the_whole_article_in_its_order() -> None:
    ours = "".join(squeezed(sentence.text) for clause in article() for sentence in clause.sentence)
    assert ours == contract_words()


def test_each_entry_is_one_sentence() -> None:
    for clause in article():
        for sentence in clause.sentence:
            outside = re.sub(r"（(?:[^（）]|（[^（）]*）)*）", "", sentence.text)
            assert outside.count("。") == 1, sentence.text
            assert outside.endswith("。")


def test_every_clause_that_policy_knows_is_a_clause_of_the_article() -> None:
    judged = [clause.id for clause in article() if clause.ceiling != "items"]
    assert sorted(judged) == sorted((*CLAUSES, *OUT_OF_SCOPE))
    assert [each for each in judged if each in CLAUSES] == list(CLAUSES), "in the order of the article"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_prints_clauses_as_the_article_does(language: str) -> None:
    for clause in article():
        if clause.ceiling != "items":
            assert clause_printed(clause.id, language) == clause.printed[language]  # type: ignore[arg-type, index]  # parametrised


def test_what_is_not_judged_says_that_it_is_not() -> None:
    for id_, clause in by_id().items():
        scopes = {sentence.scope for sentence in clause.sentence}
        assert (clause.ceiling == "out-of-scope") == (id_ in OUT_OF_SCOPE)
        assert (clause.ceiling == "items") == (scopes == {"items"})
        if id_ in OUT_OF_SCOPE:
            assert scopes == {"out-of-scope"}
        if id_ in CLAUSES:
            assert clause.evidence, f"{id_} names the evidence that answers it"
            assert scopes & {"examined", "evidence"}
        assert clause.ceiling in (*get_args(ClauseStatus), "items")


def test_nothing_that_papers_alone_answer_is_said_to_be_examined() -> None:
    for id_ in set(BY_EVIDENCE) - {"26-3(1)"}:
        assert {sentence.scope for sentence in by_id()[id_].sentence} == {"evidence"}


def test_every_sentence_is_explained_in_both_languages() -> None:
    for clause in article():
        assert set(clause.printed) == set(LANGUAGES)
        for sentence in clause.sentence:
            assert set(sentence.how) == set(LANGUAGES)
            assert all(sentence.how.values())
            assert sentence.english.isascii() or "①" in sentence.english


def test_nothing_that_we_say_of_a_clause_is_an_act_of_the_other_party() -> None:
    ours = "".join(sentence.how["ja"] for clause in article() for sentence in clause.sentence)
    assert [word for word in ("承認", "合格", "安全である", "適合証明", "マルウェア", "外部通信") if word in ours] == []
