"""What a gate.toml may say: every refusal names its line and key, and its benign twin is taken."""

from __future__ import annotations

import json
from datetime import date

import pytest

from gate.limits import Limits
from gate.policy import Policy, parse_policy
from gate.policy.clauses import clause_printed
from gate.policy.default import DEFAULT_POLICY
from gate.policy.parse import key_text
from gate.policy.problems import SHOWN, Problem, UnusablePolicyError
from gate.policy.section import Section
from gate.policy.values import is_remote
from tests.unit.policy.policy_kit import (
    APPROVED,
    OTHER_SHA,
    SHA,
    approval,
    deliverable,
    destination_entry,
    executable_entry,
    policy_of,
    suppress_entry,
)

DELIVERABLE = '[deliverable]\nname = "a"\nversion = "1"\nkind = "website"\n'


def refused(text: str | bytes) -> list[tuple[str, int, str]]:
    """Return code, line and key of each problem of a policy that cannot be used."""
    with pytest.raises(UnusablePolicyError) as caught:
        parse_policy(text if isinstance(text, bytes) else text.encode(), "gate.toml")
    error = caught.value
    for language in ("en", "ja"):
        assert error.message(language).count("\n") == min(len(error.problems), SHOWN) + (len(error.problems) > SHOWN)
        assert error.advice(language)
    assert "gate.toml" in str(error)
    return [(problem.code.removeprefix("policy."), problem.line, problem.key) for problem in error.problems]


# --- whole files ------------------------------------------------------------------------------------------------


def test_an_empty_file_is_the_default_policy() -> None:
    policy = policy_of("")
    assert policy == Policy()
    assert policy == policy_of(DEFAULT_POLICY)
    assert policy.gate.timezone == "Asia/Tokyo"
    assert policy.gate.require == ("26-3 3(1)①", "26-3 3(1)③", "26-3 3(3)", "26-3 3(4)")
    assert policy.malware.database == "official"
    assert policy.deliverable is None


def test_the_default_policy_spells_out_every_default() -> None:
    """Whoever reads the default in a record sees every value that has one."""
    given = policy_of(DEFAULT_POLICY)
    for section in ("gate", "outbound", "signing", "limits"):
        fields = getattr(given, section)
        optional = {name for name, field in type(fields).model_fields.items() if field.default in (None, ())}
        assert fields.model_fields_set >= set(type(fields).model_fields) - optional


def test_the_limits_are_those_that_intake_knows() -> None:
    assert policy_of("").limits.as_limits() == Limits()
    assert policy_of("[limits]\ndepth = 3\nratio = 9").limits.as_limits() == Limits(depth=3, ratio=9)


def test_a_full_policy_is_taken() -> None:
    policy = policy_of(
        f"""
        [deliverable]
        title = "件名"
        name = "app"
        version = "1.0"
        kind = "application"
        contracted_on = 2026-04-01
        [specification]
        title = "仕様書"
        version = "2"
        agreed_on = 2026-05-10
        sha256 = "{SHA}"
        [agreement]
        policy_sha256 = "{SHA}"
        agreed_on = 2026-05-10
        [gate]
        timezone = "Europe/Berlin"
        require = ["26-3(1)", "26-3 3(4)"]
        [malware]
        clamd = "tcp://192.0.2.7:3310"
        clamd_remote = "unauthenticated"
        database = "bundled"
        max_database_age_days = 7
        suspected = "warn"
        [signing]
        use = ["openpgp"]
        [signing.openpgp]
        fingerprint = "0123 4567 89ab cdef 0123 4567 89ab cdef 0123 4567"
        home = "keys"
        [[evidence]]
        clause = "26-3 3(1)②"
        file = "review.pdf"
        kind = "code-review"
        date = 2026-11-01
        by = "佐藤"
        """,
        executable_entry(more=f'sha256 = ["{SHA}", "{OTHER_SHA}"]'),
        destination_entry(more='url = "https://tile.example.org/v1/*"\nwhere = ["site/**"]'),
        '[outbound]\nown = ["*.meti.go.jp"]',
        suppress_entry("malware/known", more=f'path = "app.whl"\nsha256 = ["{SHA}"]'),
    )
    assert policy.executable[0].class_ == ("native",)
    assert policy.executable[0].expires == date(2027, 3, 31)
    assert policy.signing.openpgp is not None
    assert policy.signing.openpgp.fingerprint == "0123456789ABCDEF0123456789ABCDEF01234567"
    assert policy.outbound.own == ("*.meti.go.jp",)


