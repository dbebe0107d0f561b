"""Item paths are one-to-one with bytes and safe to show; globs mean what the design says, at a bounded cost."""

from __future__ import annotations

import pickle
import time
import unicodedata
from functools import lru_cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.paths import (
    GlobError,
    PathRegister,
    artifact_names,
    check_glob,
    escape_component,
    escape_name,
    glob_matches,
    made_up_path,
    member_path,
    printable,
    unescape_component,
)

NAMES = st.binary(max_size=12) | st.text(max_size=8).map(lambda text: text.encode("utf-8", "surrogatepass"))
COMPONENTS = NAMES.filter(lambda name: b"/" not in name)

STEADY = settings(deadline=None, derandomize=True)  # the same examples on every machine, however busy it is


# --- components -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "component"),
    [
        (b"index.html", "index.html"),
        ("件名 版.txt".encode(), "件名 版.txt"),
        (b"payload.whl!", "payload.whl%21"),
        (b"!trailing", "%21trailing"),
        (b"[trailing]", "[trailing]"),
        (b"50%.txt", "50%25.txt"),
        (b"a\nb\x1b[31m", "a%0Ab%1B[31m"),
        (b"\x85\xff", "%85%FF"),
        ("\u202egpj.exe".encode(), "%E2%80%AEgpj.exe"),
        ("\u2066x\u2069".encode(), "%E2%81%A6x%E2%81%A9"),
        ("a\u2028b".encode(), "a%E2%80%A8b"),
        ("\ufeffx".encode(), "%EF%BB%BFx"),
        ("\U000e0041".encode(), "%F3%A0%81%81"),
        ("\ue000".encode(), "%EE%80%80"),
        ("\uffff".encode(), "%EF%BF%BF"),
        ("\U0001fffe".encode(), "%F0%9F%BF%BE"),
        (b"\xed\xa0\x80", "%ED%A0%80"),
        ("辻\U000e0100".encode(), "辻\U000e0100"),
    ],
)
def test_component_forms(name: bytes, component: str) -> None:
    assert escape_component(name) == component
    assert unescape_component(component) == name


@STEADY
@given(COMPONENTS)
def test_unescape_inverts_escape(name: bytes) -> None:
    assert unescape_component(escape_component(name)) == name


@STEADY
@given(COMPONENTS, COMPONENTS)
@example(b"!", b"%21")
@example(b"%21", b"%2521")
@example(b"\xff", b"%FF")
def test_distinct_names_have_distinct_paths(first: bytes, second: bytes) -> None:
    assert (escape_component(first) == escape_component(second)) == (first == second)
    assert (member_path("c", first) == member_path("c", second)) == (first == second)


@STEADY
@given(COMPONENTS)
def test_a_component_holds_nothing_that_could_be_a_separator_or_deceive(name: bytes) -> None:
    component = escape_component(name)
    assert "!" not in component
    assert not [each for each in component if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}]
    component.encode("utf-8")


def test_all_characters_that_unicode_calls_control_or_format_are_escaped() -> None:
    """The table is our own; where a newer Unicode knows more of them, someone has to decide."""
    plain = [
        code
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
        and "%" not in escape_component(chr(code).encode("utf-8", "surrogatepass"))
    ]
    assert plain == []


def test_unassigned_characters_are_kept_so_that_paths_do_not_depend_on_the_unicode_version() -> None:
    unassigned = "\u0378"
    assert unicodedata.category(unassigned) == "Cn"
    assert escape_component(unassigned.encode()) == unassigned


@pytest.mark.parametrize("component", ["%2e", "%41", "!", "a!b", "\n", "%", "%G1", "\u202e", "\ud800"])
def test_what_escape_never_writes_is_refused(component: str) -> None:
    with pytest.raises(ValueError, match=r"(?s)."):
        unescape_component(component)


# --- names and registers ------------------------------------------------------------------------------------------


def test_paths_below_containers() -> None:
    assert member_path("app.zip", b"lib/core.jar") == "app.zip!/lib/core.jar"
    assert member_path(member_path("app.zip", b"lib/core.jar"), b"a/B.class") == "app.zip!/lib/core.jar!/a/B.class"
    assert made_up_path("app.bin", "trailing") == "app.bin!/!trailing"
    assert escape_name(b"/a//b") == "/a//b"


def test_a_made_up_name_is_one_component_whatever_it_is_called() -> None:
    register = PathRegister()
    nameless, _ = register.member("c.zip", b"")
    inner, _ = register.member(nameless, b"x")
    assert inner == "c.zip!/!/x"
    assert register.made_up("c.zip", "/x") == "c.zip!/!%2Fx"
    assert made_up_path("c", "\ud800") == "c!/!%ED%A0%80"


