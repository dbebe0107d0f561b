"""Sigstore bundles: what both sides of a release need to check them.  No parser of bundles is imported here."""