def test_clauses_and_parties_have_the_names_that_the_contract_gives_them() -> None:
    given = """
        [parties]
        supplier = "受託者"
        recipient = "元請"
        [gate]
        article_map = {"26-3 3(1)①" = "第12条第2項(1)ア", "26-3(6)" = "第12条第1項(6)"}
    """
    policy = policy_of(given)
    assert (policy.parties.supplier, policy.parties.recipient) == ("受託者", "元請")
    assert clause_printed("26-3 3(1)①", "ja", policy.gate.article_map) == "第12条第2項(1)ア"
    assert clause_printed("26-3 3(3)", "ja", policy.gate.article_map) == "第26条の3第3項(3)"
    assert codes('[gate]\narticle_map = {"26-3 3(9)" = "第1条"}') == {"clause-unknown"}
    assert codes('[gate]\narticle_map = {"26-3 3(3)" = " "}') == {"empty-text"}
    assert codes('[parties]\nsupplier = ""') == {"empty-text"}


def test_values_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        policy_of("").gate.timezone = "UTC"


def test_every_section_forbids_unknown_keys() -> None:
    def sections(section: type[Section]) -> list[type[Section]]:
        return [section, *(inner for each in section.__subclasses__() for inner in sections(each))]

    assert len(sections(Section)) > 12
    assert [each for each in sections(Section) if each.model_config.get("extra") != "forbid"] == []
    assert [each for each in sections(Section) if each.model_config.get("frozen") is not True] == []


def test_the_json_schema_can_be_made() -> None:
    schema = json.dumps(Policy.model_json_schema())
    assert '"class"' in schema
    assert "class_" not in schema


# --- bytes and syntax -------------------------------------------------------------------------------------------


def test_bytes_that_are_no_policy() -> None:
    assert refused(b"\xef\xbb\xbf[gate]") == [("byte-order-mark", 1, "")]
    assert refused(b"[gate]\n# \xe9t\xe9\n") == [("not-utf-8", 2, "")]
    assert refused("[gate]\ntimezone = \n") == [("syntax-value", 2, "")]
    assert refused("[gate]\n\n[gate]\n") == [("syntax-twice", 3, "")]
    assert refused('[gate]\nrequire = ["a"\n') == [("syntax-list", 3, "")]
    assert refused("x = " + "[" * 5000) == [("too-nested", 1, "")]


def test_days_have_to_be_real() -> None:
    text = '[deliverable]\nname = "a"\nversion = "1"\nkind = "website"\ndelivered_on = 2026-02-30\n'
    assert refused(text) == [("syntax-day", 5, "")]


def test_what_the_parser_says_of_hostile_text_is_escaped() -> None:
    with pytest.raises(UnusablePolicyError) as caught:
        parse_policy("x = \u202e".encode(), "gate.toml")
    assert "\u202e" not in caught.value.message("en")


