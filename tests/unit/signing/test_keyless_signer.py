"""Signing by sigstore: bundles that verify, and a clear end where anything on the way is not as it must be."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gate.errors import GateError, KeyProblem, SigningFailure
from gate.signing import deadlines, instance, keyless, tokens
from gate.signing.keyless import KeylessOptions, KeylessSigner
from gate.signing.tokens import TokenSource
from tests.simulators.sigstore.faults import Fault, Service
from tests.simulators.sigstore.issuer import WORKFLOW, WORKFLOW_IDENTITY
from tests.simulators.sigstore.stack import Stack
from tests.unit.keyless.keyless_kit import STATEMENT, TOKEN, checked, running_stack, signer_with

BUILD_SYSTEMS = ("GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "CIRCLECI", "GOOGLE_SERVICE_ACCOUNT_NAME")


@pytest.fixture(scope="module")
def running() -> Iterator[Stack]:
    with running_stack() as stack:
        yield stack


@pytest.fixture
def stack(running: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    for name in BUILD_SYSTEMS:
        monkeypatch.delenv(name, raising=False)
    running.faults.clear()
    running.asked.clear()
    running.issuer.person = WORKFLOW
    return running


@pytest.fixture
def statement(tmp_path: Path) -> Path:
    path = tmp_path / "statement.json"
    path.write_bytes(STATEMENT)
    return path


def sign(signer: KeylessSigner, path: Path, *, statement: bool = True) -> bytes:
    signer.ready()
    signer.begin()
    with path.open("rb") as file:
        return signer.sign(file, statement=statement)


def failing(signer: KeylessSigner, path: Path) -> GateError:
    """Return the error that signing ends with; its texts can be rendered in both languages."""
    with pytest.raises((KeyProblem, SigningFailure)) as caught:
        sign(signer, path)
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    return caught.value


@pytest.mark.parametrize("rekor", [1, 2])
def test_a_statement_and_a_file(
    stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rekor: int
) -> None:
    with signer_with(stack, tmp_path, monkeypatch, rekor=rekor) as signer:
        bundle = sign(signer, statement)
        assert (signer.signer, signer.irrevocable, signer.signs_artifacts) == (WORKFLOW_IDENTITY, True, False)
        (tmp_path / "sums").write_bytes(b"sums\n")
        other = sign(signer, tmp_path / "sums", statement=False)
    said = checked(stack, tmp_path, bundle)
    assert (said.outcome, said.identity, said.issuer) == ("valid", WORKFLOW_IDENTITY, WORKFLOW["iss"])
    assert said.time_source == "timestamp"
    assert abs(said.time - datetime.now(UTC).timestamp()) < 60
    assert (said.sha256, said.size) == (hashlib.sha256(STATEMENT).hexdigest(), len(STATEMENT))
    assert checked(stack, tmp_path, other, b"sums\n", form="file").outcome == "valid"
    assert json.loads(bundle)["dsseEnvelope"]["payload"]
    assert "dsseEnvelope" not in json.loads(other)


def test_the_services_are_named_before_anything_is_sent(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with signer_with(stack, tmp_path, monkeypatch) as signer:
        signer.ready()
        assert [service.name.split()[0] for service in signer.services] == ["Fulcio", "Rekor", "TSA"]
        assert {service.operator for service in signer.services} == {"local.test"}
    with signer_with(stack, tmp_path, monkeypatch, token=TokenSource(interactive=True)) as signer:
        signer.ready()
        assert signer.services[-1].name == f"OpenID issuer {stack.issuer.url}"
        assert signer.services[-1].operator == "local.test"
    monkeypatch.setenv("GITLAB_CI", "true")
    with signer_with(stack, tmp_path, monkeypatch, token=TokenSource()) as signer:
        signer.ready()
        assert signer.services[-1].name.startswith("TSA"), "GitLab hands the token over by itself"
    assert stack.asked == []


NOT_DATED: list[tuple[Service, Fault, int]] = [
    ("tsa", "down", 3), ("tsa", "garbage", 3), ("tsa", "endless", 3), ("tsa", "error", 3), ("tsa", "refused", 3),
    ("tsa", "moved", 3), ("tsa", "foreign-tsa", 3), ("tsa", "wrong-imprint", 3),
]  # fmt: skip
NOT_CERTIFIED: list[tuple[Service, Fault, int]] = [
    ("fulcio", "down", 3), ("fulcio", "garbage", 3), ("fulcio", "endless", 3), ("fulcio", "error", 3),
    ("fulcio", "refused", 2), ("fulcio", "busy", 3), ("fulcio", "moved", 3), ("fulcio", "foreign-ca", 3),
    ("fulcio", "no-sct", 3), ("fulcio", "foreign-sct", 3),
]  # fmt: skip
NOT_LOGGED: list[tuple[Service, Fault, int]] = [
    ("rekor", "down", 3), ("rekor", "garbage", 3), ("rekor", "endless", 3), ("rekor", "error", 3),
    ("rekor", "moved", 3), ("rekor", "wrong-set", 3), ("rekor", "wrong-proof", 3), ("rekor", "foreign-log", 3),
    ("rekor", "wrong-body", 3),
]  # fmt: skip


@pytest.mark.parametrize(("service", "fault", "status"), [*NOT_DATED, *NOT_CERTIFIED, *NOT_LOGGED])
def test_services_that_fail(
    stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    service: Service, fault: Fault, status: int,
) -> None:  # fmt: skip
    stack.faults[service] = fault
    before = len(stack.rekor)
    with signer_with(stack, tmp_path, monkeypatch) as signer:
        error = failing(signer, statement)
    assert error.exit_code == status
    assert service == "rekor" or len(stack.rekor) == before, "an entry was made that nobody can date"
    assert stack.issuer.mint().split(".")[0] not in error.message("en")


@pytest.mark.parametrize("fault", ["slow", "dripping"])
@pytest.mark.parametrize("service", ["tsa", "fulcio", "rekor"])
def test_waiting_has_an_end(
    stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service: Service, fault: Fault
) -> None:
    monkeypatch.setattr(keyless, "STEP_SECONDS", 1.0)
    stack.faults[service] = fault
    began = time.monotonic()
    with signer_with(stack, tmp_path, monkeypatch) as signer:
        error = failing(signer, statement)
    assert (error.code, error.arguments["detail"]) == ("keyless.service", "timeout")
    assert time.monotonic() - began < 15


def test_a_read_of_a_socket_has_an_end_too(
    stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "READ_SECONDS", 0.2)
    stack.faults["rekor"] = "slow"
    with signer_with(stack, tmp_path, monkeypatch) as signer:
        assert failing(signer, statement).arguments["detail"] == "ReadTimeout"


def test_a_certificate_that_has_ended_is_renewed(
    stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with signer_with(stack, tmp_path, monkeypatch) as signer:
        sign(signer, statement)
        signer._ends = datetime.now(UTC)
        with statement.open("rb") as file:
            signer.sign(file, statement=True)
        assert [asked.path for asked in stack.asked].count("/api/v2/signingCert") == 2
        signer._ends = datetime.now(UTC)
        monkeypatch.setenv(TOKEN, stack.issuer.mint({"sub": "somebody-else@example.test"}))
        with statement.open("rb") as file, pytest.raises(SigningFailure, match="identity changed"):
            signer.sign(file, statement=True)


def test_an_expired_certificate_signs_nothing(
    stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.faults["fulcio"] = "expired"
    before = len(stack.rekor)
    with signer_with(stack, tmp_path, monkeypatch) as signer:
        assert failing(signer, statement).exit_code == 3
    assert len(stack.rekor) == before


@pytest.mark.parametrize(
    ("identity", "issuer", "good"),
    [
        (WORKFLOW_IDENTITY, WORKFLOW["iss"], True),
        ("https://github.com/acme/app/.github/workflows/release.yml@refs/tags/*", None, True),
        ("https://github.com/acme/app/.github/workflows/release.yml@refs/heads/*", None, False),
        (None, "https://issuer.example", False),
        ("somebody@example.test", None, False),
    ],
)
def test_who_signs_may_be_pinned(
    stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    identity: str | None, issuer: str | None, good: bool,
) -> None:  # fmt: skip
    before = len(stack.rekor)
    with signer_with(stack, tmp_path, monkeypatch, identity=identity, issuer=issuer) as signer:
        if good:
            assert sign(signer, statement)
        else:
            error = failing(signer, statement)
            assert (error.code, error.exit_code) == ("keyless.other-identity", 2)
            assert len(stack.rekor) == before


# --- trust configuration ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "{}", "[]", "\0", '{"mediaType": "x"}', "[" * 100_000])
def test_what_is_no_trust_configuration(tmp_path: Path, text: str) -> None:
    (tmp_path / "config").write_text(text)
    for path in (tmp_path / "config", tmp_path / "missing"):
        with pytest.raises(KeyProblem) as caught:
            KeylessSigner(KeylessOptions(trust_config=path)).ready()
        assert caught.value.code == "keyless.no-config"


def test_without_a_time_stamping_authority_nothing_begins(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(json.dumps(stack.trust_config(timestamps=False)))
    with pytest.raises(KeyProblem) as caught:
        KeylessSigner(KeylessOptions(trust_config=tmp_path / "config")).ready()
    assert caught.value.code == "keyless.no-tsa"


# --- tokens -----------------------------------------------------------------------------------------------------


def test_the_token_is_not_read_before_the_verdict(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("not a token")
    with signer_with(stack, tmp_path, monkeypatch, token=TokenSource(file=tmp_path / "token")) as signer:
        signer.ready()
        with pytest.raises(KeyProblem) as caught:
            signer.begin()
    assert caught.value.code == "keyless.token"
    assert "not a token" not in str(caught.value)


def test_a_token_from_a_file(stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text(f"{stack.issuer.mint()}\n")
    with signer_with(stack, tmp_path, monkeypatch, token=TokenSource(file=tmp_path / "token")) as signer:
        assert sign(signer, statement)


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (TokenSource(variable="NOT_SET_ANYWHERE"), "keyless.no-variable"),
        (TokenSource(file=Path("/nonexistent/token")), "keyless.no-file"),
        (TokenSource(), "keyless.no-identity"),
    ],
)
def test_nothing_to_sign_with_is_said_at_once(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: TokenSource, code: str
) -> None:
    monkeypatch.setattr(tokens, "_GOOGLE_MACHINE", tmp_path / "none")
    with signer_with(stack, tmp_path, monkeypatch, token=token) as signer, pytest.raises(KeyProblem) as caught:
        signer.ready()
    assert (caught.value.code, caught.value.exit_code) == (code, 2)
    assert stack.asked == []


@pytest.mark.parametrize("claims", [{"exp": 1}, {"aud": "somebody"}, {"iat": 9_999_999_999}, {"sub": None}])
def test_tokens_that_cannot_be_used(
    stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, claims: dict[str, Any]
) -> None:
    stack.issuer.person = {**WORKFLOW, **claims}
    with signer_with(stack, tmp_path, monkeypatch) as signer:
        error = failing(signer, statement)
    assert (error.code, error.exit_code) == ("keyless.token", 2)
    assert not [asked for asked in stack.asked if asked.path.endswith("signingCert")]


def workflow_environment(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request-secret")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{stack.url}/oidc/actions")


def test_a_workflow_gets_its_token_by_itself(
    stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow_environment(stack, monkeypatch)
    with signer_with(stack, tmp_path, monkeypatch, token=TokenSource()) as signer:
        assert sign(signer, statement)
        assert (signer.services[-1].name, signer.services[-1].operator) == ("identity provider of GitHub", "GitHub")
    (asked,) = [asked for asked in stack.asked if asked.path == "/oidc/actions"]
    assert asked.headers["authorization"] == "bearer request-secret"


@pytest.mark.parametrize("fault", ["down", "garbage", "error"])
def test_a_workflow_whose_provider_fails(
    stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    workflow_environment(stack, monkeypatch)
    stack.faults["issuer"] = fault
    with signer_with(stack, tmp_path, monkeypatch, token=TokenSource()) as signer:
        error = failing(signer, statement)
    assert (error.code, error.exit_code) == ("keyless.service", 3)
    assert "request-secret" not in error.message("en")


def test_a_workflow_without_the_permission(
    stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.delenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", raising=False)
    with signer_with(stack, tmp_path, monkeypatch, token=TokenSource()) as signer:
        assert failing(signer, statement).code == "keyless.permission"


# The library leaves the socket of its redirect server to the garbage collector.
@pytest.mark.filterwarnings("ignore:.*socket.socket:pytest.PytestUnraisableExceptionWarning")
def test_a_person_logs_in_with_a_browser(
    stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import requests

    monkeypatch.setattr(tokens, "_GOOGLE_MACHINE", tmp_path / "none")
    stack.issuer.person = {"sub": "person@example.test"}

    def browser(url: str) -> bool:
        threading.Thread(target=requests.get, args=(url,), kwargs={"timeout": 10}, daemon=True).start()
        return True

    monkeypatch.setattr("webbrowser.open", browser)
    with signer_with(stack, tmp_path, monkeypatch, token=TokenSource(interactive=True)) as signer:
        assert sign(signer, statement)
        assert signer.signer == "person@example.test"
    assert "browser" in capsys.readouterr().err
    stack.faults["issuer"] = "garbage"
    with signer_with(stack, tmp_path, monkeypatch, token=TokenSource(interactive=True)) as signer:
        assert failing(signer, statement).exit_code == 3


# --- public logs ------------------------------------------------------------------------------------------------


def public_instance(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the instance look public: names of its hosts decide."""
    monkeypatch.setattr(instance, "_PUBLIC_HOSTS", (f".{stack.host.partition(':')[0]}",))


