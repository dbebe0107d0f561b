"""Reading a policy from disk: what cannot be read, what it names, and what must not lie in an artifact."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from gate.errors import PolicyError
from gate.policy import LoadedPolicy, load_policy, refuse_inside
from gate.policy.load import MOST_BYTES
from gate.policy.problems import UnusablePolicyError
from tests.unit.policy.policy_kit import OTHER_SHA


def write(folder: Path, text: str = "", name: str = "gate.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text)
    return file


def refusal(path: Path) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        load_policy(path)
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    assert caught.value.exit_code == 2
    return caught.value


def problems(path: Path) -> list[tuple[str, int, str]]:
    error = refusal(path)
    assert isinstance(error, UnusablePolicyError)
    return [(problem.code.removeprefix("policy."), problem.line, problem.key) for problem in error.problems]


# --- reading ----------------------------------------------------------------------------------------------------


def test_the_default_policy_has_no_path() -> None:
    loaded = load_policy(None)
    assert loaded.path is None
    assert loaded.source is None
    assert loaded.files == loaded.folders == loaded.rule_folders == ()
    assert loaded.sha256 == hashlib.sha256(loaded.raw).hexdigest()
    assert not loaded.agreed
    assert loaded == load_policy(None)


def test_a_policy_is_bound_by_its_bytes(tmp_path: Path) -> None:
    file = write(tmp_path, "# 方針\n[gate]\n")
    loaded = load_policy(file)
    assert loaded.raw == file.read_bytes()
    assert loaded.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert loaded.path == str(file)
    assert loaded.source == file


def test_a_hostile_path_is_shown_escaped(tmp_path: Path) -> None:
    file = write(tmp_path / "a\nb")
    assert load_policy(file).path == f"{tmp_path}/a%0Ab/gate.toml"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path in (tmp_path / "absent", tmp_path, fifo, loop, Path("/dev/null"), Path("/dev/zero")):
        assert refusal(path).code == "policy.unreadable"


def test_a_policy_of_unlikely_size(tmp_path: Path) -> None:
    file = write(tmp_path, "#" * MOST_BYTES)
    assert load_policy(file).raw == b"#" * MOST_BYTES
    file.write_bytes(b"#" * (MOST_BYTES + 1))
    assert refusal(file).code == "policy.too-large"


def test_problems_name_file_line_and_key(tmp_path: Path) -> None:
    file = write(tmp_path, "[gate]\n\nqqq = 1\n")
    text = str(refusal(file))
    assert str(file) in text
    assert "line 3, gate.qqq" in text


def test_an_agreement_is_kept(tmp_path: Path) -> None:
    alone = load_policy(write(tmp_path, "[gate]\n"))
    text = f'[gate]\n[agreement]\npolicy_sha256 = "{alone.agreement_sha256}"\nagreed_on = 2026-05-10\n'
    assert load_policy(write(tmp_path, text)).agreed
    assert not load_policy(write(tmp_path, text.replace("[gate]", "[gate]\ntimezone = 'UTC'"))).agreed


def test_keys_of_those_who_sign_commits_stay_outside_of_artifacts(tmp_path: Path) -> None:
    write(tmp_path / "release", "key", "a.asc")
    signer = f'[source]\n[[source.signer]]\nfingerprint = "{"A" * 40}"\nkey = "release/a.asc"\n'
    loaded = load_policy(write(tmp_path, signer))
    assert loaded.files == ()
    with pytest.raises(PolicyError) as caught:
        refuse_inside(loaded, [tmp_path / "release"])
    assert caught.value.code == "policy.inside"


def test_passwords_of_archives_stay_outside_of_artifacts(tmp_path: Path) -> None:
    write(tmp_path / "release", "secret", "password")
    file = write(tmp_path, "[archive_passwords]\n'a.zip' = {file = 'release/password'}\n'**' = {env = 'NAME'}\n")
    loaded = load_policy(file)
    assert loaded.files == ()
    with pytest.raises(PolicyError) as caught:
        refuse_inside(loaded, [tmp_path / "release"])
    assert caught.value.code == "policy.inside"
    refuse_inside(loaded, [write(tmp_path / "other", "x", "a.zip")])


# --- what it names ----------------------------------------------------------------------------------------------

SPECIFICATION = '[specification]\ntitle = "仕様書"\nversion = "2"\n'
EVIDENCE = (
    '[[evidence]]\nclause = "26-3(1)"\nfile = "papers/手順書.pdf"\nkind = "procedure"\ndate = 2026-11-01\nby = "佐藤"\n'
)


def test_papers_are_found_beside_the_policy_and_bound(tmp_path: Path) -> None:
    write(tmp_path / "papers", "procedure", "手順書.pdf")
    write(tmp_path, "specification", "spec.pdf")
    digest = hashlib.sha256(b"specification").hexdigest()
    text = f'{SPECIFICATION}file = "spec.pdf"\nsha256 = "{digest}"\n{EVIDENCE}'
    loaded = load_policy(write(tmp_path, text))
    assert loaded.files == (tmp_path / "spec.pdf", tmp_path / "papers" / "手順書.pdf")
    assert loaded.policy.evidence[0].sha256 == hashlib.sha256(b"procedure").hexdigest()
    assert loaded.policy.specification is not None
    assert loaded.policy.specification.sha256 == digest


def test_a_specification_need_not_name_a_file(tmp_path: Path) -> None:
    loaded = load_policy(write(tmp_path, f'{SPECIFICATION}sha256 = "{OTHER_SHA}"\n'))
    assert loaded.files == ()
    assert loaded.policy.specification is not None
    assert loaded.policy.specification.sha256 == OTHER_SHA


def test_papers_that_are_not_those_named(tmp_path: Path) -> None:
    write(tmp_path, "specification", "spec.pdf")
    text = f'{SPECIFICATION}file = "spec.pdf"\nsha256 = "{OTHER_SHA}"\n{EVIDENCE}'
    assert problems(write(tmp_path, text)) == [
        ("file-digest", 4, "specification.file"),
        ("file-unreadable", 8, "evidence[1].file"),
    ]


@pytest.mark.parametrize("name", ["papers", "no\\u0000where", "x/../../absent"])
def test_papers_that_are_no_files(tmp_path: Path, name: str) -> None:
    (tmp_path / "papers").mkdir()
    text = EVIDENCE.replace("papers/手順書.pdf", name)
    assert problems(write(tmp_path, text)) == [("file-unreadable", 3, "evidence[1].file")]


def test_rule_folders(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    loaded = load_policy(write(tmp_path, '[malware]\nyara_rules = ["bundled", "rules/"]\n'))
    assert loaded.rule_folders == (tmp_path / "rules",)
    write(tmp_path, "", "file.yar")
    text = '[malware]\nyara_rules = [\n"bundled",\n"absent",\n"file.yar", "a\\u0000b"]\n'
    assert problems(write(tmp_path, text)) == [
        ("not-a-folder", 4, "malware.yara_rules[2]"),
        ("not-a-folder", 5, "malware.yara_rules[3]"),
        ("not-a-folder", 5, "malware.yara_rules[4]"),
    ]


def test_keys_and_sockets_are_never_among_the_papers(tmp_path: Path) -> None:
    fingerprint = "A" * 40
    text = (
        f'[malware]\nclamd = "unix:/run/clamd.sock"\n[signing.openpgp]\nfingerprint = "{fingerprint}"\nhome = "keys"\n'
    )
    loaded = load_policy(write(tmp_path, text))
    assert loaded.files == ()
    assert loaded.folders == (tmp_path / "keys", Path("/run/clamd.sock"))
    without = load_policy(write(tmp_path, f'[signing.openpgp]\nfingerprint = "{fingerprint}"\n'))
    assert without.folders == ()


def test_keys_and_tokens_of_every_back_end_are_named_as_what_is_never_delivered(tmp_path: Path) -> None:
    text = (
        '[signing.x509]\npkcs12 = "me.p12"\npassphrase = "file:pass"\ntsa = "https://tsa.example.org"\n'
        'chain = ["ca.pem"]\nocsp = true\n[signing.keyless]\ntrust_config = "trust.json"\ntoken_file = "token"\n'
    )
    loaded = load_policy(write(tmp_path, text))
    assert set(loaded.folders) == {tmp_path / name for name in ("me.p12", "pass", "ca.pem", "trust.json", "token")}
    by_key = '[signing.x509]\nkey = "key.pem"\ncertificate = "me.pem"\ntsa = "https://tsa.example.org"\n'
    loaded = load_policy(write(tmp_path, by_key + 'chain = ["ca.pem"]\nocsp = true\n'))
    assert loaded.folders == tuple(tmp_path / name for name in ("key.pem", "me.pem", "ca.pem"))


def test_a_home_of_the_user_is_never_delivered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    for home, folder in (
        ("~/keys", tmp_path / "me" / "keys"),
        ("~nobody-of-this-name/x", tmp_path / "~nobody-of-this-name/x"),
    ):
        loaded = load_policy(write(tmp_path, f'[signing.openpgp]\nfingerprint = "{"A" * 40}"\nhome = "{home}"\n'))
        assert loaded.folders == (folder,)


@pytest.mark.parametrize("where", ["module", "certificate", "chain", "crls"])
def test_no_artifact_brings_code_or_certificates_to_sign_with(tmp_path: Path, where: str) -> None:
    """Most of all not the library that is loaded to reach a token: it would run with the PIN."""
    names = {key: ("app" if key == where else "conf") + f"/{key}" for key in ("module", "certificate", "chain", "crls")}
    text = (
        f'[signing.x509]\npkcs11 = {{module = "{names["module"]}", token = "t", label = "l"}}\n'
        f'certificate = "{names["certificate"]}"\nchain = ["{names["chain"]}"]\ncrls = ["{names["crls"]}"]\n'
        'tsa = "https://tsa.example.org"\n'
    )
    loaded = load_policy(write(tmp_path, text))
    (tmp_path / "app").mkdir()
    assert refused(loaded, tmp_path / "app") == "policy.inside"
    refuse_inside(loaded, [write(tmp_path / "other", "x", "a.zip")])


# --- nothing inside an artifact configures the gate -------------------------------------------------------------


def refused(loaded: LoadedPolicy, *inputs: Path) -> str:
    with pytest.raises(PolicyError) as caught:
        refuse_inside(loaded, inputs)
    for language in ("en", "ja"):
        assert caught.value.message(language)
        assert caught.value.advice(language)
    return caught.value.code


def test_a_policy_beside_the_artifact_is_taken(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "application").mkdir()
    loaded = load_policy(write(tmp_path / "application"))
    refuse_inside(loaded, [tmp_path / "app"])
    refuse_inside(load_policy(None), [tmp_path])


def test_a_policy_inside_an_artifact_is_refused(tmp_path: Path) -> None:
    loaded = load_policy(write(tmp_path / "app" / "deep"))
    (tmp_path / "other").mkdir()
    assert refused(loaded, tmp_path / "other", tmp_path / "app") == "policy.inside"


def test_a_policy_that_is_the_artifact_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path)
    assert refused(load_policy(file), file) == "policy.inside"


def test_relative_paths_and_dots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "app")
    (tmp_path / "conf").mkdir()
    monkeypatch.chdir(tmp_path / "app")
    assert refused(load_policy(Path("gate.toml")), Path()) == "policy.inside"
    assert refused(load_policy(Path("../conf/../app/gate.toml")), Path("../app")) == "policy.inside"


def test_links_do_not_hide_where_the_policy_lies(tmp_path: Path) -> None:
    file = write(tmp_path / "app")
    link = tmp_path / "gate.toml"
    link.symlink_to(file)
    assert refused(load_policy(link), tmp_path / "app") == "policy.inside"
    alias = tmp_path / "alias"
    alias.symlink_to(tmp_path / "app")
    assert refused(load_policy(file), alias) == "policy.inside"


def test_a_link_inside_the_artifact_does_not_choose_the_policy(tmp_path: Path) -> None:
    outside = write(tmp_path / "conf")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "gate.toml").symlink_to("../conf/gate.toml")
    assert refused(load_policy(tmp_path / "app" / "gate.toml"), tmp_path / "app") == "policy.inside"
    (tmp_path / "app" / "conf").symlink_to(tmp_path / "conf")
    assert refused(load_policy(tmp_path / "app" / "conf" / "gate.toml"), tmp_path / "app") == "policy.inside"
    chained = tmp_path / "gate.toml"
    chained.symlink_to(tmp_path / "app" / "gate.toml")
    assert refused(load_policy(chained), tmp_path / "app") == "policy.inside"
    refuse_inside(load_policy(outside), [tmp_path / "app"])


def test_a_file_artifact_that_is_a_hard_link_of_the_policy_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path)
    os.link(file, tmp_path / "artifact.toml")
    assert refused(load_policy(file), tmp_path / "artifact.toml") == "policy.inside"


def test_what_the_policy_names_lies_outside_too(tmp_path: Path) -> None:
    write(tmp_path / "app", "spec", "spec.pdf")
    loaded = load_policy(write(tmp_path, f'{SPECIFICATION}file = "app/spec.pdf"\n'))
    assert refused(loaded, tmp_path / "app") == "policy.inside"
    refuse_inside(loaded, [tmp_path / "absent"])


def test_rule_folders_and_keys_do_not_overlap_with_artifacts(tmp_path: Path) -> None:
    (tmp_path / "rules" / "dist").mkdir(parents=True)
    (tmp_path / "dist").mkdir()
    loaded = load_policy(write(tmp_path, '[malware]\nyara_rules = ["rules"]\n'))
    assert refused(loaded, tmp_path / "rules") == "policy.inside"
    assert refused(loaded, tmp_path / "rules" / "dist") == "policy.around"
    refuse_inside(loaded, [tmp_path / "dist"])


def test_a_loop_of_links_among_the_named_comes_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (tmp_path / "app").mkdir()
    loaded = load_policy(write(tmp_path, f'[signing.openpgp]\nfingerprint = "{"A" * 40}"\nhome = "a/keys"\n'))
    refuse_inside(loaded, [tmp_path / "app"])