# --- keys and types ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[gate]\nzone = 1", [("unknown-key-near", 2, "gate.zone")]),
        ("[gate]\nqqqqqq = 1", [("unknown-key", 2, "gate.qqqqqq")]),
        ("\n[nosuchthing]\n", [("unknown-key", 2, "nosuchthing")]),
        ("[deliverable]\nname = 'a'\nkind = 'website'", [("missing-key", 1, "deliverable.version")]),
        ("[gate]\ntimezone = 1", [("not-text", 2, "gate.timezone")]),
        ("[gate]\nrequire = '26-3(1)'", [("not-list", 2, "gate.require")]),
        ("gate = 3", [("not-table", 1, "gate")]),
        ("[gate]\nrequire = [\n1,\n]", [("not-text", 3, "gate.require[1]")]),
        ("[limits]\ndepth = '12'", [("not-number", 2, "limits.depth")]),
        ("[limits]\ndepth = true", [("not-number", 2, "limits.depth")]),
        ("[limits]\ndepth = 1.5", [("not-number", 2, "limits.depth")]),
        ("[limits]\ndepth = 0", [("too-small", 2, "limits.depth")]),
        ("[malware]\nmax_database_age_days = -1", [("too-small", 2, "malware.max_database_age_days")]),
        ("[malware]\nsuspected = 'allow'", [("not-one-of", 2, "malware.suspected")]),
        ("[malware]\nyara_rules = []", [("empty-list", 2, "malware.yara_rules")]),
        ("executable = 1", [("not-list", 1, "executable")]),
        ("suppress = [1]", [("not-table", 1, "suppress[1]")]),
        ("suppress = 1", [("not-list", 1, "suppress")]),
        ("[specification]\ntitle='a'\nversion='1'\nsha256='AB'", [("sha256", 4, "specification.sha256")]),
        (
            f"[specification]\ntitle='a'\nversion='1'\nsha256='{SHA.upper()}'",
            [("sha256", 4, "specification.sha256")],
        ),
        ('[deliverable]\nname = "a"\nversion = "1"\nkind = "game"', [("not-one-of", 4, "deliverable.kind")]),
        (DELIVERABLE + "contracted_on = '2026-04-01'", [("not-date", 5, "deliverable.contracted_on")]),
        (DELIVERABLE + "contracted_on = 2026-04-01T00:00:00Z", [("not-date", 5, "deliverable.contracted_on")]),
    ],
)
def test_keys_and_types(text: str, expected: list[tuple[str, int, str]]) -> None:
    assert refused(text) == expected


@pytest.mark.parametrize("value", ["", " ", "\\t\\n", "\u3000", "\\u200b", "\\u0000"])
def test_texts_may_not_be_empty(value: str) -> None:
    text = DELIVERABLE.replace('name = "a"', f'name = "{value}"')
    assert refused(text) == [("empty-text", 2, "deliverable.name")]


def test_all_problems_are_told_together_in_the_order_of_lines() -> None:
    text = "[gate]\ntimezone = 'Mars/One'\n[limits]\ndepth = 0\nxqzv = 1\n[vulnerabilities]\n"
    assert refused(text) == [
        ("timezone", 2, "gate.timezone"),
        ("too-small", 4, "limits.depth"),
        ("unknown-key", 5, "limits.xqzv"),
        ("unavailable-vulnerabilities", 6, "vulnerabilities"),
    ]


def test_a_long_list_of_problems_is_cut_and_counted() -> None:
    text = "".join(f"qx{number}z = 1\n" for number in range(SHOWN + 5))
    assert len(refused(text)) == SHOWN + 5


def test_errors_can_be_passed_between_processes() -> None:
    error = UnusablePolicyError("gate.toml", [Problem("policy.unknown-key", 2, "x")])
    kind, arguments = error.__reduce__()
    assert callable(kind)
    assert isinstance(arguments, tuple)
    again = kind(*arguments)
    assert again.message("ja") == error.message("ja")
    assert again.exit_code == 2


def test_keys_are_shown_as_people_count() -> None:
    assert key_text(("executable", 1, "class", 0)) == "executable[2].class[1]"
    assert key_text(("a\nb",)) == "a%0Ab"


# --- single rules -----------------------------------------------------------------------------------------------


def codes(text: str) -> set[str]:
    return {code for code, _, _ in refused(text)}


@pytest.mark.parametrize("zone", ["", "Mars/One", "../etc/passwd", "asia/tokyo/x"])
def test_time_zones(zone: str) -> None:
    assert codes(f"[gate]\ntimezone = '{zone}'") == {"timezone"}
    assert policy_of("[gate]\ntimezone = 'UTC'").gate.timezone == "UTC"


def test_required_clauses_are_known_and_named_once() -> None:
    assert codes("[gate]\nrequire = ['26-3 3(9)']") == {"clause-unknown"}
    assert codes("[gate]\nrequire = ['26-3 3(5)']") == {"clause-unknown"}, "out of scope: could never be satisfied"
    assert codes("[gate]\nrequire = ['26-3(1)', '26-3(1)']") == {"repeated"}
    assert policy_of("[gate]\nrequire = []").gate.require == ()


