"""What stands in a text wherever one of the rules can find a secret; without reading anything closely.

A test holds that these are the marks of the rules.
"""

from __future__ import annotations

from typing import Final

MARKS: Final = (
    b"PRIVATE KEY", b"PuTTY-User-Key-File-", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"npm_", b"pypi-AgE", b"AKIA",
    b"ASIA", b"AccountKey=", b"SharedAccessKey=", b"eyJ", b"github_pat_", b"glpat-", b"AIza", b"xox",
    b"hooks.slack.com", b"k_live_", b"SG.", b"T3BlbkFJ", b"Q~", b"LS0tLS1CRUdJTi",
)  # fmt: skip  # one a line would say no more
