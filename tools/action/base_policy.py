"""Whose policy counts: on pull requests that of the commit which what is proposed is to be merged into."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gate_process import gate_environment
from runner import Refused

_PULL_REQUESTS = frozenset(
    {"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "merge_group"}
)
"""Events whose commit holds what somebody proposes; for the last, what is about to be merged."""
_OF_STRANGERS = frozenset({"issue_comment", "issues", "discussion", "discussion_comment", "workflow_run"})
"""Events that anybody can bring about, and that workflows answer by checking out what somebody proposes.

Of these GitHub names the last commit of the default branch in ``GITHUB_SHA``.
"""
_FETCH_SECONDS = 300


@contextmanager
def policy_file(environment: Mapping[str, str], scratch: Path) -> Iterator[Path]:
    """Give the policy that counts.

    What the policy names beside it (rules, papers) is taken from the same commit.  Raises :class:`Refused` where that
    commit or its policy cannot be had.
    """
    wanted = environment.get("GATE_CONFIG") or "gate.toml"
    choice = environment.get("GATE_CONFIG_FROM") or "auto"
    if choice not in {"auto", "base", "head"}:
        raise Refused(f"The input config-from is {choice!r}: say auto, base or head.")
    if choice == "head" or (choice == "auto" and environment.get("GITHUB_EVENT_NAME") not in _proposing()):
        if not Path(wanted).is_file():
            raise Refused(f"The input config names {wanted!r}, which is no file of the work tree.")
        yield Path(wanted)
        return
    commit = base_commit(environment)
    tree = scratch / "base"
    _write_tree(commit, tree, environment)
    policy = tree / wanted
    if not policy.resolve().is_relative_to(tree.resolve()) or not policy.is_file():
        raise Refused(
            f"The base commit {commit} has no policy {wanted!r} that can be read (input config): add it there first."
        )
    yield policy


def signing_file(environment: Mapping[str, str], policy: Path) -> Path | None:
    """Return the file of the input signing-config, of the same commit as the policy, None where none is named.

    Raises :class:`Refused` where there is no such file.
    """
    given, wanted = environment.get("GATE_SIGNING_CONFIG"), Path(environment.get("GATE_CONFIG") or "gate.toml")
    if not given:
        return None
    tree = Path() if policy == wanted else policy.parents[len(wanted.parts) - 1]
    file = tree / given
    if not file.is_file() or not (policy == wanted or file.resolve().is_relative_to(tree.resolve())):
        raise Refused(f"The input signing-config names {given!r}, which is no file of the commit whose policy counts.")
    return file


def _proposing() -> frozenset[str]:
    return _PULL_REQUESTS | _OF_STRANGERS


def base_commit(environment: Mapping[str, str]) -> str:
    """Return the commit that what this event proposes is to be merged into."""
    try:
        if environment.get("GITHUB_EVENT_NAME") in _OF_STRANGERS:
            commit = environment["GITHUB_SHA"]
        else:
            event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_bytes())
            merging = event.get("merge_group")
            commit = merging["base_sha"] if merging else event["pull_request"]["base"]["sha"]
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused("This event names no base commit: use config-from: head outside of pull requests.") from error
    if not isinstance(commit, str) or len(commit) not in {40, 64} or set(commit) - set("0123456789abcdef"):
        raise Refused("The base commit of this event is none.")
    return commit


def _write_tree(commit: str, tree: Path, environment: Mapping[str, str]) -> None:
    """Write the files of a commit, fetched where it is not there.

    By an index of its own: a second work tree would stay registered where the run is cancelled, and share what is left
    out of a sparse checkout.  Raises :class:`Refused`.
    """
    index = {"GIT_INDEX_FILE": str(tree.parent / "base.index")}
    if _git(environment, "cat-file", "-e", f"{commit}^{{commit}}"):
        shallow = _says(environment, "rev-parse", "--is-shallow-repository") == "true"
        # In a whole clone a depth would cut the history that source tracing reads.
        depth = ["--depth=1"] if shallow else []
        _git(environment, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", *depth, "origin", commit)
    tree.mkdir(parents=True)
    if _git(environment, "read-tree", commit, more=index) or _git(
        environment, "checkout-index", "--all", "--quiet", f"--prefix={tree.resolve()}/", more=index
    ):
        raise Refused(
            f"The base commit {commit} cannot be read, whose policy counts here (config-from). Let actions/checkout "
            "fetch it (fetch-depth: 0) into the top of the workspace, or keep credentials so that it can be fetched."
        )


def _git(environment: Mapping[str, str], *arguments: str, more: Mapping[str, str] | None = None) -> int:
    """Run git in the work tree, where it runs no program of the repository's and asks nobody; return its exit code."""
    return _run(environment, arguments, more or {}, None)[0]


def _says(environment: Mapping[str, str], *arguments: str) -> str:
    return _run(environment, arguments, {}, subprocess.PIPE)[1].strip()


def _run(
    environment: Mapping[str, str], arguments: tuple[str, ...], more: Mapping[str, str], output: int | None
) -> tuple[int, str]:
    """Return the exit code, 1 also where git is not there or does not come to an end, and what was said."""
    try:
        done = subprocess.run(
            _command(arguments), check=False, env=_surroundings(environment, more), timeout=_FETCH_SECONDS,
            stdin=subprocess.DEVNULL, stdout=output, text=True,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"git: {error}", flush=True)
        return 1, ""
    return done.returncode, done.stdout or ""


def _command(arguments: tuple[str, ...]) -> list[str]:
    # In a job that runs in a container, the work tree belongs to another user.
    settings = ["core.hooksPath=/dev/null", "core.fsmonitor=false", "core.sparseCheckout=false", "index.sparse=false"]
    options = [part for each in (*settings, f"safe.directory={Path.cwd()}") for part in ("-c", each)]
    return ["git", *options, *arguments]


def _surroundings(environment: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    return {
        "PATH": os.defpath, **gate_environment(environment, signs=False), "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0", **more,
    }  # fmt: skip
