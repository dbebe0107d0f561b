"""Readers of source code and scripts in languages that no browser runs."""
