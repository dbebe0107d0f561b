"""What the action tells the runner of a run: annotations at files of the checkout, escaped and bounded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import policy_text, zipped
from tests.e2e.action_kit import module, run_step


def result(uri: str, level: str = "error", text: str = "seen", line: int = 0, by: str = "") -> dict[str, Any]:
    """Return one result of SARIF as the gate writes it."""
    place: dict[str, Any] = {"artifactLocation": {"uri": uri, "uriBaseId": "DELIVERY"}}
    if line:
        place["region"] = {"startLine": line}
    return {
        "ruleId": "executable/unjustified", "level": level, "message": {"text": text},
        "locations": [{"physicalLocation": place}], "suppressions": [{"kind": "external"}] if by else [],
    }  # fmt: skip


def commands(
    capsys: pytest.CaptureFixture[str], workspace: Path, results: list[dict[str, Any]], verdict: str = "rejected",
    language: str = "en",
) -> list[str]:  # fmt: skip
    """Return what the runner is told of a run over ``out/dist`` (a folder) and ``app.zip``."""
    document = {"verdict": verdict, "artifacts": [{"path": "dist"}, {"path": "app.zip"}]}
    counts = {"reject": 3, "gap": 1, "warn": 2}
    given, sarif = ["out/dist", "app.zip"], {"runs": [{"results": results}]}
    module("annotations").annotate(document, sarif, given, workspace, counts, language)
    return capsys.readouterr().out.splitlines()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "out" / "dist" / "a folder").mkdir(parents=True)
    for name in (
        "out/dist/run.sh",
        "out/dist/a folder/100%!,:案内.js",
        "app.zip",
        "secret",
        "out/dist/a\nb",
        "out/dist/%0A",
    ):
        (tmp_path / name).touch()
    return tmp_path


def test_findings_stand_at_files_of_the_checkout(capsys: pytest.CaptureFixture[str], workspace: Path) -> None:
    odd = "out/dist/a folder/100%25!%2C%3A案内.js"
    told = commands(
        capsys,
        workspace,
        [
            result("dist/run.sh", line=3),
            result("dist/a%20folder/100%2525%2521%2C%3A%E6%A1%88%E5%86%85.js", text="100% \\[x\\] {{y}}\r\n::error::z"),
            result("app.zip!/lib/core.jar!/A.class", "warning", line=7),
            result("dist/run.sh", "note"),
            result("dist/run.sh", by="approved"),
        ],
    )
    assert told == [
        "::error title=release-gate%3A rejected::findings that reject: 3, gaps: 1, warnings: 2",
        "::error file=out/dist/run.sh,line=3,title=release-gate%3A executable/unjustified::seen",
        f"::error file={odd},title=release-gate%3A executable/unjustified::100%25 [x] {{y}}%0D%0A::error::z",
        "::warning file=app.zip,title=release-gate%3A executable/unjustified::seen",
    ]


@pytest.mark.parametrize(
    "uri",
    [
        "dist/../../secret", "dist/%252E%252E/%252E%252E/secret", "secret", "dist/missing", "dist/a%250Ab", "dist",
        "other/run.sh", "dist/%2500", "delivery", "dist//etc/hostname",
    ],
)  # fmt: skip
def test_nothing_is_said_of_files_elsewhere(capsys: pytest.CaptureFixture[str], workspace: Path, uri: str) -> None:
    assert len(commands(capsys, workspace, [result(uri)])) == 1
    assert len(commands(capsys, workspace, [result("dist/run.sh")])) == 2


def test_as_many_as_github_shows_and_none_of_what_is_approved(
    capsys: pytest.CaptureFixture[str], workspace: Path
) -> None:
    many = [result("dist/run.sh", level) for level in ("error", "warning") for _ in range(3000)]
    told = commands(capsys, workspace, many)
    assert [sum(line.startswith(f"::{level} ") for line in told) for level in ("error", "warning")] == [10, 9]
    assert commands(capsys, workspace, [], "approved") == []
    (told_in_japanese,) = commands(capsys, workspace, [], "rejected", "ja")
    assert "不適合 3 件" in told_in_japanese


def test_a_run_is_annotated_and_its_summary_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text())
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "run.sh").write_text("#!/bin/sh\necho hello\n")
    (tmp_path / "dist" / "a.zip").write_bytes(zipped({"b.sh": b"#!/bin/sh\necho hello\n"}))
    done = run_step(
        "run", tmp_path, GATE_PATHS="dist", GATE_SARIF="none", GITHUB_STEP_SUMMARY=str(tmp_path / "summary")
    )
    assert done.returncode == 1, done.stdout + done.stderr
    told = [line for line in done.stdout.splitlines() if line.startswith("::error ")]
    assert told[0].startswith("::error title=release-gate%3A rejected::findings that reject: 2,")
    assert {line.partition(" file=")[2].partition(",")[0] for line in told[1:]} == {"dist/run.sh", "dist/a.zip"}
    assert (tmp_path / "summary").read_text().startswith("# REJECTED")
    outputs = (tmp_path / "outputs").read_text()
    assert "verdict<<" in outputs
    assert "sarif<<" not in outputs
    document = json.loads(next(tmp_path.glob("release-gate-*/result.json")).read_bytes())
    assert document["verdict"] == "rejected"


@pytest.mark.parametrize(
    ("step", "variables", "said"),
    [
        ("run", {"GATE_PATHS": "dist"}, "the gate could not run (exit code 2); the log above says why"),
        ("run", {"GATE_PATHS": "dist", "GATE_LANGUAGE": "ja"}, "検査を実行できませんでした（終了コード 2）"),
        ("verify", {"GATE_RELEASE": "dist", "GATE_TRUST": "gate.toml"}, "the gate could not run (exit code 2)"),
        ("sign", {"GATE_RELEASE": "dist", "GATE_RECORD_SHA256": "0" * 64}, "nothing was signed (exit code 2)"),
    ],
)
def test_where_there_is_no_result_that_is_said(tmp_path: Path, step: str, variables: dict[str, str], said: str) -> None:
    (tmp_path / "gate.toml").write_text("[no-policy]\n")
    (tmp_path / "dist").mkdir()
    done = run_step(step, tmp_path, **variables)
    assert done.returncode == 2, done.stdout + done.stderr
    (told,) = [line for line in done.stdout.splitlines() if line.startswith("::error ")]
    assert told.startswith("::error title=release-gate::")
    assert said in told
