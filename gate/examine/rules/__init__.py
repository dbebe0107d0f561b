"""Examination by YARA rules: the project's own and any that the policy adds."""

from gate.examine.rules.canary import CANARY
from gate.examine.rules.examiner import RulesExaminer
from gate.examine.rules.sources import RuleSource, RuleSources, aspects, pack, read_rule_sources, rule_set

__all__ = ["CANARY", "RuleSource", "RuleSources", "RulesExaminer", "aspects", "pack", "read_rule_sources", "rule_set"]
