"""Every key that people write has words, in both languages."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from gate.policy.fields import FileKind, tables, words
from gate.policy.model import Policy
from gate.text import Language
from gate.verification.trust import TrustFile


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(("kind", "model"), [("policy", Policy), ("trust", TrustFile)], ids=["policy", "trust"])
def test_every_key_has_words(kind: FileKind, model: type[BaseModel], language: Language) -> None:
    """A key without words raises; words say something that the key does not."""
    for table in tables(model):
        assert not table.path or words(kind, table.path, "", language) not in {"", table.path}
        for field in table.fields:
            said = words(kind, table.path, field.name, language)
            assert said not in {"", field.name}
            assert said.isascii() or language == "ja" or any(mark in said for mark in "①乙甲…")


def test_tables_stand_in_the_order_of_the_model_and_say_who_decided_last() -> None:
    found = {table.path: table for table in tables(Policy)}
    assert [*found][:3] == ["deliverable", "specification", "agreement"]
    assert found["executable"].many
    assert not found["limits"].many
    assert found["archive_passwords"].keyed
    names = [field.name for field in found["executable"].fields]
    assert (names[0], names[-1]) == ("id", "expires")
    required = {field.name: field.required for field in found["deliverable"].fields}
    assert required["name"]
    assert not required["title"]
