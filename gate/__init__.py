"""A gate for release artifacts: examine every file, judge by policy, sign only what is approved."""

__version__ = "0.1.0"
