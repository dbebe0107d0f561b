"""The policy that is used where none is given: every default, spelt out, as a file that would give the same."""

from __future__ import annotations

from typing import Final

DEFAULT_POLICY: Final = """\
# The built-in default policy: no gate.toml was given.
[parties]
supplier = "乙"
recipient = "甲"

[gate]
timezone = "Asia/Tokyo"
require = ["26-3 3(1)①", "26-3 3(1)③", "26-3 3(3)", "26-3 3(4)"]
article_map = {}

[malware]
clamd = "auto"
database = "official"
max_database_age_days = 3
yara_rules = ["bundled"]
yara_ignore = []
suspected = "reject"
suspicion_threshold = 60

[outbound]
own = []
browser_pages = 50

[signing]
use = []

[limits]
depth = 12
entries = 100000
entries_total = 300000
member_bytes = 2147483648
total_bytes = 8589934592
ratio = 200
ratio_from_bytes = 16777216
total_ratio_from_bytes = 268435456
name_bytes = 1024
name_depth = 64
paths_total = 134217728
total_seconds = 1200
item_seconds = 60
"""
