"""The steps of the actions that are more than a command: ``python action.py database | run | pack | sign | verify``.

Uses the standard library alone and starts the gate as a program.  All values come by environment variables; what
comes from artifacts goes to the log with workflow commands switched off, and to outputs behind a random delimiter.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

GATE = (sys.executable, "-P", "-m", "gate")
"""``-P``: without it Python would look for the gate, and all that it imports, in the work tree first."""
USAGE = 2
"""The gate's exit code for wrong usage or configuration."""
_PULL_REQUESTS = frozenset(
    {"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "merge_group"}
)
"""Events whose commit holds what somebody proposes; for the last, what is about to be merged."""
_SUMMARY_BYTES = 1 << 20
"""GitHub's limit of a step's summary."""
_OUTPUT_FILES = {"result": "json", "report": "markdown", "sarif": "sarif"}
_SECRET_NAMES = frozenset({"ACTIONS_RUNTIME_TOKEN", "ACTIONS_CACHE_URL", "GITHUB_TOKEN"})
_NAMES_TO_SIGN_BY = frozenset({"ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL"})


class Refused(Exception):
    """An input that cannot be used; the text says what to do."""


# --- talking to the runner --------------------------------------------------------------------------------------------


@contextmanager
def commands_off() -> Iterator[None]:
    """Let the runner read no workflow command out of the log: names in artifacts may look like one."""
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        print(f"\n::{token}::", flush=True)


def set_outputs(values: Mapping[str, str], environment: Mapping[str, str]) -> None:
    """Append outputs of the step, each behind a delimiter that no value can know."""
    with Path(environment["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as stream:
        for name, value in values.items():
            delimiter = f"gate-{secrets.token_hex(16)}"
            stream.write(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")


def add_summary(report: Path, environment: Mapping[str, str]) -> None:
    """Append the report to the summary of the job, where it fits."""
    target = environment.get("GITHUB_STEP_SUMMARY")
    if not target or not report.is_file() or report.stat().st_size > _SUMMARY_BYTES:
        return
    with Path(target).open("ab") as stream:
        stream.write(report.read_bytes())


# --- the malware database ---------------------------------------------------------------------------------------------


def database_folder(environment: Mapping[str, str]) -> Path:
    """Return where this action keeps its database: made anew in every run."""
    return Path(environment["RUNNER_TEMP"]) / "release-gate-database"


def database(environment: Mapping[str, str]) -> int:
    """Import what the cache gave back, each file checked by its signature, bring it up to date, and keep it."""
    folder, kept = database_folder(environment), Path(environment["RUNNER_TEMP"]) / "release-gate-cvd"
    restored = sorted(kept.glob("*.cvd"))
    with commands_off():
        if restored and subprocess.run([*GATE, "db", "import", "--folder", folder, *restored], check=False).returncode:
            print("What was in the cache is no database: it is not used.", flush=True)
        mirror = environment.get("MIRROR")
        options = ["--private-mirror", mirror] if mirror else []
        status = subprocess.run([*GATE, "db", "update", "--folder", folder, *options], check=False).returncode
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir()
    for file in sorted(folder.glob("*.cvd")):
        shutil.copyfile(file, kept / file.name)
    return status


# --- the run ----------------------------------------------------------------------------------------------------------


def run(environment: Mapping[str, str]) -> int:
    """Run the gate as the inputs say, and tell the runner what came of it; return the gate's exit code."""
    reports = Path(tempfile.mkdtemp(prefix="release-gate-", dir=environment["RUNNER_TEMP"]))
    files = {"json": reports / "result.json", "markdown": reports / "report.md"}
    if environment.get("GATE_SARIF") in {"write", "upload"}:
        files["sarif"] = reports / "result.sarif"
    with policy_file(environment, reports) as policy:
        require_version(policy, environment.get("GATE_VERSION", ""))
        arguments = gate_arguments(environment, policy, files)
        signs = bool(environment.get("GATE_OUT")) and not flag(environment, "GATE_UNSIGNED")
        own = gate_environment(environment, signs=signs)
        with commands_off():
            status = subprocess.run([*GATE, *arguments], check=False, env=own).returncode
    set_outputs(outputs(environment, files), environment)
    add_summary(files["markdown"], environment)
    return status


def gate_environment(environment: Mapping[str, str], *, signs: bool) -> dict[str, str]:
    """Return the environment of the gate: that of the step, without what only the runner's own actions need.

    What a token to sign by can be had with stays where it signs.
    """
    withheld = _SECRET_NAMES if signs else _SECRET_NAMES | _NAMES_TO_SIGN_BY
    return {name: value for name, value in environment.items() if name not in withheld}


def gate_arguments(environment: Mapping[str, str], policy: Path, files: Mapping[str, Path]) -> list[str]:
    """Return the arguments of the gate.  Raises :class:`Refused` for inputs that mean nothing."""
    paths = [line.strip() for line in environment.get("GATE_PATHS", "").splitlines() if line.strip()]
    if not paths:
        raise Refused("The input paths names nothing: give files and folders, one per line.")
    out, sign = environment.get("GATE_OUT", ""), environment.get("GATE_SIGN", "").split()
    unsigned = flag(environment, "GATE_UNSIGNED")
    if (sign or unsigned) and not out:
        name = "sign" if sign else "unsigned"
        raise Refused(f"The input {name} is given without out: nothing is signed where no release folder is written.")
    language = environment.get("GATE_LANGUAGE") or "en"
    arguments = ["--lang", language, "--no-progress", "release" if out else "check", "--config", str(policy)]
    for form, file in files.items():
        arguments += ["--report", f"{form}={file}"]
    database = environment.get("GATE_DATABASE") or _own_database(environment)
    options = {
        "--database": database,
        "--source": environment.get("GATE_SOURCE"),
        "--previous": environment.get("GATE_PREVIOUS"),
        "--out": out,
    }
    for option, value in options.items():
        arguments += [option, value] if value else []
    arguments += ["--browser"] if flag(environment, "GATE_BROWSER") else []
    arguments += ["--unsigned"] if unsigned else []
    for backend in sign:
        arguments += ["--sign", backend]
    return [*arguments, "--", *paths]


def flag(environment: Mapping[str, str], name: str) -> bool:
    """Return a yes or no.  Raises :class:`Refused` for anything else."""
    value = environment.get(name) or "false"
    if value not in {"true", "false"}:
        raise Refused(f"The input {name.removeprefix('GATE_').lower()} is {value!r}: say true or false.")
    return value == "true"


def _own_database(environment: Mapping[str, str]) -> str:
    folder = database_folder(environment)
    return str(folder) if folder.is_dir() else ""


@contextmanager
def policy_file(environment: Mapping[str, str], scratch: Path) -> Iterator[Path]:
    """Give the policy that counts: on pull requests that of the commit which it is to be merged into.

    What the policy names beside it (rules, papers) is taken from the same commit.  Raises :class:`Refused` where that
    commit or its policy cannot be had.
    """
    wanted = environment.get("GATE_CONFIG") or "gate.toml"
    choice = environment.get("GATE_CONFIG_FROM") or "auto"
    if choice not in {"auto", "base", "head"}:
        raise Refused(f"The input config-from is {choice!r}: say auto, base or head.")
    on_pull_request = environment.get("GITHUB_EVENT_NAME") in _PULL_REQUESTS
    if choice == "head" or (choice == "auto" and not on_pull_request):
        yield Path(wanted)
        return
    commit = base_commit(environment)
    tree = scratch / "base"
    git = ["git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"]
    if subprocess.run([*git, "cat-file", "-e", f"{commit}^{{commit}}"], check=False, capture_output=True).returncode:
        subprocess.run([*git, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", commit], check=False)
    made = subprocess.run([*git, "worktree", "add", "--quiet", "--detach", str(tree), commit], check=False)
    try:
        policy = tree / wanted
        if made.returncode or not policy.resolve().is_relative_to(tree.resolve()) or not policy.is_file():
            raise Refused(
                f"The base commit {commit} has no policy {wanted!r} that can be read. Add it there first, "
                "or let actions/checkout keep credentials so that the commit can be fetched."
            )
        yield policy
    finally:
        subprocess.run([*git, "worktree", "remove", "--force", str(tree)], check=False, capture_output=True)


def base_commit(environment: Mapping[str, str]) -> str:
    """Return the commit that what this event proposes is to be merged into."""
    try:
        event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_bytes())
        commit = event["merge_group"]["base_sha"] if "merge_group" in event else event["pull_request"]["base"]["sha"]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise Refused("This event names no base commit: use config-from: head outside of pull requests.") from error
    if not isinstance(commit, str) or len(commit) not in {40, 64} or set(commit) - set("0123456789abcdef"):
        raise Refused("The base commit of this event is none.")
    return commit


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


# --- two jobs ---------------------------------------------------------------------------------------------------------


def pack(environment: Mapping[str, str]) -> int:
    """Put the release folder into one file: artifacts of a run keep neither modes nor links."""
    folder = Path(environment["GATE_RELEASE"])
    archive = Path(tempfile.mkdtemp(prefix="release-gate-", dir=environment["RUNNER_TEMP"])) / "release.tar"
    with tarfile.open(archive, "x", format=tarfile.PAX_FORMAT) as stream:
        # Not by the library's own way down: folders may be deeper than it can go.
        pending = [(folder, "release")]
        while pending:
            path, name = pending.pop()
            stream.add(path, name, recursive=False, filter=_of_nobody)
            stream.inodes.clear()  # every file by its own bytes
            if path.is_dir() and not path.is_symlink():
                pending += [(each, f"{name}/{each.name}") for each in sorted(path.iterdir(), reverse=True)]
    set_outputs({"archive": str(archive)}, environment)
    return 0


def _of_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def unpack(archive: Path, environment: Mapping[str, str]) -> Path:
    """Take the release folder out of the file that the other job made; ``tar`` writes nothing outside of a new folder.

    From its standard input it takes no compressed file, for which it would start other programs.  Raises
    :class:`Refused` for anything but one folder.
    """
    target = Path(tempfile.mkdtemp(prefix="release-gate-", dir=environment["RUNNER_TEMP"]))
    command = ["tar", "--extract", "--no-same-owner", "--no-same-permissions", "--directory", target, "--file", "-"]
    own = {"PATH": environment.get("PATH", os.defpath)}  # it reads what strangers may have made: it gets no secrets
    with archive.open("rb") as stream:
        status = subprocess.run(command, check=False, stdin=stream, env=own).returncode
    found = list(target.iterdir())
    if status or len(found) != 1 or not _is_plain_folder(found[0]):
        raise Refused(f"The input release is {str(archive)!r}, which is not a release folder in one file.")
    return found[0]


def _is_plain_folder(path: Path) -> bool:
    """Say whether this is a folder, and its name can be handed on: one that is not UTF-8 is not printable either."""
    return path.name.isprintable() and path.is_dir() and not path.is_symlink()


def sign(environment: Mapping[str, str]) -> int:
    """Sign what another job has examined; return the gate's exit code."""
    given, digest = Path(environment.get("GATE_RELEASE") or "/nonexistent"), environment.get("GATE_RECORD_SHA256", "")
    if not digest:
        raise Refused("The input record-sha256 is empty: give the output of the job that examined the release.")
    if not given.exists():
        raise Refused(f"The input release is {str(given)!r}, which is not there.")
    with commands_off():
        folder = given if given.is_dir() else unpack(given, environment)
        command = ["--lang", environment.get("GATE_LANGUAGE") or "en", "--no-progress", "sign"]
        command += ["--config", environment.get("GATE_CONFIG") or "gate.toml", "--record-sha256", digest]
        for backend in environment.get("GATE_SIGN", "").split():
            command += ["--sign", backend]
        status = subprocess.run(
            [*GATE, *command, "--", folder], check=False, env=gate_environment(environment, signs=True)
        ).returncode
    if status == 0:
        set_outputs({"release": str(folder)}, environment)
    return status


# --- the recipient's side ---------------------------------------------------------------------------------------------


def verify(environment: Mapping[str, str]) -> int:
    """Verify a release and tell the runner whether it is; return the gate's exit code."""
    result = Path(tempfile.mkdtemp(prefix="release-gate-", dir=environment["RUNNER_TEMP"])) / "verification.json"
    expected = environment.get("GATE_VERSION", "")
    options = ["--trust", environment.get("GATE_TRUST") or "trust.toml"]
    options += ["--expect-version", expected] if expected else []
    language = environment.get("GATE_LANGUAGE") or "en"
    target = environment.get("GATE_RELEASE", "")
    if not target:
        raise Refused("The input release names nothing.")
    command = [*GATE, "--lang", language, "verify", *options]
    with commands_off():
        status = subprocess.run([*command, "--", target], check=False).returncode
    # Once more for programs: the answer for people has gone to the log.
    document = subprocess.run([*command, "--format", "json", "--", target], check=False, capture_output=True)
    if document.returncode != status:
        raise Refused("The release changed while it was verified.")
    if document.stdout:
        result.write_bytes(document.stdout)
        set_outputs({"result": str(result), "verified": "true" if status == 0 else "false"}, environment)
    return status


def main(arguments: list[str]) -> int:
    """Run one step; what an input does wrong is an error of the workflow with what to do."""
    steps = {"database": database, "run": run, "pack": pack, "sign": sign, "verify": verify}
    if len(arguments) != 1 or arguments[0] not in steps:
        print("usage: action.py database|run|pack|sign|verify", file=sys.stderr)
        return USAGE
    try:
        return steps[arguments[0]](os.environ)
    except Refused as refusal:
        text = str(refusal).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        print(f"::error title=release-gate::{text}", flush=True)
        return USAGE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
