"""The whole table of attacks on a release in the recipient's hands, by what is attacked."""

from __future__ import annotations

from typing import Final

from tests.verification_attacks import (
    on_countersignatures,
    on_keyless,
    on_openpgp,
    on_the_folder,
    on_the_record,
    on_x509,
)
from tests.verification_attacks.attack import Attack

SECTIONS: Final[tuple[tuple[tuple[str, str], list[Attack]], ...]] = (
    (("The folder and its files", "フォルダとファイル"), on_the_folder.ATTACKS),
    (("OpenPGP signatures and keys", "OpenPGP の署名と鍵"), on_openpgp.ATTACKS),
    (("Certificates, timestamps, revocation", "証明書、タイムスタンプ、失効"), on_x509.ATTACKS),
    (("Sigstore bundles", "sigstore のバンドル"), on_keyless.ATTACKS),
    (("The record, its replay, and the trust file", "記録、流用、信頼ファイル"), on_the_record.ATTACKS),
    (("Countersignatures", "副署名"), on_countersignatures.ATTACKS),
)
ATTACKS: Final[list[Attack]] = [attack for _, attacks in SECTIONS for attack in attacks]