@pytest.mark.parametrize(
    "address",
    ["", "unix:", "unix:/", "unix:run/x", "tcp://", "tcp://host", "tcp://host:x", "tcp://h:99999", "tcp://u@h:1",
     "tcp://h:1/x", "tcp://[::1:1", "http://h:1", "host:1"],
)  # fmt: skip
def test_addresses_of_clamd(address: str) -> None:
    assert codes(f"[malware]\nclamd = '{address}'\nclamd_remote = 'unauthenticated'") == {"clamd"}


@pytest.mark.parametrize(
    ("address", "remote"),
    [
        ("auto", False),
        ("unix:/run/clamd.sock", False),
        ("tcp://localhost:3310", False),
        ("tcp://127.0.0.9:3310", False),
        ("tcp://[::1]:3310", False),
        ("tcp://192.0.2.1:3310", True),
        ("tcp://scanner.example.org:3310", True),
        ("tcp://localhost.example.org:3310", True),
    ],
)
def test_a_remote_engine_has_to_be_asked_for(address: str, remote: bool) -> None:
    assert is_remote(address) is remote
    alone, asked = f"[malware]\nclamd = '{address}'\n", "clamd_remote = 'unauthenticated'\n"
    if remote:
        assert codes(alone) == {"clamd-remote"}
        assert policy_of(alone + asked).malware.clamd == address
    else:
        assert codes(alone + asked) == {"clamd-not-remote"}
        assert policy_of(alone).malware.clamd == address


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("", "host"),
        ("Example.org", "host"),
        ("日本.jp", "host"),
        ("a b.org", "host"),
        ("example.org.", "host"),
        ("https://example.org", "host"),
        ("example.org:80", "host"),
        ("-a.org", "host"),
        ("a." * 130 + "org", "host"),
        ("*", "host"),
        ("a.*.org", "host"),
        ("*x.example.org", "host"),
        ("*.*.example.org", "host"),
        ("*.", "host"),
        ("*.org", "host-wildcard"),
        ("*.go.jp", "host-wildcard"),
        ("*.co.uk", "host-wildcard"),
        ("*.github.io", "host-wildcard"),
        ("*.kawasaki.jp", "host-wildcard"),
        ("*.x.kawasaki.jp", "host-wildcard"),
        ("*.amazonaws.com", "host-wildcard"),
        ("*.windows.net", "host-wildcard"),
        ("*.core.windows.net", "host-wildcard"),
        ("*.192.0.2.1", "host-wildcard"),
    ],
)
def test_hosts_that_are_refused(host: str, code: str) -> None:
    assert codes(f"[outbound]\nown = ['{host}']") == {code}


@pytest.mark.parametrize(
    "host", ["example.org", "*.example.org", "*.meti.go.jp", "xn--wgv71a.jp", "intranet", "192.0.2.1", "my_b.s3.org",
             "*.com.example"]
)  # fmt: skip
def test_hosts_that_are_taken(host: str) -> None:
    assert policy_of(f"[outbound]\nown = ['{host}']").outbound.own == (host,)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("tile.example.org/v1", "url"),
        ("https://tile.example.org", "url"),
        ("https://user@tile.example.org/", "url"),
        ("//tile.example.org/", "url"),
        ("https://other.example.org/*", "url-host"),
        ("https://tile.example.org.evil.test/*", "url-host"),
        ("https://*/v1", "url-host"),
    ],
)
def test_url_patterns_are_of_their_host(url: str, code: str) -> None:
    assert codes(destination_entry(more=f"url = '{url}'")) == {code}


@pytest.mark.parametrize(
    "url", ["https://tile.example.org/v1/*", "https://tile.example.org:8443/", "wss://tile.example.org/s"]
)
def test_url_patterns_that_are_taken(url: str) -> None:
    assert policy_of(destination_entry(more=f"url = '{url}'")).outbound.destination[0].url == url


def test_a_url_is_not_blamed_where_the_host_is_wrong() -> None:
    assert codes(destination_entry("Tile.example.org", more="url = 'https://tile.example.org/*'")) == {"host"}


