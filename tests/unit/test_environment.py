"""What build systems say of themselves: each in its words, nothing that has another form, and never a secret."""

from __future__ import annotations

import dataclasses

import pytest

from gate.environment import builder_from
from gate.models import BuilderFact

COMMIT = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/app",
    "GITHUB_SHA": COMMIT,
    "GITHUB_REF": "refs/tags/v1.4.0",
    "GITHUB_WORKFLOW_REF": "acme/app/.github/workflows/release.yml@refs/tags/v1.4.0",
    "GITHUB_WORKFLOW_SHA": COMMIT,
    "GITHUB_JOB": "release",
    "GITHUB_RUN_ID": "1658821493",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_ACTOR": "octocat",
    "GITHUB_TRIGGERING_ACTOR": "dependabot[bot]",
    "RUNNER_ENVIRONMENT": "github-hosted",
    "RUNNER_NAME": "GitHub Actions 7",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_SERVER_URL": "https://gitlab.example.org",
    "CI_PROJECT_URL": "https://gitlab.example.org/acme/app",
    "CI_COMMIT_SHA": COMMIT,
    "CI_COMMIT_REF_NAME": "main",
    "CI_COMMIT_BRANCH": "main",
    "CI_CONFIG_PATH": ".gitlab-ci.yml",
    "CI_JOB_NAME": "納品",
    "CI_JOB_ID": "991",
    "CI_JOB_URL": "https://gitlab.example.org/acme/app/-/jobs/991",
    "CI_PIPELINE_SOURCE": "web",
    "GITLAB_USER_LOGIN": "yamada",
    "CI_RUNNER_ID": "17",
    "CI_RUNNER_DESCRIPTION": "builder-17",
}
JENKINS = {
    "JENKINS_URL": "https://ci.example.org/jenkins/",
    "BUILD_URL": "https://ci.example.org/jenkins/job/app/15/",
    "BUILD_NUMBER": "15",
    "JOB_NAME": "acme/app",
    "NODE_NAME": "built-in node",
    "GIT_URL": "git@git.example.org:acme/app.git",
    "GIT_COMMIT": COMMIT,
    "GIT_BRANCH": "origin/main",
    "BUILD_USER_ID": "yamada",
}


def test_github_actions() -> None:
    assert builder_from(GITHUB) == BuilderFact(
        system="github-actions",
        builder="https://github.com/actions/runner/github-hosted",
        repository="https://github.com/acme/app",
        revision=COMMIT,
        ref="refs/tags/v1.4.0",
        workflow=".github/workflows/release.yml",
        workflow_ref="refs/tags/v1.4.0",
        workflow_revision=COMMIT,
        job="release",
        run="1658821493/2",
        run_url="https://github.com/acme/app/actions/runs/1658821493/attempts/2",
        event="push",
        actor="dependabot[bot]",
        runner="hosted",
        runner_name="GitHub Actions 7",
    )


def test_gitlab_ci() -> None:
    assert builder_from(GITLAB) == BuilderFact(
        system="gitlab-ci",
        builder="https://gitlab.example.org/acme/app/-/runners/17",
        repository="https://gitlab.example.org/acme/app",
        revision=COMMIT,
        ref="refs/heads/main",
        workflow=".gitlab-ci.yml",
        job="納品",
        run="991",
        run_url="https://gitlab.example.org/acme/app/-/jobs/991",
        event="web",
        actor="yamada",
        runner_name="builder-17",
    )
    assert builder_from({**GITLAB, "CI_COMMIT_TAG": "v1"}).ref == "refs/tags/v1"
    assert builder_from({**GITLAB, "CI_COMMIT_BRANCH": ""}).ref == "main"


def test_jenkins() -> None:
    assert builder_from(JENKINS) == BuilderFact(
        system="jenkins",
        builder="https://ci.example.org/jenkins/computer/built-in%20node",
        repository="ssh://git.example.org/acme/app.git",
        revision=COMMIT,
        ref="origin/main",
        job="acme/app",
        run="15",
        run_url="https://ci.example.org/jenkins/job/app/15",
        actor="yamada",
        runner_name="built-in node",
    )
    assert builder_from({**JENKINS, "TAG_NAME": "v1"}).ref == "refs/tags/v1"


