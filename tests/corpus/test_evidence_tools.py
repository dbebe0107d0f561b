"""Real outputs of pip-audit and bandit, run here, judged with a wheel that has what they speak of.

pip-audit asks a vulnerability service on the loopback interface, which answers as OSV does (osv.dev, "POST /v1/query").
"""

from __future__ import annotations

import http.server
import json
import subprocess
import threading
import venv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import Gate, policy_text, zipped

pytestmark = pytest.mark.corpus
TOOLS = ("pip-audit==2.10.1", "bandit[sarif]==1.9.4")
VULNERABLE = {
    "id": "GHSA-h5c8-rqwp-cp95",
    "aliases": ["CVE-2024-22195"],
    "details": "Injection of attributes by the filter xmlattr.",
    "affected": [
        {
            "package": {"name": "jinja2", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.1.3"}]}],
        }
    ],
}


class _Service(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = {"vulns": [VULNERABLE]} if asked["package"]["name"] == "jinja2" else {}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the output of the tests clean."""


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tools")
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "pip", "install", "-qq", "--disable-pip-version-check", *TOOLS], check=True)
    return folder / "bin"


def audited(tools: Path, service: str, folder: Path, form: str, *packages: str) -> Path:
    """Run pip-audit on pinned packages; it ends with 1 where it finds anything."""
    requirements, out = folder / "requirements.txt", folder / "audit.json"
    requirements.write_text("\n".join(packages) + "\n")
    command = [
        str(tools / "pip-audit"),
        "-r",
        str(requirements),
        "--no-deps",
        "--disable-pip",
        "--progress-spinner",
        "off",
    ]
    done = subprocess.run(
        [*command, "-s", "osv", "--osv-url", service, "-f", form, "-o", str(out)], capture_output=True, check=False
    )
    assert done.returncode in {0, 1}, done.stderr
    return out


def wheel(name: str, version: str) -> bytes:
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    return zipped({f"{name}-{version}.dist-info/METADATA": metadata.encode(), f"{name}/text.txt": b"text"})


def evidence(kind: str, file: str, clause: str, *more: str) -> str:
    day = datetime.now(ZoneInfo("Asia/Tokyo")).date().isoformat()
    lines = [f'clause = "{clause}"', f'file = "{file}"', f'kind = "{kind}"', f"date = {day}", 'by = "佐藤"', *more]
    return "\n".join(["[[evidence]]", *lines, ""])


def clause(document: dict[str, Any], clause_id: str) -> dict[str, Any]:
    return next(each for each in document["clauses"] if each["id"] == clause_id)


CASES = [
    ("json", "pip-audit", ("markupsafe==2.1.3",), "confirmed", set()),
    ("json", "pip-audit", ("jinja2==3.1.2", "markupsafe==2.1.3"), "violated", {"evidence/unresolved"}),
    ("json", "pip-audit", ("idna==3.7",), "not-confirmed", {"evidence/elsewhere"}),
    ("cyclonedx-json", "cyclonedx-vex", ("jinja2==3.1.2", "markupsafe==2.1.3"), "violated", {"evidence/unresolved"}),
    ("cyclonedx-json", "cyclonedx-vex", ("markupsafe==2.1.3",), "not-confirmed", {"evidence/not-run"}),
]


@pytest.mark.parametrize(("form", "kind", "packages", "status", "found"), CASES)
def test_what_pip_audit_writes(
    gate: Gate, tools: Path, service: str, tmp_path: Path, *, form: str, kind: str, packages: tuple[str, ...],
    status: str, found: set[str],
) -> None:  # fmt: skip
    audited(tools, service, tmp_path, form, *packages)
    policy = policy_text(evidence(kind, "audit.json", "26-3 3(2)", 'tool = "pip-audit 2.10.1"'), require='"26-3 3(2)"')
    (tmp_path / "gate.toml").write_text(policy)
    names = [each.split("==") for each in packages if not each.startswith("idna")] or [["markupsafe", "2.1.3"]]
    paths = []
    for name, version in names:
        paths.append(f"{name}-{version}-py3-none-any.whl")
        (tmp_path / paths[-1]).write_bytes(wheel(name, version))
    document = gate("check", "--format", "json", *paths).document
    assert clause(document, "26-3 3(2)")["status"] == status
    assert {each["id"] for each in document["findings"] if each["id"].startswith("evidence/")} == found


@pytest.mark.parametrize(
    ("source", "reject_at", "status"),
    [
        ("import subprocess\nsubprocess.call('ls', shell=True)\n", "low", "violated"),
        ("import subprocess\nsubprocess.call('ls', shell=True)\n", "high", "not-confirmed"),
        ("print(1)\n", "low", "supported"),
    ],
)
def test_what_bandit_writes(gate: Gate, tools: Path, tmp_path: Path, source: str, reject_at: str, status: str) -> None:
    (tmp_path / "app.py").write_text(source)
    command = [str(tools / "bandit"), "-q", "-f", "sarif", "-o", "bandit.sarif", "app.py"]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode in {0, 1}
    more = ('tool = "Bandit 1.9.4"', f'reject_at = "{reject_at}"', "max_age_days = 1")
    policy = policy_text(evidence("sarif", "bandit.sarif", "26-3 3(1)②", *more), require='"26-3 3(1)②"')
    (tmp_path / "gate.toml").write_text(policy)
    (tmp_path / "notes.txt").write_text("plain")
    document = gate("check", "--format", "json", "notes.txt").document
    assert clause(document, "26-3 3(1)②")["status"] == status
