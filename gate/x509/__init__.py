"""Detached CMS signatures with timestamps (CAdES-T), judged offline by pinned roots.

Both sides use it: the supplier to prove what was just signed, the recipient to prove what arrived.  ``checker`` is the
side of the gate and imports no parser; ``inside`` and what it imports (``form``, ``chain``, ``stamp``, ``profiles``,
``names``) run in a confined process.

Rules: RFC 5652 (CMS), ETSI EN 319 122-1 (CAdES), RFC 3161 and 5816 (timestamps), RFC 5280 (paths), RFC 6960 (OCSP).
"""
