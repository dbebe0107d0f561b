"""Samples of leaked tokens, and harmless twins close to them; ``¦`` marks cuts."""

from __future__ import annotations

from tests.examine.yara.samples.support import joined

BAD: dict[str, list[bytes]] = {
    "RG-SEC-0002": [
        joined(
            "PuTTY-User-Ke¦y-File-3: ssh-ed25519\r\nEncryptio¦n: none\r\nComment: x\r\nPrivate-Line¦s: 1\r\n§b44§\r\n"
        ),
    ],
    "RG-SEC-0003": [
        joined(
            '{"type": "ser¦vice_account", "private_key": '
            '"-----BEGIN PRIVA¦TE KE¦Y-----\\n§b200§", '
            '"client_email": "x@y.i¦a¦m.g¦serviceaccount.com"}'
        ),
    ],
    "RG-SEC-0004": [
        joined("aws_access_key_id = AKIAABCDEF¦GHIJKLMNOP\naws_secret_access_ke¦y = §b40§\n"),
    ],
    "RG-SEC-0005": [
        joined("token = gh¦p_§a36§\n"),
        joined("glpa¦t-§a20§\n"),
    ],
    "RG-SEC-0006": [
        joined("//registry.npmjs.org/:_authToken=np¦m_§a36§\n"),
        joined("password = pypi-AgEIcHlwaS5vcm¦c§a60§\n"),
    ],
    "RG-SEC-0007": [
        joined("xoxb-123456789012-123456789¦012-§a24§\n"),
    ],
}
"""Samples that a rule must find, by the rule's id."""

BENIGN: dict[str, list[bytes]] = {
    "RG-SEC-0002": [
        joined("PuTTY-User-Ke¦y-File-3: ssh-ed25519\r\nEncryption: aes256-cbc\r\nPrivate-Line¦s: 1\r\n§b44§\r\n"),
    ],
    "RG-SEC-0003": [
        joined(
            '{"type": "ser¦vice_account", "private_key": '
            '"-----BEGIN PRIVA¦TE KEY-----\\n...", "client_email": "x@y.i¦a¦m.g¦serviceaccount.com"}'
        ),
    ],
    "RG-SEC-0004": [
        joined("aws_access_key_id = AKIAIOSFOD¦NN7EXAMPLE\naws_secret_access_ke¦y = §b40§\n"),
    ],
    "RG-SEC-0005": [
        joined("token = ghp_...\n"),
        joined("ghp_ is the prefix of personal tokens\n"),
    ],
    "RG-SEC-0006": [
        joined("//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n"),
    ],
    "RG-SEC-0007": [
        joined("xoxb-your-token-here\n"),
    ],
}
"""Harmless content that is like a rule's samples, by the rule's id."""
