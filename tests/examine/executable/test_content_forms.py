"""The table of what is content names formats as the examiner does."""

from __future__ import annotations

import pytest

from gate.examine.executable.table import CLASSES
from gate.policy.content import FORMS, Form


@pytest.mark.parametrize("form", FORMS, ids=[form.id for form in FORMS])
def test_every_format_of_the_policy_is_one_that_the_examiner_names(form: Form) -> None:
    assert {name: CLASSES.get(name) for name in form.formats} == dict.fromkeys(form.formats, form.class_)


def test_every_class_has_a_row_for_all_its_formats() -> None:
    assert {form.class_ for form in FORMS if not form.formats and form.condition == "always"} == set(CLASSES.values())
