"""What a private clamd makes of items: every bad sample has a benign twin."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gate.examine.antivirus import samples
from gate.examine.antivirus.configuration import LARGEST_FILE
from gate.examine.antivirus.examiner import ClamAVExaminer
from gate.examine.interface import Examiner, Observation, View
from gate.models import DetectionFact, ExecutableFact, Gap
from tests.examine.clamav.antivirus_kit import SIGNATURE_COUNT, SIGNATURES, engine_of, examined, left_behind, viewed

EICAR = [DetectionFact("clamav", "Gate.Canary.EICAR.UNOFFICIAL", "known")]
TOKEN = [DetectionFact("clamav", "Gate.Canary.Token.UNOFFICIAL", "known")]
MACRO = ExecutableFact("macro", "vba", detail="engine=clamav alert=Heuristics.OLE2.ContainsMacros.VBA")
BROKEN_GIF = b"GIF89a\x10\x00"
"""A picture that makes clamd write an error line besides its alert."""


def in_tar_gz(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo("member")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(buffer.getvalue())


def in_one_zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_it_is_an_examiner_of_content_alone(shared: ClamAVExaminer) -> None:
    assert isinstance(shared, Examiner)
    assert (shared.name, shared.depends_on) == ("clamav", frozenset({"content"}))


@pytest.mark.parametrize(
    "wrap",
    [
        bytes,
        samples.zipped,
        in_tar_gz,
        lambda content: samples.nested(content, 12),
        lambda content: in_tar_gz(samples.zipped(content)),
    ],
    ids=["plain", "zip", "tar.gz", "nested", "zip-in-tar.gz"],
)
def test_detection_and_twin(shared: ClamAVExaminer, wrap: object) -> None:
    assert callable(wrap)
    assert examined(shared, wrap(samples.eicar())) == EICAR
    assert examined(shared, wrap(samples.eicar()[:-1] + b"-")) == []


def test_empty_items_are_examined_like_others(shared: ClamAVExaminer) -> None:
    assert examined(shared, b"") == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (samples.encrypted_zip(), "encrypted"),
        (samples.encrypted_pdf(), "encrypted"),
        (samples.broken_executable(), "corrupt"),
        (samples.broken_picture(), "corrupt"),
        (samples.nested(b"x", 120), "engine-limit"),
        (samples.nested(samples.eicar(), 40), "engine-limit"),
    ],
    ids=["zip", "pdf", "elf", "png", "too-deep", "too-deep-eicar"],
)
def test_what_could_not_be_seen_is_a_gap(shared: ClamAVExaminer, content: bytes, reason: str) -> None:
    (gap,) = examined(shared, content)
    assert isinstance(gap, Gap)
    assert gap.reason == reason
    assert gap.detail.startswith("Heuristics.")


def test_sound_archives_documents_and_programs_are_no_gaps(shared: ClamAVExaminer) -> None:
    sound = [
        samples.zipped(b"text"),
        samples.encrypted_pdf().replace(b"/Encrypt 3 0 R ", b""),
        samples.nested(b"x", 12),
        Path("/bin/true").read_bytes(),
    ]
    assert [examined(shared, content) for content in sound] == [[], [], [], []]


def test_pages_are_also_read_raw(shared: ClamAVExaminer) -> None:
    assert examined(shared, samples.page_with_token()) == TOKEN
    assert examined(shared, samples.page_with_token().replace(b"canary", b"canarY")) == []


def test_the_end_of_a_large_item_is_read(shared: ClamAVExaminer) -> None:
    filler = bytes(40 << 20)
    assert examined(shared, filler + samples.TOKEN) == TOKEN
    assert examined(shared, filler + samples.TOKEN[:-1]) == []


# Put together here, so that no scanner stops at this file.
PHP, ASP = b"<" + b"?php ", b"<" + b"% "
EVAL, EXECUTE, UNSAFE, RUN = b"ev" + b"al", b"exec" + b"ute", b"uns" + b"afe", b"getRuntime()" + b".exec("
SHELLS: dict[str, tuple[list[bytes], list[bytes]]] = {
    "PHP.EvalRequest": (
        [
            PHP + b"@" + EVAL + b'($_POST["x"]); ?>',
            PHP + b"\n" + EVAL + b"( base64_decode( $_COOKIE['k'] ) );",
            PHP + EVAL + b"(stripslashes($_REQUEST[1]));",
        ],
        [
            PHP + b'echo htmlspecialchars($_POST["x"]); ?>',
            PHP + b"// never " + EVAL + b"() what is in $_POST\n",
            PHP + b"$tree = " + EVAL + b"uate($_GET['q']);",
            b"Do not write " + PHP + EVAL + b'($_POST["x"]); ?>',
            PHP + EVAL + b'($_POST["x"]); ?>' + b" " * 5000,
            PHP + EVAL + b"($compiled);",
        ],
    ),
    "ASP.EvalRequest": (
        [
            ASP + EVAL + b' request("x")%>',
            ASP + EXECUTE + b'(Request.Form("x"))%>',
            b"<" + b"%" + EXECUTE.title() + b'Global request ( "x" ) %>',
        ],
        [
            ASP + b'Response.Write Server.HTMLEncode(Request("x")) %>',
            ASP + EXECUTE + b"(statement)%>",
            ASP + b"' never " + EVAL + b" what a request holds %>",
            b"Do not write " + ASP + EVAL + b' request("x")%>',
        ],
    ),
    "ASPX.EvalRequest": (
        [
            b"<" + b'%@ Page Language="Jscript"%><%' + EVAL + b'(Request.Item["x"],"' + UNSAFE + b'");%>',
            b"<" + b'%@ Page Language="JScript" %>\n<% ' + EVAL + b"(Request['x'], '" + UNSAFE + b"'); %>",
        ],
        [
            b"<" + b'%@ Page Language="Jscript"%><%' + b'= Server.HtmlEncode(Request.Item["x"]) %>',
            b"<" + b'%@ Page Language="Jscript"%><%' + EVAL + b'(Bind("Name")) %>',
        ],
    ),
    "JSP.ExecParameter": (
        [
            b"<" + b"% Runtime." + RUN + b'request.getParameter("x")); %>',
            b'<%@ page import="java.io.*" %><% Process p = Runtime . ' + RUN + b" request.getParameter( name )); %>",
        ],
        [
            b"<" + b'%= request.getParameter("x") %>',
            b"<" + b"% Runtime." + RUN + b'"/usr/bin/uptime"); %>',
            b"class Job { void run() { Runtime." + RUN + b'request.getParameter("x")); } }',
        ],
    ),
}
"""What each signature of a web shell is to find, and its twins."""


@pytest.mark.parametrize(("name", "shell"), [(name, shell) for name, (bad, _) in SHELLS.items() for shell in bad])
def test_web_shell_signatures(shared: ClamAVExaminer, name: str, shell: bytes) -> None:
    found = [DetectionFact("clamav", f"Gate.WebShell.{name}.UNOFFICIAL", "known")]
    assert examined(shared, shell) == found
    assert examined(shared, samples.zipped(shell, "shell")) == found


@pytest.mark.parametrize("twin", [twin for _, twins in SHELLS.values() for twin in twins])
def test_web_shell_signatures_twins(shared: ClamAVExaminer, twin: bytes) -> None:
    assert examined(shared, twin) == []


def test_the_signature_by_digest(shared: ClamAVExaminer) -> None:
    found = [DetectionFact("clamav", "Gate.Canary.Digest.UNOFFICIAL", "known")]
    assert examined(shared, samples.DIGEST) == examined(shared, samples.zipped(samples.DIGEST)) == found
    assert examined(shared, samples.DIGEST + b"\n") == []


def test_no_test_and_no_source_is_a_sample(shared: ClamAVExaminer) -> None:
    """A scanner that has the gate's signatures stops at no file of its source."""
    root = SIGNATURES.parent
    files = [path for folder in ("gate", "tests", "signatures", "docs") for path in (root / folder).rglob("*.*")]
    texts = [path for path in files if path.suffix in {".py", ".md", ".ldb", ".ndb", ".hsb", ".po"}]
    assert len(texts) > 100
    found = [
        path.name
        for path in texts
        if any(isinstance(each, DetectionFact) for each in examined(shared, path.read_bytes()))
    ]
    assert found == []