def event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (tmp_path / "event.json").write_text(text)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(tmp_path / "event.json"))


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"repository": {}}', '{"repository": {"private": true}}', '{"repository": {"private": 0}}',
     '{"repository": {"private": false, "visibility": "internal"}}', "[" * 100_000, '{"repository": null}'],
)  # fmt: skip
def test_no_public_log_for_what_is_not_said_to_be_public(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    public_instance(stack, monkeypatch)
    event(tmp_path, monkeypatch, text)
    with signer_with(stack, tmp_path, monkeypatch) as signer, pytest.raises(KeyProblem) as caught:
        signer.ready()
    assert (caught.value.code, caught.value.exit_code) == ("keyless.public-log", 2)
    assert stack.asked == []


def test_a_public_log_for_what_is_public(
    stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public_instance(stack, monkeypatch)
    event(tmp_path, monkeypatch, '{"repository": {"private": false, "visibility": "public"}}')
    with signer_with(stack, tmp_path, monkeypatch) as signer:
        assert sign(signer, statement)
        assert signer.services[-1].name.startswith("TUF repository")
    stack.issuer.person = {**WORKFLOW, "repository_visibility": "private"}
    with signer_with(stack, tmp_path, monkeypatch) as signer:
        assert failing(signer, statement).code == "keyless.public-log"
    with signer_with(stack, tmp_path, monkeypatch, public_log=True) as signer:
        assert sign(signer, statement)


def test_other_build_systems_and_none(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    public_instance(stack, monkeypatch)
    monkeypatch.setenv("GITLAB_CI", "true")
    monkeypatch.setenv("CI_PROJECT_VISIBILITY", "public")
    with signer_with(stack, tmp_path, monkeypatch) as signer:
        signer.ready()
    monkeypatch.setenv("CI_PROJECT_VISIBILITY", "internal")
    with signer_with(stack, tmp_path, monkeypatch) as signer, pytest.raises(KeyProblem):
        signer.ready()
    monkeypatch.delenv("GITLAB_CI")
    monkeypatch.setenv("CI_PROJECT_VISIBILITY", "public")
    with signer_with(stack, tmp_path, monkeypatch) as signer, pytest.raises(KeyProblem):
        signer.ready()


def test_the_public_instance_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the configuration inside the installed package; the repository is not asked."""
    from sigstore.models import ClientTrustConfig

    def packaged() -> ClientTrustConfig:
        from sigstore._utils import read_embedded

        url = "https://tuf-repo-cdn.sigstore.dev"
        root, signing = (
            json.loads(read_embedded(name, url)) for name in ("trusted_root.json", "signing_config.v0.2.json")
        )
        kind = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"
        return ClientTrustConfig.from_json(
            json.dumps({"mediaType": kind, "trustedRoot": root, "signingConfig": signing})
        )

    monkeypatch.setattr("gate.signing.instance.ClientTrustConfig.production", packaged)
    assert instance.load_instance(None).public
    monkeypatch.setattr("gate.signing.keyless.load_instance", lambda _path: pytest.fail("it was asked"))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    with pytest.raises(KeyProblem) as caught:
        KeylessSigner(KeylessOptions()).ready()
    assert caught.value.code == "keyless.public-log"


def test_a_repository_of_trust_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(instance, "_UPDATE_SECONDS", 0.2)
    monkeypatch.setattr("gate.signing.instance.ClientTrustConfig.production", lambda: released.wait(30))
    with pytest.raises(SigningFailure) as caught:
        KeylessSigner(KeylessOptions(public_log=True)).ready()
    released.set()
    assert caught.value.arguments["detail"] == "timeout"


def test_a_repository_of_trust_that_cannot_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> None:
        raise OSError

    monkeypatch.setattr("gate.signing.instance.ClientTrustConfig.production", unreachable)
    with pytest.raises(SigningFailure) as caught:
        KeylessSigner(KeylessOptions(public_log=True)).ready()
    assert caught.value.code == "keyless.service"


# --- what goes over the wire --------------------------------------------------------------------------------------


def test_netrc_replaces_no_token(
    stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with signer_with(stack, tmp_path, monkeypatch) as signer:
        assert sign(signer, statement)
    assert {asked.headers.get("authorization", "Bearer").split()[0] for asked in stack.asked} == {"Bearer"}


def test_the_token_is_sent_to_the_authority_alone(
    stack: Stack, statement: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with signer_with(stack, tmp_path, monkeypatch) as signer:
        sign(signer, statement)
    assert [asked.path for asked in stack.asked if "authorization" in asked.headers] == ["/api/v2/signingCert"]


def test_a_proxy_is_used(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: Path) -> None:
    with running_stack() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        with signer_with(stack, tmp_path, monkeypatch) as signer:
            failing(signer, statement)
        assert len(proxy.asked) == 1
    assert stack.asked == []