def test_justifications_name_their_basis() -> None:
    entry = executable_entry()
    assert policy_of(entry).executable[0].alternatives == ("HTML: 速度が不足する",)
    assert codes(entry.replace("alternatives =", "# alternatives =")) == {"basis-alternatives"}
    ordered = deliverable("application") + entry.replace('"no-alternative"', '"specified-program"')
    assert codes(ordered) == {"basis-spec-ref"}
    assert policy_of(f'{ordered}spec_ref = "仕様書 4.2"').executable[0].spec_ref == "仕様書 4.2"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("website", None),
        ("application", None),
        ("content", "basis-of-content"),
        (None, "basis-without-kind"),
        ("programme", "not-one-of"),
    ],
)
def test_what_a_specification_orders_is_no_document(kind: str | None, code: str | None) -> None:
    about = deliverable(kind) if kind else ""
    entry = executable_entry(more='spec_ref = "4.2"').replace('"no-alternative"', '"specified-program"')
    if code is None:
        assert policy_of(about, entry).executable[0].basis == "specified-program"
        return
    assert codes(about + entry) == {code}
    if kind != "programme":
        line = (about + entry).splitlines().index('basis = "specified-program"') + 1
        assert refused(about + entry) == [(code, line, "executable[1].basis")]


@pytest.mark.parametrize(("given", "code"), [('["pe", "elf"]', None), ("[]", "empty-list"), ('["PE"]', "format"),
                                             ('["pe", "pe"]', "repeated"), ('"pe"', "not-list")])  # fmt: skip
def test_formats_are_names_of_formats(given: str, code: str | None) -> None:
    entry = executable_entry(more=f"format = {given}")
    if code is None:
        assert policy_of(entry).executable[0].format == ("pe", "elf")
    else:
        assert codes(entry) == {code}


@pytest.mark.parametrize("key", ["reason", "alternatives", "approved_by", "role", "reference"])
@pytest.mark.parametrize("value", ['""', '" "', '"\u3000"'])
def test_the_words_of_a_justification_are_not_empty(key: str, value: str) -> None:
    kept = [line for line in executable_entry().splitlines() if not line.startswith(f"{key} =")]
    filled = f"[{value}]" if key == "alternatives" else value
    assert codes("\n".join([*kept, f"{key} = {filled}"])) == {"empty-text"}


@pytest.mark.parametrize(
    "key", ["approved_by", "role", "party", "approved_on", "expires", "reason", "class", "path", "id", "basis"]
)
def test_a_justification_lacks_nothing(key: str) -> None:
    lines = [line for line in executable_entry().splitlines() if not line.startswith(f"{key} =")]
    assert refused("\n".join(lines)) == [("missing-key", 1, f"executable[1].{key}")]


@pytest.mark.parametrize("key", ["approved_by", "spec_ref", "purpose", "operator", "sends", "reach", "host", "expires"])
def test_a_destination_lacks_nothing(key: str) -> None:
    lines = [line for line in destination_entry().splitlines() if not line.startswith(f"{key} =")]
    assert refused("\n".join(lines)) == [("missing-key", 1, f"outbound.destination[1].{key}")]


def test_the_last_day_is_not_before_the_approval() -> None:
    assert codes(executable_entry(approval=approval(expires="2026-10-31"))) == {"expires-first"}
    assert policy_of(executable_entry(approval=approval(expires="2026-11-01"))).executable


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("path = ''", "glob-empty"),
        ("path = 'a[b]'", "glob-brackets"),
        ("path = 'a**'", "glob-double-star"),
    ],
)
def test_globs_are_checked(more: str, code: str) -> None:
    assert codes(suppress_entry("malware/suspected", more=more)) == {code}
    assert codes(destination_entry(more=f"where = ['x', {more.partition(' = ')[2]}]")) == {code}


@pytest.mark.parametrize(
    ("pins", "code"), [("[]", "empty-list"), ("['abc']", "sha256"), (f"['{SHA}', '{SHA}']", "repeated")]
)
def test_pins_are_digests(pins: str, code: str) -> None:
    assert codes(executable_entry(more=f"sha256 = {pins}")) == {code}


