"""What the environment says of the build system that runs the gate.

Only the variables named here are read, and none of them ever holds a secret: ``CI_REPOSITORY_URL``, ``CI_JOB_TOKEN``,
``CI_RUNNER_SHORT_TOKEN`` and ``GITHUB_TOKEN`` are not among them.  A value that has not its form is left out, so that
nothing else than a revision stands where a revision is named.  All of it is the runner's word.

Names of variables: GitHub Actions "Variables reference", GitLab "Predefined CI/CD variables reference", Jenkins
"Building with environment variables" with its git plugin.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from gate.models import BuilderFact
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gate.models import BuildSystem, RunnerKind

OWN_BUILDER: Final = "urn:x-release-gate:builder"
"""Begins the URI of a builder that the environment gives no address of."""
_LENGTH: Final = 1000
_WORD = re.compile(r"[\w.@:+()\[\]/ -]{1,200}")
"""Names of jobs, runners, events and persons, in any script."""
_REVISION = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_REF = re.compile(r"[\w./+@#=,-]{1,400}")
"""A git ref in any script; stranger ones that git-check-ref-format(1) allows are left out."""
_PATH = re.compile(r"[\w./+ -]{1,400}")
_SLUG = re.compile(r"[\w.-]{1,200}(/[\w.-]{1,200})+", re.ASCII)
_SCP = re.compile(r"(?:[\w.-]+@)?(?P<host>[\w.-]+):(?P<path>[\w./~+-]+)", re.ASCII)
_SCHEMES: Final = frozenset({"http", "https", "ssh", "git"})
_ADDRESS = re.compile(r"[\x21-\x7e]+")


def builder_from(environment: Mapping[str, str]) -> BuilderFact:
    """Return what the environment claims of the builder; never raises, whatever stands in it."""
    claims = _Claims(environment)
    claiming = [system for system, (variable, value) in _MARKS.items() if claims.says(variable, value)]
    if not claiming:
        return _builder("local")
    if len(claiming) > 1:
        return _builder("unclear")
    (system,) = claiming
    return _READERS[system](claims)


def _builder(system: BuildSystem) -> BuilderFact:
    return BuilderFact(system, f"{OWN_BUILDER}:{system}")


class _Claims:
    """Values of the environment by their form; empty where one is not there or has another form."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def says(self, name: str, value: str | None) -> bool:
        """Say whether a variable has a value: the one given, or any address where None is."""
        return bool(self.url(name)) if value is None else self._environment.get(name) == value

    def _fitting(self, name: str, form: re.Pattern[str]) -> str:
        value = self._environment.get(name, "")
        return value if form.fullmatch(value) and printable(value) == value else ""

    def word(self, *names: str) -> str:
        """Return the first of the variables that is a name."""
        return next(filter(None, (self._fitting(name, _WORD) for name in names)), "")

    def number(self, name: str) -> str:
        return self._fitting(name, _NUMBER)

    def revision(self, name: str) -> str:
        return self._fitting(name, _REVISION)

    def ref(self, *names: str) -> str:
        """Return the first of the variables that is a git ref."""
        return next(filter(None, (self._fitting(name, _REF) for name in names)), "")

    def path(self, name: str) -> str:
        return self._fitting(name, _PATH)

    def slug(self, name: str) -> str:
        """Return ``owner/repository``."""
        return self._fitting(name, _SLUG)

    def url(self, name: str) -> str:
        """Return an address without user, password, query and fragment, and without a ``/`` at its end."""
        value = self._environment.get(name, "")
        if len(value) > _LENGTH or not _ADDRESS.fullmatch(value):
            return ""
        try:
            parts = urlsplit(value)
            host, port = parts.hostname, parts.port
        except ValueError:
            return ""
        if parts.scheme not in _SCHEMES or not host:
            return ""
        shown = f"[{host}]" if ":" in host else host
        place = quote(parts.path.rstrip("/"), safe="/%~:+@!$&'()*,;=")
        return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{place}"

    def repository(self, name: str) -> str:
        """Return the address of a repository, also where it is written as ``host:path``."""
        found = self.url(name)
        short = self._fitting(name, _SCP)
        match = _SCP.fullmatch(short) if short and not found else None
        return f"ssh://{match['host']}/{match['path'].lstrip('/')}" if match else found


_GITHUB_RUNNERS: Final[Mapping[str, RunnerKind]] = {"github-hosted": "hosted", "self-hosted": "self-hosted"}


