"""``gate trust sheet``: one page that says who signs, from which a recipient can write the trust file."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from reportlab.graphics.barcode.qr import QrCodeWidget

from gate.cli.main import run
from gate.policy import load_policy
from gate.reports import pdf_flow
from gate.reports.escaping import visible
from gate.reports.papers.notice import IdentityNotice, KeyNotice, compose_notice, grouped
from gate.reports.papers.plain import render_paper_text
from gate.reports.papers.plan import compose_plan
from gate.reports.papers.report import compose_report
from gate.reports.pdf import render_pdf
from gate.reports.pdf_fonts import find_fonts
from gate.signing.usable import asn1
from gate.text import LANGUAGES, Language
from gate.trusting.draft import typed_fingerprint
from gate.trusting.notice import notices_of
from gate.verification.trust import TrustFile
from gate.x509.names import spki_sha256
from tests.simulators.pki import Country
from tests.unit.reports.paper_cases import case
from tests.unit.reports.test_html import hostile_paper
from tests.unit.reports.view_kit import CREATED, loaded

FINGERPRINT = "0123456789ABCDEF0123456789ABCDEF01234567"
IDENTITY = "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/*"
ISSUER = "https://token.actions.githubusercontent.com"
DELIVERABLE = """[deliverable]
title = "情報提供サイト改修業務"
name = "annai"
version = "1.0"
kind = "website"
supplier = "株式会社サンプル"
responsible = "山田太郎"
recipient = "経済産業省"
contract = "20260401財情第7号"
contracted_on = 2026-04-01
"""
OPENPGP = f'[signing.openpgp]\nfingerprint = "{FINGERPRINT}"\n'
X509 = """[signing.x509]
pkcs12 = "key.p12"
certificate = "own.pem"
tsa = "https://tsa.example/"
chain = ["chain.pem", "tsa.pem"]
crls = ["list.crl"]
gpki = "unavailable"
"""
KEYLESS = f'[signing.keyless]\ntrust_config = "config.json"\nidentity = "{IDENTITY}"\nissuer = "{ISSUER}"\n'


@pytest.fixture(scope="module")
def country() -> Country:
    return Country()


@pytest.fixture
def desk(tmp_path: Path, country: Country, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A supplier's folder; neither key nor passphrase is there, nor a list or configuration."""
    (tmp_path / "own.pem").write_bytes(country.supplier.pem)
    (tmp_path / "chain.pem").write_bytes(country.issuing.pem + country.root.pem)
    (tmp_path / "tsa.pem").write_bytes(country.tsa_root.pem)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(desk: Path, *sections: str, use: str = "") -> None:
    head = f"[signing]\nuse = [{use}]\n" if use else ""
    (desk / "gate.toml").write_text(DELIVERABLE + head + "".join(sections), encoding="utf-8")


def sheet(desk: Path, language: Language = "ja", form: str = "text") -> bytes:
    assert run(["--lang", language, "trust", "sheet", "--format", form, "-o", "sheet"]) == 0
    return (desk / "sheet").read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_signs_is_told_in_full(desk: Path, country: Country, language: Language) -> None:
    write(desk, OPENPGP, X509, KEYLESS, use='"openpgp", "x509", "keyless"')
    text = sheet(desk, language).decode()
    own = country.supplier
    certificate = own.certificate
    expected = [
        "0123 4567 89AB CDEF 0123 4567 89AB CDEF 0123 4567",
        "CN=納入 太郎,O=株式会社サンプル,C=JP",
        f"{certificate.serial_number:X}",
        grouped(hashlib.sha256(own.der).hexdigest()),
        grouped(spki_sha256(asn1(own.certificate))),
        grouped(hashlib.sha256(country.root.der).hexdigest()),
        grouped(hashlib.sha256(country.tsa_root.der).hexdigest()),
        "https://tsa.example/",
        IDENTITY,
        ISSUER,
        "株式会社サンプル",
        "20260401財情第7号",
        "annai",
    ]
    assert [each for each in expected if each not in text] == []
    words = {
        "ja": ("署名鍵・証明書指紋通知書", "納入物とは別の経路", "署名又は押印", "trust.toml の記載"),
        "en": ("Notice of signing keys", "apart from the deliveries", "Lines for trust.toml"),
    }[language]
    assert [each for each in words if each not in text] == []


def test_the_lines_for_the_trust_file_are_one(desk: Path, country: Country) -> None:
    write(desk, OPENPGP, X509, KEYLESS, use='"openpgp", "x509", "keyless"')
    text = sheet(desk).decode()
    lines = text.split("■ trust.toml の記載\n")[1].split("\n\n")[0]
    file = TrustFile.model_validate(tomllib.loads(lines))
    assert file.openpgp[0].fingerprint == FINGERPRINT
    assert file.x509[0].spki_sha256 == spki_sha256(asn1(country.supplier.certificate))
    assert file.x509[0].subject == "CN=納入 太郎,O=株式会社サンプル,C=JP"
    assert (file.keyless[0].identity, file.keyless[0].issuer) == (IDENTITY, ISSUER)
    assert file.keyless[0].trusted_root is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_page_with_embedded_fonts(desk: Path, language: Language) -> None:
    write(desk, OPENPGP, X509, KEYLESS, use='"openpgp", "x509", "keyless"')
    data = sheet(desk, language, "pdf")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert len(pdf.pages) == 1
        for font in pdf.pages[0].Resources.Font.values():
            below = font.DescendantFonts[0] if "/DescendantFonts" in font else font
            assert "/FontFile2" in below.FontDescriptor
    shown = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True).stdout.decode()
    squeezed = "".join(shown.split())
    assert FINGERPRINT in squeezed
    assert IDENTITY in squeezed
    assert "[U+" not in shown