@pytest.mark.parametrize("name", ["", "-x", "a b", "あ", "x" * 65, "a/b"])
def test_ids_are_plain(name: str) -> None:
    assert codes(executable_entry(name=name)) == {"id"}


def test_the_id_own_is_the_recipients() -> None:
    assert codes(destination_entry(name="own")) == {"id-reserved"}


def test_ids_are_unique_across_justifications() -> None:
    entries = executable_entry(name="x"), destination_entry(name="x"), suppress_entry("malware/suspected", name="x")
    assert [code for code, _, key in refused("\n".join(entries)) if key.endswith(".id")] == ["id-repeated"] * 2
    policy_of(executable_entry(name="x"), destination_entry(name="y"), suppress_entry("malware/suspected", name="z"))


def test_a_suppression_without_id_is_named_by_its_place() -> None:
    entry = suppress_entry("malware/suspected").replace('id = "aside"\n', "")
    assert [each.id for each in policy_of(entry, entry).suppress] == ["suppress-1", "suppress-2"]
    clash = entry + executable_entry(name="suppress-1")
    assert [code for code, _, _ in refused(clash)] == ["id-repeated"]


def test_ids_that_are_no_text_are_left_to_the_model() -> None:
    assert codes(executable_entry().replace('id = "native-core"', "id = 3")) == {"not-text"}


@pytest.mark.parametrize(
    ("finding", "code"),
    [
        ("malware/unknown", "finding-unknown-near"),
        ("gap/*", "finding-unknown"),
        ("engine/failed", "suppress-never"),
        ("engine/canary", "suppress-never"),
        ("malware/database-not-official", "suppress-never"),
        ("executable/unjustified", "suppress-executable"),
        ("malware/known", "suppress-digest"),
        ("container/ambiguous", "suppress-digest"),
    ],
)
def test_what_cannot_be_suppressed(finding: str, code: str) -> None:
    assert codes(suppress_entry(finding, more="path = 'a'")) == {code}


@pytest.mark.parametrize(
    "finding", ["malware/suspected", "gap/clamav-encrypted", "outbound/string", "malware/database-age"]
)
def test_what_can_be_suppressed(finding: str) -> None:
    assert policy_of(suppress_entry(finding)).suppress[0].finding == finding


@pytest.mark.parametrize("value", ["", "0123", "0" * 41, "g" * 40])
def test_fingerprints_are_whole(value: str) -> None:
    assert codes(f"[signing.openpgp]\nfingerprint = '{value}'") == {"fingerprint"}
    assert policy_of(f"[signing.openpgp]\nfingerprint = '{'a' * 64}'").signing.openpgp is not None


def test_a_threshold_is_a_score() -> None:
    assert codes("[malware]\nsuspicion_threshold = 101") == {"score"}
    assert codes("[malware]\nsuspicion_threshold = 0") == {"too-small"}
    assert policy_of("[malware]\nsuspicion_threshold = 100").malware.suspicion_threshold == 100


@pytest.mark.parametrize("source", ["{}", "{env = 'A', file = 'b'}"])
def test_a_password_has_one_source(source: str) -> None:
    assert codes(f"[archive_passwords]\n'a.zip' = {source}") == {"password-source"}
    assert codes("[archive_passwords]\n'a[b].zip' = {env = 'A'}") == {"glob-brackets"}
    assert policy_of("[archive_passwords]\n'a.zip' = {env = 'A'}").archive_passwords["a.zip"].env == "A"


def test_a_disposition_says_what_it_is_about() -> None:
    entry = f"[[outbound.reviewed]]\ndisposition = 'x'\n{APPROVED}"
    assert codes(entry) == {"reviewed-nothing"}
    assert policy_of(f"{entry}\nhost = 'a.example'").outbound.reviewed[0].id == "reviewed-1"


# --- what this version does not judge ---------------------------------------------------------------------------

EVIDENCE = '[[evidence]]\nclause = "26-3 3(2)"\nfile = "scan"\nkind = "assessment"\ndate = 2026-11-20\nby = "佐藤"\n'


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        ("[vulnerabilities]\n", "unavailable-vulnerabilities", "vulnerabilities"),
        ("[vulnerabilities]\nreject_at = 'low'\n[x]", "unavailable-vulnerabilities", "vulnerabilities"),
    ],
)
def test_sections_that_nobody_judges_are_refused(text: str, code: str, key: str) -> None:
    found = refused(text)
    assert (code, key) in [(found_code, found_key) for found_code, _, found_key in found]
    assert len(found) == (2 if "[x]" in text else 1), "said once, and beside other problems"