def test_a_folder_or_member_cannot_take_the_path_of_a_made_up_item() -> None:
    register = PathRegister()
    made_up = register.made_up("payload.whl", "trailing")
    names = [b"!trailing", b"[trailing]", b"%21trailing", b"trailing"]
    assert made_up not in {register.member("payload.whl", name)[0] for name in names}
    folder, zipped = artifact_names([b"payload.whl!", b"payload.whl"])
    assert member_path(zipped, b"x") != f"{folder}/{escape_component(b'x')}"


def test_second_members_of_one_name_are_not_covered_by_the_first_ones_path() -> None:
    register = PathRegister()
    assert register.member("c", b"a/x.so") == ("c!/a/x.so", False)
    assert register.member("c", b"a/x.so") == ("c!/!duplicate-2/a/x.so", True)
    assert register.member("c", b"a/x.so") == ("c!/!duplicate-3/a/x.so", True)
    assert register.member("d", b"a/x.so") == ("d!/a/x.so", False)
    assert not glob_matches("c!/a/*.so", "c!/!duplicate-2/a/x.so")


def test_made_up_names_are_numbered() -> None:
    register = PathRegister()
    assert [register.made_up("c", "content") for _ in range(3)] == ["c!/!content", "c!/!content-2", "c!/!content-3"]
    assert register.made_up("d", "content") == "d!/!content"


def test_numbers_that_others_have_as_their_name_are_passed_over() -> None:
    register = PathRegister()
    names = ["x-2", "x", "x", "x-2", "x"]
    expected = ["c!/!x-2", "c!/!x", "c!/!x-3", "c!/!x-2-2", "c!/!x-4"]
    assert [register.made_up("c", name) for name in names] == expected


REQUESTS = st.tuples(
    st.booleans(),
    st.sampled_from(["c", "c!/!duplicate-2", "c!/", "d"]),
    st.sampled_from(["x", "x-2", "", "/x", "duplicate-2", "duplicate-2/x", "!x", "a/x", "é", "x\n"]),
)


@STEADY
@given(st.lists(REQUESTS, max_size=30))
def test_no_path_is_handed_out_twice(requests: list[tuple[bool, str, str]]) -> None:
    register = PathRegister()
    paths = [
        register.made_up(container, name) if made_up else register.member(container, name.encode())[0]
        for made_up, container, name in requests
    ]
    assert len(set(paths)) == len(paths)


def test_many_equal_names_are_numbered_in_linear_time() -> None:
    register = PathRegister()
    started = time.perf_counter()
    paths = {register.made_up("c", "content") for _ in range(30_000)}
    paths |= {register.member("c", b"x")[0] for _ in range(30_000)}
    assert len(paths) == 60_000
    assert time.perf_counter() - started < 5


def test_artifacts_that_clash_are_numbered_past_names_that_others_have() -> None:
    assert artifact_names([b"a", b"b"]) == ["a", "b"]
    assert artifact_names([b"a", b"a", b"a"]) == ["a", "a-2", "a-3"]
    assert artifact_names([b"a", b"a", b"a-2"]) == ["a", "a-3", "a-2"]
    assert artifact_names([b"a-2", b"a", b"a"]) == ["a-2", "a", "a-3"]


@STEADY
@given(st.lists(st.sampled_from([b"a", b"a-2", b"a-3", b"!", b"%21"]), max_size=12))
def test_artifact_names_are_distinct(names: list[bytes]) -> None:
    paths = artifact_names(names)
    assert len(set(paths)) == len(names)


# --- text in messages ---------------------------------------------------------------------------------------------