def _github(claims: _Claims) -> BuilderFact:
    """Read what GitHub Actions sets; ``GITHUB_WORKFLOW_REF`` is ``owner/repository/path@ref``."""
    server, slug, run = (
        claims.url("GITHUB_SERVER_URL"),
        claims.slug("GITHUB_REPOSITORY"),
        claims.number("GITHUB_RUN_ID"),
    )
    attempt = claims.number("GITHUB_RUN_ATTEMPT")
    repository = f"{server}/{slug}" if server and slug else ""
    definition, _, workflow_ref = claims.ref("GITHUB_WORKFLOW_REF").partition("@")
    kind = claims.word("RUNNER_ENVIRONMENT")
    runner = _GITHUB_RUNNERS.get(kind, "")
    attempts = f"/attempts/{attempt}" if attempt else ""
    return BuilderFact(
        system="github-actions",
        builder=f"{server}/actions/runner/{kind}" if server and runner else f"{OWN_BUILDER}:github-actions",
        repository=repository,
        revision=claims.revision("GITHUB_SHA"),
        ref=claims.ref("GITHUB_REF"),
        workflow=definition.removeprefix(f"{slug}/") if slug else definition,
        workflow_ref=workflow_ref,
        workflow_revision=claims.revision("GITHUB_WORKFLOW_SHA"),
        job=claims.word("GITHUB_JOB"),
        run=f"{run}/{attempt}" if run and attempt else run,
        run_url=f"{repository}/actions/runs/{run}{attempts}" if repository and run else "",
        event=claims.word("GITHUB_EVENT_NAME"),
        actor=claims.word("GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR"),
        runner=runner,
        runner_name=claims.word("RUNNER_NAME"),
    )


def _gitlab(claims: _Claims) -> BuilderFact:
    """Read what GitLab CI/CD sets; it does not say whose machine a runner is."""
    project, runner = claims.url("CI_PROJECT_URL"), claims.number("CI_RUNNER_ID")
    tag, branch = claims.ref("CI_COMMIT_TAG"), claims.ref("CI_COMMIT_BRANCH")
    named = claims.ref("CI_COMMIT_REF_NAME")
    return BuilderFact(
        system="gitlab-ci",
        builder=f"{project}/-/runners/{runner}" if project and runner else f"{OWN_BUILDER}:gitlab-ci",
        repository=project,
        revision=claims.revision("CI_COMMIT_SHA"),
        ref=f"refs/tags/{tag}" if tag else f"refs/heads/{branch}" if branch else named,
        workflow=claims.path("CI_CONFIG_PATH"),
        job=claims.word("CI_JOB_NAME"),
        run=claims.number("CI_JOB_ID"),
        run_url=claims.url("CI_JOB_URL"),
        event=claims.word("CI_PIPELINE_SOURCE"),
        actor=claims.word("GITLAB_USER_LOGIN"),
        runner_name=claims.word("CI_RUNNER_DESCRIPTION"),
    )


def _jenkins(claims: _Claims) -> BuilderFact:
    """Read what Jenkins and its git plugin set; who set a build off only a further plugin says (``BUILD_USER_ID``)."""
    server, node = claims.url("JENKINS_URL"), claims.word("NODE_NAME")
    tag = claims.ref("TAG_NAME")
    return BuilderFact(
        system="jenkins",
        builder=f"{server}/computer/{quote(node, safe='')}" if node else server,
        repository=claims.repository("GIT_URL"),
        revision=claims.revision("GIT_COMMIT"),
        ref=f"refs/tags/{tag}" if tag else claims.ref("GIT_BRANCH", "BRANCH_NAME"),
        job=claims.word("JOB_NAME"),
        run=claims.number("BUILD_NUMBER"),
        run_url=claims.url("BUILD_URL"),
        actor=claims.word("BUILD_USER_ID"),
        runner_name=node,
    )


_MARKS: Final[Mapping[BuildSystem, tuple[str, str | None]]] = {
    "github-actions": ("GITHUB_ACTIONS", "true"),
    "gitlab-ci": ("GITLAB_CI", "true"),
    "jenkins": ("JENKINS_URL", None),
}
"""The variable by which each system says that it runs this, and its value (None: any address)."""

_READERS: Final[Mapping[str, Callable[[_Claims], BuilderFact]]] = {
    "github-actions": _github,
    "gitlab-ci": _gitlab,
    "jenkins": _jenkins,
}
