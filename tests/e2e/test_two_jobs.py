"""One job examines without any key, another signs without examining: two folders, as on two machines."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Gate, Key, Ran, clean_environment, policy_text, trust_text, zipped
from tests.simulators.sigstore.issuer import WORKFLOW, WORKFLOW_IDENTITY
from tests.simulators.sigstore.stack import Stack
from tests.simulators.softhsm import SoftToken, module
from tests.unit.sealing.sealing_kit import tree
from tests.unit.signing.cms_kit import SECRET, Supplier, served, token

__all__ = ["served", "token"]
REQUIRE = '"26-3 3(3)", "26-3 3(4)"'
RECORD = "gate/record.intoto.json"
TOKEN = "RELEASE_TOKEN"
X509 = """
[signing]
use = ["x509"]
[signing.x509]
pkcs12 = "supplier/key.p12"
certificate = "public/own.pem"
passphrase = "env:GATE_P12"
tsa = "{tsa}"
chain = ["public/chain.pem", "public/tsa.der"]
crls = ["supplier/0.crl", "supplier/1.crl"]
"""


@dataclass
class Jobs:
    """A folder for each job; the one that signs has the policy of the other, and keys beside it."""

    gate: Gate
    folder: Path

    @property
    def scanning(self) -> Path:
        return self.folder / "scan"

    @property
    def signing(self) -> Path:
        return self.folder / "sign"

    def prepare(self, policy: str) -> None:
        """Give both jobs the policy, and the first one something to examine."""
        self.scanning.mkdir()
        self.signing.mkdir()
        for job in (self.scanning, self.signing):
            (job / "gate.toml").write_text(policy, encoding="utf-8")
        (self.scanning / "app.zip").write_bytes(zipped({"readme.txt": b"text"}))
        (self.scanning / "site").mkdir()
        (self.scanning / "site" / "index.html").write_text("<!doctype html><title>t</title><p>text</p>")

    def examine(self, *options: str) -> Ran:
        return self.gate("release", "--unsigned", *options, "--out", "out", "app.zip", "site", cwd=self.scanning)

    def hand_over(self) -> str:
        """Hand the folder over to the second job; return the digest of its record."""
        shutil.copytree(self.scanning / "out", self.signing / "out", symlinks=True)
        return hashlib.sha256((self.scanning / "out" / RECORD).read_bytes()).hexdigest()

    def sign(self, digest: str, *options: str, **environment: str) -> Ran:
        command = ("sign", "out", "--record-sha256", digest, *options)
        return self.gate(*command, cwd=self.signing, NO_PROXY="*", **environment)

    def left_alone(self) -> bool:
        """Say whether the second job's folder is what the first one handed over, with nothing beside it."""
        beside = {path.name for path in self.signing.iterdir()}
        same = tree(self.signing / "out") == tree(self.scanning / "out")
        return same and beside <= {"out", "gate.toml", "supplier", "public"}


@pytest.fixture
def jobs(gate: Gate, tmp_path: Path) -> Jobs:
    return Jobs(gate, tmp_path)


def refused(ran: Ran, status: int, words: str) -> None:
    assert ran.status == status, ran.stdout + ran.stderr
    assert words in ran.stderr
    assert ran.stdout == ""


ENGINES = ("yara", "lief", "clamd", "pikepdf", "tree_sitter", "selectolax", "libarchive", "gate.examine")


def test_by_openpgp(jobs: Jobs, key: Key, tmp_path: Path) -> None:
    policy = policy_text(key.policy(), require=REQUIRE)
    jobs.prepare(policy.replace(str(key.home), "/not/here"))
    ran = jobs.examine("--format", "json")
    (jobs.signing / "gate.toml").unlink()
    (jobs.signing / "signing.toml").write_text(key.policy())
    assert ran.status == 0, ran.stdout + ran.stderr
    (clause,) = (clause for clause in ran.document["clauses"] if clause["id"] == "26-3 3(4)")
    assert (clause["status"], "proves nothing before" in clause["reason"]) == ("confirmed", True)
    digest = jobs.hand_over()
    assert f"gate sign FOLDER --record-sha256 {digest}" in ran.stderr
    assert "別の工程で署名します" in (jobs.scanning / "out" / "gate" / "report.ja.html").read_text()
    trust = trust_text(key, tmp_path / "recipient")
    unsigned = jobs.gate("verify", "--trust", trust, "--format", "json", "sign/out")
    assert (unsigned.status, unsigned.document["reasons"][0]["id"]) == (1, "verify/record-unsigned")
    signed = without_engines(jobs, digest.upper())
    assert signed.returncode == 0, signed.stderr
    record = json.loads((jobs.signing / "out" / RECORD).read_bytes())["predicate"]
    for shown in (digest, key.fingerprint, record["created"], "out.zip"):
        assert shown in signed.stdout
    assert jobs.gate("verify", "--trust", trust, "sign/out.zip").status == 0
    assert jobs.gate("verify", "--trust", trust, "sign/out").status == 0


