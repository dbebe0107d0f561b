"""The steps of the actions that are more than a command: ``python -E action.py database | run | pack | sign | …``.

All values come by environment variables.  The gate is started as a program; of its package this uses texts and paths
alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import annotations
from base_policy import policy_file, signing_file
from gate_process import GATE, INTERRUPTED, gate_environment, run_gate
from runner import Refused, add_summary, command, commands_off, set_outputs
from two_jobs import forget, pack, sign

USAGE = 2
"""The gate's exit code for wrong usage or configuration."""
_OUTPUT_FILES = {"result": "json", "report": "markdown", "sarif": "sarif"}
_FILES = {"json": "result.json", "markdown": "report.md", "sarif": "result.sarif"}
_SHOWN = 200
"""Characters of a value that an error shows."""


# --- the malware database ---------------------------------------------------------------------------------------------


def database_folder(environment: Mapping[str, str]) -> Path:
    """Return where this action keeps its database: made anew in every run."""
    return Path(environment["RUNNER_TEMP"]) / "release-gate-database"


def database(environment: Mapping[str, str]) -> int:
    """Import what the cache gave back, each file checked by its signature, bring it up to date, and keep it.

    The output ``digest`` is that of what is kept, so that a cache which holds it already is not written again.
    """
    folder, kept = database_folder(environment), Path(environment["RUNNER_TEMP"]) / "release-gate-cvd"
    own = gate_environment(environment, signs=False)
    restored = sorted(kept.glob("*.cvd"))
    with commands_off():
        if restored and run_gate(["db", "import", "--folder", folder, *restored], own):
            print("What was in the cache is no database: it is not used.", flush=True)
        mirror = environment.get("MIRROR")
        options = ["--private-mirror", mirror] if mirror else []
        status = run_gate(["db", "update", "--folder", folder, *options], own)
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir()
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*.cvd")):
        shutil.copyfile(file, kept / file.name)
        digest.update(f"{file.name} {_digest(file)}\n".encode())
    set_outputs({"digest": digest.hexdigest()}, environment)
    return status


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# --- the run ----------------------------------------------------------------------------------------------------------


def run(environment: Mapping[str, str]) -> int:
    """Run the gate as the inputs say, and tell the runner what came of it; return the gate's exit code."""
    began = time.monotonic()
    reports = Path(tempfile.mkdtemp(prefix="release-gate-", dir=environment["RUNNER_TEMP"]))
    files = {form: reports / name for form, name in _FILES.items()}
    shown = require_one_of(environment, "GATE_SARIF", ("write", "none", "upload"))
    with policy_file(environment, reports) as policy:
        require_version(policy, environment.get("GATE_VERSION", ""))
        arguments = gate_arguments(environment, policy, files)
        signs = bool(environment.get("GATE_OUT")) and not flag(environment, "GATE_UNSIGNED")
        own = gate_environment(environment, signs=signs)
        with commands_off():
            status = run_gate(arguments, own)
    found = outputs(environment, files)
    if shown == "none":
        found.pop("sarif", None)
    set_outputs(found, environment)
    add_summary(files["markdown"], environment)
    if "verdict" in found:
        tell(environment, files)
    else:
        annotations.tell_of_no_answer("not-run", status, environment)
    print(f"The gate took {time.monotonic() - began:.0f} s.", flush=True)
    return status


def tell(environment: Mapping[str, str], files: Mapping[str, Path]) -> None:
    """Annotate the run and its gravest findings, where the gate wrote what they are read from."""
    if not files["sarif"].is_file():
        return
    document, sarif = annotations.load(files["json"]), annotations.load(files["sarif"])
    workspace = Path(environment.get("GITHUB_WORKSPACE") or Path.cwd())
    given = paths_of(environment)
    annotations.annotate(document, sarif, given, workspace, counts(document), annotations.language_of(environment))


def gate_arguments(environment: Mapping[str, str], policy: Path, files: Mapping[str, Path]) -> list[str]:
    """Return the arguments of the gate.  Raises :class:`Refused` for inputs that mean nothing."""
    paths = paths_of(environment)
    out, backends = environment.get("GATE_OUT", ""), environment.get("GATE_SIGN", "").split()
    unsigned = flag(environment, "GATE_UNSIGNED")
    keys = signing_file(environment, policy)
    if (backends or unsigned or keys) and not out:
        name = "sign" if backends else "unsigned" if unsigned else "signing-config"
        raise Refused(f"The input {name} is given without out: nothing is signed where no release folder is written.")
    language = require_one_of(environment, "GATE_LANGUAGE", ("en", "ja"))
    for name in ("GATE_DATABASE", "GATE_SOURCE", "GATE_PREVIOUS"):
        require_folder(environment, name)
    arguments = ["--lang", language, "--no-progress", "release" if out else "check", "--config", str(policy)]
    for form, file in files.items():
        arguments += ["--report", f"{form}={file}"]
    options = {
        "--database": environment.get("GATE_DATABASE") or _own_database(environment),
        "--source": environment.get("GATE_SOURCE"),
        "--previous": environment.get("GATE_PREVIOUS"),
        "--out": out,
        "--signing-config": str(keys) if keys else "",
    }
    for option, value in options.items():
        arguments += [option, value] if value else []
    arguments += ["--browser"] if flag(environment, "GATE_BROWSER") else []
    arguments += ["--unsigned"] if unsigned else []
    for backend in backends:
        arguments += ["--sign", backend]
    return [*arguments, "--", *paths]