def test_nothing_is_left_out_where_it_does_not_fit(desk: Path) -> None:
    """As long as a policy may have its texts."""
    write(desk, OPENPGP, X509, KEYLESS, use='"openpgp", "x509", "keyless"')
    text = (desk / "gate.toml").read_text(encoding="utf-8")
    long = {name: f'{name} = "{"長" * 900}"' for name in ("title", "supplier", "responsible", "recipient", "contract")}
    lines = [long.get(line.partition(" = ")[0], line) for line in text.splitlines()]
    (desk / "gate.toml").write_text(
        "\n".join(lines).replace("https://github.com/acme/app", f"https://x.example/{'a' * 900}")
    )
    with pikepdf.open(io.BytesIO(sheet(desk, "ja", "pdf"))) as pdf:
        assert len(pdf.pages) == 2
    assert f"https://x.example/{'a' * 900}" in sheet(desk).decode()


def test_letters_are_made_smaller_before_there_is_a_second_page(desk: Path) -> None:
    write(desk, OPENPGP, X509, KEYLESS, use='"openpgp", "x509", "keyless"')
    policy_of_all = load_policy(desk / "gate.toml")
    paper = compose_notice(notices_of(policy_of_all), policy_of_all.policy, "ja", created=CREATED)
    for most, pages in ((None, 2), (1, 1)):
        with pikepdf.open(io.BytesIO(render_pdf(paper, find_fonts(os.environ), created=CREATED, most=most))) as pdf:
            assert len(pdf.pages) == pages


def test_a_camera_reads_what_the_recipient_would_type(
    desk: Path, country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def noting(text: str, **look: Any) -> QrCodeWidget:
        drawn.append(text)
        return QrCodeWidget(text, **look)

    monkeypatch.setattr(pdf_flow, "QrCodeWidget", noting)
    write(desk, OPENPGP, X509, KEYLESS, use='"openpgp", "x509", "keyless"')
    sheet(desk, "ja", "pdf")
    assert set(drawn) == {f"OPENPGP4FPR:{FINGERPRINT}", spki_sha256(asn1(country.supplier.certificate)), IDENTITY}
    assert typed_fingerprint(f"OPENPGP4FPR:{FINGERPRINT}") == FINGERPRINT


def test_one_kind_needs_no_smaller_letters(desk: Path) -> None:
    write(desk, OPENPGP)
    with pikepdf.open(io.BytesIO(sheet(desk, "ja", "pdf"))) as pdf:
        assert len(pdf.pages) == 1


def test_only_what_is_used(desk: Path) -> None:
    write(desk, OPENPGP, X509, KEYLESS, use='"openpgp"')
    text = sheet(desk).decode()
    assert "[[openpgp]]" in text
    assert "[[x509]]" not in text
    assert "[[keyless]]" not in text


def test_a_chain_without_roots_says_so(desk: Path, country: Country) -> None:
    (desk / "chain.pem").write_bytes(country.issuing.pem)
    (desk / "tsa.pem").write_bytes(country.issuing.pem)
    write(desk, X509)
    assert sheet(desk).decode().count("認証局から入手してください") == 2


@pytest.mark.parametrize(
    ("sections", "word"),
    [
        ((), "[signing]"),
        ((X509.replace('certificate = "own.pem"\n', ""),), "certificate"),
        ((X509.replace("own.pem", "nowhere.pem"),), "nowhere.pem"),
        ((X509.replace("own.pem", "gate.toml"),), "gate.toml"),
        (("[signing.keyless]\npublic_log = true\n",), "identity"),
        (('[signing]\nuse = ["keyless"]\n',), "identity"),
        (('[signing]\nuse = ["openpgp"]\n',), "openpgp"),
        (('[signing]\nuse = ["x509"]\n',), "x509"),
    ],
)
def test_what_cannot_be_told_is_not(
    desk: Path, capsys: pytest.CaptureFixture[str], sections: tuple[str, ...], word: str
) -> None:
    write(desk, *sections)
    assert run(["trust", "sheet"]) == 2
    said = capsys.readouterr()
    assert word in said.err
    assert said.out == ""


def test_a_pdf_is_not_written_to_a_terminal(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(desk, OPENPGP)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run(["trust", "sheet", "--format", "pdf"]) == 2
    assert "-o" in capsys.readouterr().err


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_paper_can_be_text(language: Language) -> None:
    """Blocks of all kinds, and words of any origin: a line stays a line, and no control character is left."""
    papers = [
        compose_report(case("incomplete"), language),
        compose_plan(loaded(), language, created=CREATED),
        hostile_paper(),
        compose_notice(
            [KeyNotice(FINGERPRINT), IdentityNotice("a\x1b[31m\nb", "x\u202e", private=False)],
            loaded().policy, language, created=datetime.now(UTC),
        ),
    ]  # fmt: skip
    for paper in papers:
        text = render_paper_text(paper)
        assert text.startswith(visible(paper.title))
        assert all(mark.isprintable() or mark in "\n\u3000" for mark in text)