@STEADY
@given(st.text() | st.binary())
def test_printable_is_safe_and_stable(text: str | bytes) -> None:
    shown = printable(text)
    assert printable(shown) == shown
    assert not [each for each in shown if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    shown.encode("utf-8")


def test_printable_keeps_item_paths_and_urls_readable() -> None:
    assert printable("a.zip!/b%21.exe") == "a.zip!/b%21.exe"
    assert printable("https://example.org/a%20b?x\r\ny") == "https://example.org/a%20b?x%0D%0Ay"
    assert printable(b"\x1b]0;x\x07\xff") == "%1B]0;x%07%FF"
    assert printable("\ud83d") == "%ED%A0%BD"


# --- globs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("glob", "matching", "other"),
    [
        ("a.zip", ["a.zip"], ["A.zip", "a.zip!/x", "d/a.zip", "a.zipx", "xa.zip"]),
        ("*.zip", ["a.zip", ".zip"], ["d/a.zip", "a.zip!/b.zip"]),
        ("a?c", ["abc", "aéc"], ["ac", "a/c", "abbc"]),
        ("site/**", ["site", "site/a", "site/a/b"], ["sites", "x/site", "site/a.zip!/b"]),
        ("**/*.so", ["x.so", "a/x.so", "a/b/x.so"], ["a.whl!/x.so", "x.so/y"]),
        ("a.whl!/**/*.so", ["a.whl!/x.so", "a.whl!/b/x.so"], ["a.whl", "a.whl!/b.zip!/x.so", "a.whl/x.so"]),
        ("a/**/b/**/c", ["a/b/c", "a/x/b/y/z/c", "a/b/b/c"], ["a/c", "a/b", "a/b/c/d"]),
        ("**", ["a", "a/b"], ["a!/b"]),
        ("**/**", ["a", "a/b"], ["a!/b"]),
        ("a/**/**", ["a", "a/b", "a/b/c"], ["b"]),
        ("**!/**", ["a!/b", "a/b!/c/d"], ["a", "a!/b!/c"]),
        ("c!/!trailing", ["c!/!trailing"], ["c!/trailing", "c!/%21trailing"]),
        ("c!/*", ["c!/!trailing", "c!/x", "c!/"], ["c!/x/y", "c"]),
        ("caf\u00e9", ["cafe\u0301", "caf\u00e9"], ["cafe"]),
        ("cafe\u0301", ["cafe\u0301", "caf\u00e9"], ["cafe"]),
        ("a.b+(c)", ["a.b+(c)"], ["axb+(c)"]),
        ("a*b*c", ["abc", "axbyc", "abbcc", "abcbc"], ["acb", "ab", "abc/", "a/bc"]),
    ],
)
def test_globs(glob: str, matching: list[str], other: list[str]) -> None:
    assert [path for path in matching if not glob_matches(glob, path)] == []
    assert [path for path in other if glob_matches(glob, path)] == []


@pytest.mark.parametrize(
    ("glob", "code"),
    [
        ("", "policy.glob-empty"),
        ("a[bc]", "policy.glob-brackets"),
        ("a]", "policy.glob-brackets"),
        ("**.so", "policy.glob-double-star"),
        ("a/x**/b", "policy.glob-double-star"),
        ("***", "policy.glob-double-star"),
    ],
)
def test_what_is_no_glob(glob: str, code: str) -> None:
    with pytest.raises(GlobError) as caught:
        check_glob(glob)
    assert caught.value.code == code
    assert pickle.loads(pickle.dumps(caught.value)).code == code  # noqa: S301  # what was pickled one step before
    with pytest.raises(GlobError):
        glob_matches(glob, "a")


def test_good_globs_pass_the_check() -> None:
    for glob in ("a", "**", "a.zip!/**/*.so", "a/**/b?"):
        check_glob(glob)


def reference(glob: str, path: str) -> bool:
    """The same meaning, written on lists of components."""
    globs, paths = glob.split("!/"), path.split("!/")
    return len(globs) == len(paths) and all(
        components(tuple(one.split("/")), tuple(other.split("/"))) for one, other in zip(globs, paths, strict=True)
    )


@lru_cache(maxsize=10_000)
def components(globs: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    if not globs:
        return not parts
    if globs[0] == "**":
        return components(globs[1:], parts) or (bool(parts) and components(globs, parts[1:]))
    return bool(parts) and letters(globs[0], parts[0]) and components(globs[1:], parts[1:])


@lru_cache(maxsize=10_000)
def letters(glob: str, text: str) -> bool:
    if not glob:
        return not text
    if glob[0] == "*":
        return letters(glob[1:], text) or (bool(text) and letters(glob, text[1:]))
    return bool(text) and glob[0] in {"?", text[0]} and letters(glob[1:], text[1:])


GLOB_PARTS = st.text(alphabet="ab*?", max_size=5).filter(lambda part: "**" not in part) | st.just("**")
PATH_PARTS = st.text(alphabet="ab", max_size=5)
GLOBS = st.lists(st.lists(GLOB_PARTS, min_size=1, max_size=5).map("/".join), min_size=1, max_size=2).map("!/".join)
PATHS = st.lists(st.lists(PATH_PARTS, min_size=1, max_size=5).map("/".join), min_size=1, max_size=2).map("!/".join)


@STEADY
@given(GLOBS.filter(bool), PATHS)
def test_globs_mean_what_the_reference_says(glob: str, path: str) -> None:
    assert glob_matches(glob, path) == reference(glob, path)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("a.zip!/" + "*-" * 12 + ".so", "a.zip!/" + "-" * 1000),
        ("a.zip!/" + "**/" * 12 + "x", "a.zip!/" + "a/" * 64 + "y"),
        ("**/*a*/**/*a*/**/*a*/**/b", "/".join(["a" * 15] * 64)),
        ("**/" + "a*" * 20 + "/z", "/".join(["a" * 200] * 64)),
    ],
)
def test_hostile_names_do_not_make_matching_slow(glob: str, path: str) -> None:
    started = time.perf_counter()
    assert not glob_matches(glob, path)
    assert time.perf_counter() - started < 1
