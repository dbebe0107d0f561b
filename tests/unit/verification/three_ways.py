"""A release that is signed in all three ways, and a recipient who demands all of them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.simulators.sigstore.stack import Stack
from tests.unit.release_kit import Keys, World, inputs_in, make_release, policy_in, signer_of, write_trust
from tests.unit.signing.cms_kit import Supplier
from tests.unit.verification.keyless_world import entry, keyless_signer
from tests.unit.verification.x509_kit import SUBJECT


def released_in_three_ways(folder: Path, keys: Keys, supplier: Supplier, stack: Stack) -> World:
    """Deliver two artifacts signed by OpenPGP, with a certificate, and by sigstore."""
    inputs = inputs_in(folder / "in")
    keyless = keyless_signer(stack, folder / "instance", each=True)
    try:
        with signer_of(keys.home, keys.supplier) as openpgp, supplier.signer() as certified:
            certified.ready()
            make_release(folder / "out", inputs, [keyless, openpgp, certified], policy_in(folder))
    finally:
        keyless.close()
    trust = write_trust(folder / "recipient", keys.home, keys.supplier, require='"all"')
    (trust.parent / "root.pem").write_bytes(supplier.country.root.pem)
    (trust.parent / "tsa.pem").write_bytes(supplier.country.tsa_root.pem)
    (trust.parent / "root.json").write_text(json.dumps(stack.trusted_root()))
    certificate = f'[[x509]]\nroots = ["root.pem"]\ntsa_roots = ["tsa.pem"]\nsubject = "{SUBJECT}"\n'
    trust.write_text(trust.read_text(encoding="utf-8") + certificate + entry(), encoding="utf-8")
    return World(folder / "out", trust, inputs)
