"""Examination by YARA rules: the project's own and any that the policy adds."""

from gate.examine.rules.canary import CANARY
from gate.examine.rules.examiner import RulesExaminer
from gate.examine.rules.sources import RuleSource, RuleSources, read_rule_sources, rule_set

__all__ = ["CANARY", "RuleSource", "RuleSources", "RulesExaminer", "read_rule_sources", "rule_set"]
