"""The ``heuristics`` examiner: weighs what is usual in malicious programs and rare in others."""
