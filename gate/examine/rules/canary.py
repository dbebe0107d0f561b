"""The test string by which the YARA engine proves itself, and the rule that finds it.

Both are made here and not read from a rule folder, so that no choice of folders can leave the engine unproven.  The
string stands nowhere in plain text: a copy of the gate's own package in a delivery must not be a detection.
"""

from __future__ import annotations

CANARY = bytes.fromhex(
    "72656c656173652d676174653a2074657374206f6620746865205941524120656e67696e653b206e6f206d616c6963696f7573"
    "2070726f6772616d3a2064356330653961332d366632372d346237312d396538642d333162346137633866323030"
)
"""Bytes that the canary rule detects, anywhere in an item."""
BENIGN = b"release-gate: nothing of note stands in this text"
"""Bytes that the canary rule must not detect."""
NAMESPACE = "!gate"
"""No rule file can have this name: ``!`` is escaped in the names of files."""
RULE = "release_gate_canary"


def canary_source() -> str:
    """Return the source of the canary rule."""
    return f"""
rule {RULE}
{{
    meta:
        id = "gate-canary"
        description = "The test string of this gate: proves that the engine reads, and is harmless"
        description_ja = "本ゲートの試験文字列です。エンジンの動作を確認するためのもので、害はありません。"
        certainty = "known"
        clause = "26-3 3(1)①"
        reference = "gate/examine/rules/canary.py"
        date = "2026-11-23"
        false_positives = "None: nobody else writes this string"
    strings:
        $text = {{ {CANARY.hex(" ")} }}
    condition:
        $text
}}
"""
