"""標準設定からの変更点: each setting that is not the default, and nothing else."""

from __future__ import annotations

import pytest

from gate.policy.default import DEFAULT_POLICY
from gate.policy.deviations import SETTINGS, Deviation, deviations
from gate.policy.model import Policy
from gate.policy.section import Section
from tests.unit.policy.policy_kit import deliverable, destination_entry, executable_entry, policy_of, suppress_entry


def test_the_default_policy_deviates_in_nothing() -> None:
    assert deviations(Policy()) == ()
    assert deviations(policy_of(DEFAULT_POLICY)) == ()


def test_decisions_and_names_of_this_delivery_are_no_settings() -> None:
    sections = deliverable("website"), executable_entry(), destination_entry(), suppress_entry("link/symbolic")
    assert deviations(policy_of(*sections)) == ()


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("[malware]\nmax_database_age_days = 30\n", Deviation("malware.max_database_age_days", "3", "30")),
        ('[malware]\nsuspected = "warn"\n', Deviation("malware.suspected", '"reject"', '"warn"')),
        ('[malware]\nyara_ignore = ["a/b.yar"]\n', Deviation("malware.yara_ignore", "[]", '["a/b.yar"]')),
        ("[gate]\nrequire = []\n", Deviation(
            "gate.require", '["26-3 3(1)①", "26-3 3(1)③", "26-3 3(3)", "26-3 3(4)"]', "[]")),
        ('[gate]\nscript_model = "magika"\n', Deviation("gate.script_model", "", '"magika"')),
        ('[outbound]\nown = ["*.meti.go.jp"]\n', Deviation("outbound.own", "[]", '["*.meti.go.jp"]')),
        ('[outbound]\nvendor = ["site/vendor/**"]\n', Deviation("outbound.vendor", "", '["site/vendor/**"]')),
        ("[limits]\ndepth = 3\n", Deviation("limits.depth", "12", "3")),
        ('[parties]\nrecipient = "丙"\n', Deviation("parties.recipient", '"甲"', '"丙"')),
    ],
)  # fmt: skip
def test_a_changed_setting_is_told_with_default_and_value(section: str, expected: Deviation) -> None:
    assert deviations(policy_of(section)) == (expected,)


def test_a_setting_written_out_as_it_is_by_default_is_none() -> None:
    assert deviations(policy_of("[malware]\nmax_database_age_days = 3\n[limits]\ndepth = 12\n")) == ()


def test_every_table_with_settings_is_looked_at() -> None:
    """A table whose every key has a default is one of settings, or says here why it is not."""
    told_elsewhere = {"signing"}  # who signs stands in the promised signatures
    whole = {name for name, value in Policy() if isinstance(value, Section)}
    assert whole - told_elsewhere == set(SETTINGS)