def test_nobody_or_several_say_that_they_run_this() -> None:
    assert builder_from({}) == BuilderFact("local", "urn:x-release-gate:builder:local")
    assert builder_from({"CI": "true", "GITHUB_ACTIONS": "1", "HOME": "/root"}).system == "local"
    assert builder_from({**GITHUB, **GITLAB}) == BuilderFact("unclear", "urn:x-release-gate:builder:unclear")


@pytest.mark.parametrize(
    ("variables", "system"), [(GITHUB, "github-actions"), (GITLAB, "gitlab-ci"), (JENKINS, "jenkins")]
)
def test_a_builder_is_named_also_where_little_is_said(variables: dict[str, str], system: str) -> None:
    mark = {key: value for key, value in variables.items() if key in {"GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL"}}
    builder = builder_from(mark)
    named = "https://ci.example.org/jenkins" if system == "jenkins" else f"urn:x-release-gate:builder:{system}"
    assert builder == BuilderFact(builder.system, named)
    assert builder.system == system


SECRET = "glpat-0123456789abcdef"


def test_nothing_secret_is_read() -> None:
    secrets = {
        "GITHUB_TOKEN": SECRET,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": SECRET,
        "CI_JOB_TOKEN": SECRET,
        "CI_REPOSITORY_URL": f"https://gitlab-ci-token:{SECRET}@gitlab.example.org/acme/app.git",
        "CI_RUNNER_SHORT_TOKEN": SECRET,
    }
    urls = {
        "CI_PROJECT_URL": f"https://oauth2:{SECRET}@gitlab.example.org/acme/app",
        "CI_JOB_URL": f"https://gitlab.example.org/acme/app/-/jobs/991?private_token={SECRET}#{SECRET}",
        "GIT_URL": f"https://{SECRET}@git.example.org/acme/app.git",
        "GITHUB_SERVER_URL": f"https://{SECRET}@github.com",
    }
    for variables in (GITHUB, GITLAB, JENKINS):
        kept = {key: value for key, value in urls.items() if key in variables}
        builder = builder_from({**variables, **secrets, **kept})
        assert SECRET not in repr(builder)
        assert builder == dataclasses.replace(builder_from(variables), repository=builder.repository)
    assert builder_from({**JENKINS, **urls}).repository == "https://git.example.org/acme/app.git"


HOSTILE = ["x\n::set-output name=a::b", "\x1b[31m", "a" * 5000, "\u202egnp", "\udcff", "<script>alert(1)</script>"]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("variables", [GITHUB, GITLAB, JENKINS])
def test_what_has_another_form_is_not_claimed(variables: dict[str, str], value: str) -> None:
    for name in variables:
        assert value not in repr(builder_from({**variables, name: value}))


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://[::1",
        "https://h:99999/",
        "https://h/\u00e9",
        "",
    ],
)
def test_what_is_no_address_is_left_out(url: str) -> None:
    assert builder_from({**GITLAB, "CI_PROJECT_URL": url}).repository == ""
    assert builder_from({**JENKINS, "JENKINS_URL": url}).system == "local"


def test_addresses_keep_port_and_brackets() -> None:
    assert builder_from({**GITLAB, "CI_PROJECT_URL": "http://[::1]:8080/a b/"}).repository == ""
    assert builder_from({**GITLAB, "CI_PROJECT_URL": "http://[::1]:8080/a/"}).repository == "http://[::1]:8080/a"


def test_a_revision_is_a_whole_digest() -> None:
    for short in ("7fd1a60", "HEAD", COMMIT.upper(), COMMIT + "0"):
        assert builder_from({**GITHUB, "GITHUB_SHA": short}).revision == ""
    assert builder_from({**GITHUB, "GITHUB_SHA": "a" * 64}).revision == "a" * 64
