"""The commands of docs/x509.md, run from its text: they verify a release, and refuse one that was changed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gate.verification.x509 import REFUSALS
from gate.x509 import checker as checker_module
from tests.unit.signing.cms_kit import Supplier, served, supplier
from tests.unit.verification.x509_kit import make_certified

if TYPE_CHECKING:
    from tests.unit.release_kit import Keys

__all__ = ["served", "supplier"]
DOCS = Path(__file__).parents[3] / "docs"
PAGES = ("x509.md", "x509.ja.md")


def commands(page: str) -> list[str]:
    """Return the lines of all shell blocks of a page."""
    blocks = re.findall(r"```sh\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=folder, capture_output=True, text=True,
                          check=False)  # fmt: skip


def test_the_commands_of_both_pages_are_the_same() -> None:
    assert commands(PAGES[0]) == commands(PAGES[1])
    assert len(commands(PAGES[0])) == 7


def test_the_commands_verify_and_refuse(
    keys: Keys, supplier: Supplier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checker_module, "_confinable", lambda: False)
    world = make_certified(tmp_path, keys, supplier, both=False)
    country = supplier.country
    lists = [x509.load_der_x509_crl(each).public_bytes(Encoding.PEM) for each in country.crls()]
    (tmp_path / "supplier.pem").write_bytes(country.supplier.pem)
    (tmp_path / "ca.pem").write_bytes(country.root.pem + b"".join(lists))
    (tmp_path / "tsa-root.pem").write_bytes(country.tsa_root.pem)
    told = [run(line, tmp_path) for line in commands(PAGES[0])]
    assert [each.returncode for each in told] == [0] * 7, told
    assert "CN=納入 太郎,O=株式会社サンプル,C=JP" in told[0].stdout
    assert told[0].stdout == told[3].stdout  # the signer is the supplier
    spki = world.verify().signatures[0].signer[-65:-1]
    assert spki in told[1].stdout
    (world.out / "gate" / "record.intoto.json").write_bytes(b"{}")
    assert run(commands(PAGES[0])[2], tmp_path).returncode != 0
    (world.out / "gate" / "facts.json").write_bytes(b"{}")
    assert run(commands(PAGES[0])[6], tmp_path).returncode != 0


@pytest.mark.parametrize("page", PAGES)
def test_every_refusal_stands_on_the_pages(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    for reason in REFUSALS.values():
        head, _, tail = reason.partition("-")
        listed = f"verify/{head}-" in text and f"`-{tail}`" in text
        assert f"`verify/{reason}`" in text or f"`{reason}`" in text or listed