KEYLESS = "[signing]\nuse = ['keyless']\n[signing.keyless]\n"


def test_signing_by_sigstore() -> None:
    whole = policy_of(
        KEYLESS + "trust_config = 'c.json'\ntoken_file = 't'\nidentity = 'https://git.example/a/b@*'\n"
        "issuer = 'https://issuer.example'\npublic_log = true"
    ).signing.keyless
    assert whole is not None
    assert (whole.identity, whole.public_log) == ("https://git.example/a/b@*", True)
    least = policy_of(KEYLESS).signing.keyless
    assert least is not None
    assert (least.token_env, least.public_log) == (None, False)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("identity = '*'", "keyless-identity"),
        ("identity = 'a@*'", "keyless-identity"),
        ("identity = 'https://git.example*'", "keyless-identity"),
        ("issuer = 'issuer.example'", "keyless-issuer"),
        ("token_env = 'A'\ntoken_file = 'b'", "keyless-token"),
        ("token = 'eyJ'", "unknown-key-near"),
        ("public_log = 'yes'", "not-true-or-false"),
    ],
)
def test_signing_by_sigstore_that_cannot_be_meant(line: str, code: str) -> None:
    assert codes(KEYLESS + line) == {code}


def test_the_advice_names_evidence_in_its_place() -> None:
    with pytest.raises(UnusablePolicyError) as caught:
        parse_policy(b"[vulnerabilities]\n", "gate.toml")
    assert "not available in this version; use [[evidence]]" in str(caught.value)


def test_papers_are_taken() -> None:
    assert policy_of(EVIDENCE, EVIDENCE + "max_age_days = 30").evidence[1].max_age_days == 30
    assert codes(EVIDENCE.replace("assessment", "opinion")) == {"not-one-of"}
    assert codes("evidence = [3]") == {"not-table"}
    assert codes("signing = 3") == {"not-table"}
    assert codes("[signing]\nuse = 'openpgp'") == {"not-list"}
    assert codes("[signing]\nuse = ['pgp']") == {"not-one-of"}


READ = EVIDENCE.replace("assessment", "sarif")


@pytest.mark.parametrize("kind", ["sarif", "cyclonedx-vex", "openvex", "pip-audit"])
def test_results_of_tools_are_taken_with_a_threshold(kind: str) -> None:
    (entry,) = policy_of(READ.replace("sarif", kind) + "reject_at = 'warning'").evidence
    assert (entry.kind, entry.reject_at) == (kind, "warning")
    assert policy_of(READ).evidence[0].reject_at == "low", "the contract names no degree that is acceptable"


def test_a_threshold_is_for_what_is_read_and_of_one_scale() -> None:
    assert refused(EVIDENCE + "reject_at = 'low'") == [("reject-at-paper", 7, "evidence[1].reject_at")]
    assert codes(READ + "reject_at = 'severe'") == {"not-one-of"}
    assert codes(READ.replace("sarif", "vex")) == {"not-one-of"}


def test_approvals_name_a_party() -> None:
    assert codes(executable_entry(approval=APPROVED.replace("乙", "丙"))) == {"not-one-of"}


# --- what was agreed --------------------------------------------------------------------------------------------


def test_the_agreement_is_on_the_content_without_itself() -> None:
    alone = parse_policy(DELIVERABLE.encode(), "gate.toml")
    section = f'[agreement]\npolicy_sha256 = "{alone.agreement_sha256}"\nagreed_on = 2026-05-10\n'
    agreed = parse_policy(f"# 合意済\n{DELIVERABLE}\n{section}".encode(), "gate.toml")
    changed = parse_policy(f"{DELIVERABLE}supplier = 'x'\n{section}".encode(), "gate.toml")
    assert agreed.agreement_sha256 == alone.agreement_sha256
    assert changed.agreement_sha256 != alone.agreement_sha256
