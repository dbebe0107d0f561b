"""Readers of programs and other bytes: what they name of other hosts, without running or understanding them."""