def paths_of(environment: Mapping[str, str]) -> list[str]:
    """Return the artifacts.  Raises :class:`Refused` where there is none, or one that is not there."""
    paths = [line.strip() for line in environment.get("GATE_PATHS", "").splitlines() if line.strip()]
    if not paths:
        raise Refused("The input paths names nothing: give files and folders, one per line.")
    for path in paths:
        if not _exists(path):
            named = repr(path[:_SHOWN])
            raise Refused(f"The input paths names {named}, which is not there: files and folders, without wildcards.")
    return paths


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:  # a name that is too long
        return False


def require_folder(environment: Mapping[str, str], name: str) -> None:
    """Raise :class:`Refused` where an input names a folder that is none."""
    value = environment.get(name)
    if value and not Path(value).is_dir():
        raise Refused(f"The input {_input(name)} is {value!r}, which is no folder.")


def require_one_of(environment: Mapping[str, str], name: str, values: tuple[str, ...]) -> str:
    """Return an input that has one of some values, the first where it is empty.  Raises :class:`Refused`."""
    value = environment.get(name) or values[0]
    if value not in values:
        raise Refused(f"The input {_input(name)} is {value!r}: say {', '.join(values[:-1])} or {values[-1]}.")
    return value


def _input(name: str) -> str:
    return name.removeprefix("GATE_").lower().replace("_", "-")


def flag(environment: Mapping[str, str], name: str) -> bool:
    """Return a yes or no.  Raises :class:`Refused` for anything else."""
    return require_one_of(environment, name, ("false", "true")) == "true"


def _own_database(environment: Mapping[str, str]) -> str:
    folder = database_folder(environment)
    return str(folder) if folder.is_dir() else ""


def require_version(policy: Path, wanted: str) -> None:
    """Raise :class:`Refused` where the policy speaks of another version than the one that is released."""
    if not wanted:
        return
    try:
        found = tomllib.loads(policy.read_text(encoding="utf-8"))["deliverable"]["version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(f"The policy {policy} names no version under [deliverable].") from error
    if found not in {wanted, wanted.removeprefix("v")}:
        raise Refused(f"Version {wanted!r} is to be released, and the policy's [deliverable] version is {found!r}.")


def outputs(environment: Mapping[str, str], files: Mapping[str, Path]) -> dict[str, str]:
    """Return the outputs of the step from what the gate wrote; of what it did not write there is none."""
    found = {name: str(files[form]) for name, form in _OUTPUT_FILES.items() if form in files and files[form].is_file()}
    if "result" not in found:
        return found
    document = json.loads(files["json"].read_bytes())
    found |= {"verdict": document["verdict"], "counts": json.dumps(counts(document), sort_keys=True)}
    record = Path(environment.get("GATE_OUT") or "/nonexistent") / "gate" / "record.intoto.json"
    if document["verdict"] == "approved" and record.is_file():
        digest = hashlib.sha256(record.read_bytes()).hexdigest()
        found |= {"release": str(record.parent.parent), "record": str(record), "record-sha256": digest}
    return found


def counts(document: Mapping[str, Any]) -> dict[str, int]:
    """Return how many items there are, open findings by severity, and findings that a person has set aside."""
    findings = document["findings"]
    still_open = Counter(each["severity"] for each in findings if each["suppressed_by"] is None)
    return {
        "items": sum(artifact["items"] for artifact in document["artifacts"]),
        **{severity: still_open[severity] for severity in ("reject", "gap", "warn", "note")},
        "suppressed": sum(each["suppressed_by"] is not None for each in findings),
    }


# --- the recipient's side ---------------------------------------------------------------------------------------------


def verify(environment: Mapping[str, str]) -> int:
    """Verify a release and tell the runner whether it is; return the gate's exit code."""
    result = Path(tempfile.mkdtemp(prefix="release-gate-", dir=environment["RUNNER_TEMP"])) / "verification.json"
    expected = environment.get("GATE_VERSION", "")
    options = ["--trust", environment.get("GATE_TRUST") or "trust.toml"]
    options += ["--expect-version", expected] if expected else []
    language = require_one_of(environment, "GATE_LANGUAGE", ("en", "ja"))
    own = gate_environment(environment, signs=False)
    target = environment.get("GATE_RELEASE", "")
    if not target:
        raise Refused("The input release names nothing.")
    for name, path in (("release", target), ("trust", options[1])):
        if not Path(path).exists():
            raise Refused(f"The input {name} is {path!r}, which is not there.")
    arguments = ["--lang", language, "verify", *options]
    with commands_off():
        status = run_gate([*arguments, "--", target], own)
    # Once more for programs: the answer for people has gone to the log.
    again = [*GATE, *arguments, "--format", "json", "--", target]
    document = subprocess.run(again, check=False, capture_output=True, env=own)
    if document.returncode != status:
        raise Refused("The release changed while it was verified.")
    if document.stdout:
        result.write_bytes(document.stdout)
        set_outputs({"result": str(result), "verified": "true" if status == 0 else "false"}, environment)
    else:
        annotations.tell_of_no_answer("not-run", status, environment)
    return status


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    """Run one step; what an input does wrong is an error of the workflow with what to do."""
    steps = {"database": database, "run": run, "pack": pack, "sign": sign, "forget": forget, "verify": verify}
    if len(arguments) != 1 or arguments[0] not in steps:
        print(f"usage: action.py {'|'.join(steps)}", file=sys.stderr)
        return USAGE
    # A run that is cancelled gets SIGINT first, and this a while later: tidy up as for the first.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return steps[arguments[0]](os.environ)
    except KeyboardInterrupt:
        return INTERRUPTED
    except (Refused, OSError) as refusal:  # of the latter: a disk that is full
        command("error", str(refusal), title="release-gate")
        return USAGE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