def without_engines(jobs: Jobs, digest: str) -> subprocess.CompletedProcess[str]:
    """Sign where the engines' packages cannot be imported."""
    code = (
        f"import sys\nsys.modules.update(dict.fromkeys({ENGINES!r}))\n"
        f"from gate.cli.main import run\nsys.exit(run(['sign', 'out', '--record-sha256', {digest!r}, "
        "'--signing-config', 'signing.toml', '--archive', 'zip']))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code], cwd=jobs.signing, env=clean_environment(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def certified(jobs: Jobs, served: Supplier) -> str:
    """Examine by a policy that names a certificate, hand over, and give the second job the key."""
    jobs.prepare(policy_text(X509.format(tsa=served.services.url()), require=REQUIRE))
    for job in (jobs.scanning, jobs.signing):
        (job / "public").mkdir()
        (job / "public" / "own.pem").write_bytes(served.country.supplier.pem)
        Supplier(job / "public", served.country, served.services).chain()
    (jobs.signing / "supplier").mkdir()
    keys = Supplier(jobs.signing / "supplier", served.country, served.services)
    keys.pkcs12()
    keys.lists()
    assert (ran := jobs.examine()).status == 0, ran.stderr
    return jobs.hand_over()


def test_by_a_certificate(jobs: Jobs, served: Supplier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = certified(jobs, served)
    refused(jobs.sign(digest, GATE_P12="else"), 2, "wrong")
    assert jobs.left_alone()
    monkeypatch.setattr(served.services, "answer", lambda *_: (500, b"sorry"))
    refused(jobs.sign(digest, GATE_P12=SECRET), 3, "cannot be reached")
    assert jobs.left_alone()
    interrupt(jobs, served, digest)
    assert jobs.left_alone()
    monkeypatch.undo()
    signed = jobs.sign(digest, GATE_P12=SECRET)
    assert signed.status == 0, signed.stderr
    assert SECRET not in signed.stdout + signed.stderr
    (tmp_path / "root.pem").write_bytes(served.country.root.pem)
    (tmp_path / "tsa.pem").write_bytes(served.country.tsa_root.pem)
    (tmp_path / "trust.toml").write_text(
        '[[x509]]\nroots = ["root.pem"]\ntsa_roots = ["tsa.pem"]\nsubject = "CN=納入 太郎,O=株式会社サンプル,C=JP"\n'
    )
    good = jobs.gate("verify", "--format", "json", "sign/out")
    assert good.status == 0, good.stdout
    assert {each["time_source"] for each in good.document["signatures"]} == {"timestamp"}
    record = json.loads((jobs.signing / "out" / RECORD).read_bytes())["predicate"]
    assert [service["name"].split()[0] for service in record["external_services"]] == ["RFC"]


def interrupt(jobs: Jobs, served: Supplier, digest: str) -> None:
    """Interrupt the command while it waits for the third timestamp."""
    waiting, over, asked = threading.Event(), threading.Event(), 0

    def answer(_path: str, body: bytes) -> tuple[int, bytes]:
        nonlocal asked
        asked += 1
        if asked == 3:
            waiting.set()
            over.wait(60)
        return 200, served.services.stamped(body)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(served.services, "answer", answer)
        command = [sys.executable, "-m", "gate", "sign", "out", "--record-sha256", digest]
        environment = {**clean_environment(), "GATE_P12": SECRET, "NO_PROXY": "*"}
        with subprocess.Popen(command, cwd=jobs.signing, env=environment, stderr=subprocess.PIPE, text=True) as child:
            assert waiting.wait(60)
            child.send_signal(signal.SIGINT)
            _, told = child.communicate(timeout=60)
            over.set()
    assert (child.returncode, "Traceback" in told) == (130, False), told


TOKEN_KEY = """
[signing]
use = ["x509"]
[signing.x509]
pkcs11 = {{module = "{module}", token = "{token}", label = "release"}}
passphrase = "{passphrase}"
certificate = "public/own.pem"
tsa = "{tsa}"
chain = ["public/chain.pem", "public/tsa.der"]
crls = ["supplier/0.crl", "supplier/1.crl"]
"""


def by_token(jobs: Jobs, served: Supplier, token: SoftToken, passphrase: str) -> str:
    """Examine where there is neither token nor module, hand over, and give the second job the token."""
    about = {"token": token.label, "passphrase": passphrase, "tsa": served.services.url()}
    examining = TOKEN_KEY.format(module="/not/here.so", **about)
    jobs.prepare(policy_text(examining, require=REQUIRE))
    (jobs.signing / "gate.toml").write_text(policy_text(require=REQUIRE), encoding="utf-8")
    (jobs.signing / "supplier").mkdir()
    for job in (jobs.scanning, jobs.signing):
        (job / "public").mkdir()
        (job / "public" / "own.pem").write_bytes(served.country.supplier.pem)
        Supplier(job / "public", served.country, served.services).chain()
    Supplier(jobs.signing / "supplier", served.country, served.services).lists()
    (jobs.signing / "supplier" / "signing.toml").write_text(
        TOKEN_KEY.format(module=module(), **about).replace('"public/', '"../public/').replace('"supplier/', '"')
    )
    ran = jobs.examine()
    assert ran.status == 0, ran.stderr
    return jobs.hand_over()


@pytest.mark.parametrize("source", ["env", pytest.param("file", marks=pytest.mark.full)])
def test_by_a_key_on_a_token(jobs: Jobs, served: Supplier, token: SoftToken, tmp_path: Path, source: str) -> None:
    """Only the job that signs has the token, its module and the PIN; a wrong one, or none, leaves the folder alone."""
    if not (token.folder / "held").exists():
        token.hold(served.country.supplier, "release")
        (token.folder / "held").touch()
    pin = jobs.signing / "supplier" / "pin"
    digest = by_token(jobs, served, token, "env:GATE_PIN" if source == "env" else "file:pin")

    def sign(secret: str | None, tokens: str | None = None) -> Ran:
        environment = {"SOFTHSM2_CONF": tokens or str(token.folder / "softhsm2.conf")}
        if source == "env" and secret is not None:
            environment["GATE_PIN"] = secret
        elif secret is not None:
            pin.write_text(f"{secret}\n")
        options = ("--signing-config", "supplier/signing.toml", "--format", "json")
        return jobs.sign(digest, *options, **environment)

    refused(sign(None), 2, "GATE_PIN" if source == "env" else "pin")
    refused(sign("4321"), 2, "wrong")
    assert jobs.left_alone()
    signed = sign(token.pin)
    assert signed.status == 0, signed.stderr
    assert not {path.name for path in (jobs.signing / "out").rglob("*") if path.suffix == ".asc"}
    assert signed.document["external_services"][0]["name"].startswith("RFC 3161")
    assert {each["signer"] for each in signed.document["signatures"]} == {
        promise["signer"] for promise in json.loads((jobs.signing / "out" / RECORD).read_bytes())["predicate"][
            "promised_signatures"]
    }  # fmt: skip
    (tmp_path / "root.pem").write_bytes(served.country.root.pem)
    (tmp_path / "tsa.pem").write_bytes(served.country.tsa_root.pem)
    (tmp_path / "trust.toml").write_text(
        '[[x509]]\nroots = ["root.pem"]\ntsa_roots = ["tsa.pem"]\nsubject = "CN=納入 太郎,O=株式会社サンプル,C=JP"\n'
    )
    good = jobs.gate("verify", "--format", "json", "sign/out")
    assert good.status == 0, good.stdout


def test_by_sigstore(jobs: Jobs, tmp_path: Path) -> None:
    with Stack() as stack:
        stack.issuer.person = WORKFLOW
        stack.write(tmp_path / "instance")
        policy = policy_text(
            f'[signing]\nuse = ["keyless"]\n[signing.keyless]\ntrust_config = "../instance/trust_config.v1.json"\n'
            f'token_env = "{TOKEN}"\nidentity = "{WORKFLOW_IDENTITY}"\nissuer = "{WORKFLOW["iss"]}"\n',
            require=REQUIRE,
        )
        jobs.prepare(policy)
        assert jobs.examine("--sign-each").status == 0
        assert stack.asked == []
        digest = jobs.hand_over()
        stack.faults["rekor"] = "down"
        refused(jobs.sign(digest, **{TOKEN: stack.issuer.mint()}), 3, "Rekor")
        assert jobs.left_alone()
        stack.faults.clear()
        signed = jobs.sign(digest, **{TOKEN: stack.issuer.mint()})
        assert signed.status == 0, signed.stderr
        assert (jobs.signing / "out/gate/signatures/app.zip.sigstore.json").exists()
        (tmp_path / "root.json").write_text(json.dumps(stack.trusted_root()))
    (tmp_path / "trust.toml").write_text(
        f'[[keyless]]\nidentity = "{WORKFLOW_IDENTITY}"\nissuer = "{WORKFLOW["iss"]}"\ntrusted_root = "root.json"\n'
    )
    assert jobs.gate("verify", "sign/out").status == 0