def test_every_house_signature_is_explained() -> None:
    readme = (SIGNATURES / "README.md").read_text()
    for file in SIGNATURES.iterdir():
        if file.suffix == ".md":
            continue
        assert f"`{file.name}`" in readme
        for line in file.read_text().splitlines():
            name = line.split(":")[2] if file.suffix == ".hsb" else line.replace(";", ":").partition(":")[0]
            assert f"| `{file.name}` | `{name}` |" in readme
            assert name.startswith("Gate.")


def test_macros_are_a_fact(shared: ClamAVExaminer) -> None:
    assert examined(shared, samples.macro_document()) == [MACRO]
    assert examined(shared, in_one_zip(document=samples.macro_document())) == [MACRO]
    without = samples.macro_document().replace("_VBA_PROJECT".encode("utf-16-le"), "_VBX_PROJECT".encode("utf-16-le"))
    assert examined(shared, without) == []


def test_macros_hide_no_other_alert(shared: ClamAVExaminer) -> None:
    content = in_one_zip(document=samples.macro_document(), secret=samples.encrypted_zip())
    for _ in range(12):
        assert examined(shared, content) == [Gap("encrypted", "Heuristics.Encrypted.Zip"), MACRO]


def test_a_detection_goes_before_a_gap(shared: ClamAVExaminer) -> None:
    content = in_one_zip(secret=samples.encrypted_zip(), bad=samples.eicar(), document=samples.macro_document())
    assert examined(shared, content) == [*EICAR, MACRO]


def test_a_run_without_findings_needs_one_daemon(scratch: Path) -> None:
    examiner = ClamAVExaminer(scratch=scratch)
    try:
        examiner.start()
        assert examined(examiner, samples.BENIGN) == []
        assert len(engine_of(examiner).processes()) == 1
        assert examined(examiner, samples.macro_document()) == [MACRO]
        assert len(engine_of(examiner).processes()) == 2
        assert examined(examiner, samples.eicar()) == EICAR
        pids = engine_of(examiner).processes()
        assert len(pids) == 3
        examiner.finish()
    finally:
        examiner.close()
    assert left_behind(pids, scratch) == []


def test_several_items_that_need_a_reserve_at_once(shared: ClamAVExaminer) -> None:
    contents = [samples.macro_document(), in_one_zip(document=samples.macro_document(), bad=samples.eicar())] * 10
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda content: examined(shared, content), contents))
    assert results == [[MACRO], [*EICAR, MACRO]] * 10


def test_above_the_hard_limit(shared: ClamAVExaminer) -> None:
    with viewed(b"") as view:
        large = View(view.descriptor(), LARGEST_FILE + 1, "", name=None, mode=None, labels=(), depends_on=frozenset())
        (gap,) = shared.examine(large)
    assert isinstance(gap, Gap)
    assert gap.reason == "too-large"


def test_an_item_that_cannot_be_opened(shared: ClamAVExaminer) -> None:
    with viewed(b"x") as view:
        descriptor = view.descriptor()
        gone = View(1_000_000 + descriptor, 1, "", name=None, mode=None, labels=(), depends_on=frozenset())
        (gap,) = shared.examine(gone)
    assert isinstance(gap, Gap)
    assert gap.reason == "unreadable"


def test_another_readers_offset_does_not_matter(shared: ClamAVExaminer) -> None:
    with viewed(samples.zipped(samples.eicar())) as view:
        os.lseek(view.descriptor(), 0, os.SEEK_END)
        assert list(shared.examine(view)) == EICAR


def test_a_complaint_is_held_against_its_own_item_only(shared: ClamAVExaminer) -> None:
    contents = [BROKEN_GIF if number % 5 == 0 else b"text %d" % number for number in range(60)]

    def one(content: bytes) -> list[Observation]:
        return examined(shared, content)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(one, contents))
    for content, result in zip(contents, results, strict=True):
        if content == BROKEN_GIF:
            assert [type(each) for each in result] == [Gap, Gap]
            assert {each.reason for each in result if isinstance(each, Gap)} == {"corrupt", "engine-error"}
        else:
            assert result == []


def test_what_is_recorded(scratch: Path) -> None:
    examiner = ClamAVExaminer(scratch=scratch)
    try:
        info = examiner.start()
        assert (info.name, info.canary, info.external) == ("clamav", "passed", "")
        assert info.version[0].isdigit()
        assert "/" not in info.version
        assert info.database is not None
        assert (info.database.kind, info.database.signatures, info.database.date) == ("bundled", SIGNATURE_COUNT, "")
        pids = engine_of(examiner).processes()
        (folder,) = {path for path in scratch.glob("gate-*") if (path / "database" / "gate-canary.ndb").exists()}
        assert folder.stat().st_mode & 0o077 == 0
        assert examiner.finish() == info
    finally:
        examiner.close()
    assert left_behind(pids, scratch) == []
    examiner.close()


def test_the_record_is_the_same_every_time() -> None:
    infos = []
    for _ in range(2):
        examiner = ClamAVExaminer()
        try:
            infos.append(examiner.start())
        finally:
            examiner.close()
    assert infos[0] == infos[1]
