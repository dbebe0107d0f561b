"""Every file of a package is traced to the commit that it was made of, and nothing else is."""

from __future__ import annotations

import gzip
import io
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gate.intake.intake import InputArtifact
from gate.limits import Limits
from gate.models import Finding, TraceFact
from gate.pipeline import examine, with_facts
from gate.policy.source_section import Source
from gate.policy.tracing import Tracing
from gate.source.run import source_run
from tests.conftest import tarred, zipped
from tests.unit.source.package_kit import PROJECTS, Made, make
from tests.unit.source.repository_kit import repository, write

NOON = datetime(2026, 11, 23, 3, tzinfo=UTC)


def full(*values: object) -> Any:
    """Return the arguments of a case for the long run."""
    return pytest.param(*values, marks=pytest.mark.full)


class Traced:
    """What tracing says of an artifact."""

    def __init__(self, artifact: Path, source: Path, *generated: str) -> None:
        with source_run(source, (), jobs=2, policy=None) as run:
            seen = examine(
                [InputArtifact(artifact.resolve(), artifact.name)],
                (),
                Limits(),
                clock=lambda: NOON,
                together=run.together,
            )
            seen = with_facts(seen, run.facts_beside(seen))
        tracing = Tracing(Source(generated=generated or None))
        tracing.take(seen.facts, seen.gaps)
        assert tracing.standing is not None
        self.standing = tracing.standing
        self.findings: list[Finding] = tracing.findings
        self.facts = {fact.path: fact for fact in seen.facts if isinstance(fact, TraceFact)}
        self.gaps = seen.gaps

    def against(self) -> list[tuple[str, str]]:
        """Return id and place of what stands against the artifact."""
        return sorted((each.id, each.path) for each in self.findings if each.severity != "note")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Made]:
    """Make each project once."""
    known: dict[str, Made] = {}

    def get(name: str) -> Made:
        if name not in known:
            known[name] = make(name, tmp_path_factory.mktemp(name))
        return known[name]

    return get


QUICK = {"setuptools-src", "hatch-src", "flit-flat", "npm-scoped", "jar-pom"}
"""Those that need not wait for a long run: one of each packer, which other tests use as well."""


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.full) for name in sorted(PROJECTS)]
)
def test_packages_of_real_packers_are_traced_wholly(name: str, made: Callable[[str], Made]) -> None:
    project = made(name)
    assert len(project.packages) == (1 if name.startswith(("npm", "jar")) else 2)
    for package in project.packages:
        traced = Traced(package, project.repository)
        assert traced.against() == [], package.name
        assert traced.gaps == ()
        assert traced.standing.counts["content"] >= 2
        assert traced.standing.revision.work_tree == "clean"


# --- tampering ------------------------------------------------------------------------------------------------------


def tampered_zip(package: Path, out: Path, changes: Mapping[str, bytes]) -> Path:
    """Copy a ZIP with files changed, added, or (for ``...``) moved to the end as they are."""
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            if not info.is_dir():
                new.writestr(info.filename, changes.get(info.filename, old.read(info)))
        for name in changes.keys() - set(old.namelist()):
            new.writestr(name, changes[name])
    return out


def tampered_tar(package: Path, out: Path, changes: Mapping[str, bytes]) -> Path:
    """Copy a compressed tarball with files changed or added."""
    with tarfile.open(package) as old:
        files = {info.name: old.extractfile(info).read() for info in old if info.isfile()}  # type: ignore[union-attr]  # it is a file
    out.write_bytes(tarred({**files, **changes}, "gz"))
    return out


def sdist_and_wheel(project: Made) -> tuple[Path, Path]:
    wheel, sdist = sorted(project.packages, key=lambda path: path.suffix != ".whl")
    return sdist, wheel


def test_a_file_in_the_tarball_that_the_commit_lacks_is_found(made: Callable[[str], Made], tmp_path: Path) -> None:
    """As with xz 5.6: the repository is clean, and the release tarball holds one file more."""
    project = made("setuptools-src")
    sdist, _ = sdist_and_wheel(project)
    evil = "alpha-1.0/m4/build-to-host.m4"
    out = tampered_tar(sdist, tmp_path / sdist.name, {evil: b'gl_path_map=\'tr "\\t \\-_" " \\t_\\-"\'\n'})
    assert Traced(out, project.repository).against() == [("source/untraced", f"{sdist.name}!/{evil}")]


@pytest.mark.parametrize("name", ["hatch-src", full("setuptools-src"), full("flit-flat")])
def test_a_file_that_differs_from_the_commit_is_found(name: str, made: Callable[[str], Made], tmp_path: Path) -> None:
    project = made(name)
    sdist, wheel = sdist_and_wheel(project)
    module = next(each for each in zipfile.ZipFile(wheel).namelist() if each.endswith("core.py"))
    whole = tampered_zip(wheel, tmp_path / wheel.name, {module: b"def main() -> None:\n    print(2)\n"})
    record = next(each for each in zipfile.ZipFile(wheel).namelist() if each.endswith("RECORD"))
    assert Traced(whole, project.repository).against() == [
        ("source/changed", f"{wheel.name}!/{module}"),
        ("source/untraced", f"{wheel.name}!/{record}"),
    ], "the list of files does not hold any more either"
    with tarfile.open(sdist) as archive:
        inner = next(each for each in archive.getnames() if each.endswith("core.py"))
    out = tampered_tar(sdist, tmp_path / sdist.name, {inner: b"import os\n"})
    assert Traced(out, project.repository).against() == [("source/changed", f"{sdist.name}!/{inner}")]


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("METADATA", b"Metadata-Version: 2.1\nName: delta\nRequires-Dist: evil-package\n"),
        full("METADATA", b"Metadata-Version: 2.1\nName: delta\nX-Payload: 1\n"),
        ("METADATA", b"Metadata-Version: 2.1\nName: delta\n\nAnother description.\n"),
        full("METADATA", b"\x7fELF\0\0"),
        ("METADATA", b"Metadata-Version: 2.1\nName: delta\nSummary: a\rRequires-Dist: evil-package\n"),
        ("METADATA", b"Metadata-Version: 2.1\nName: delta\nRequires-Dist: click @ https://evil.example/c.whl\n"),
        ("METADATA", b"Metadata-Version: 2.1\nName: delta\nRequires-Dist: lick\n"),
        ("entry_points.txt", b"[console_scripts]\ndelta-tool = delta.core:main [\x0cevil = os:system\x0c]\n"),
        ("entry_points.txt", "[console_scripts]\u2028evil = os:system\u2028[x]\n".encode()),
        ("entry_points.txt", b"[console_scripts]\ntool = delta.core:main\n"),
        ("WHEEL", b"Wheel-Version: 1.0\nPayload: 1\n"),
        full("WHEEL", b"Wheel-Version: 1.0\n\nbody\n"),
        ("entry_points.txt", b"[console_scripts]\ndelta-tool = os:system\n"),
        full("entry_points.txt", b"[console_scripts]\npip = delta.core:main\n"),
        full("entry_points.txt", b"import os\n"),
        ("RECORD", b"delta/core.py,sha256=AAAA,1\n"),
        full("RECORD", b"delta/core.py\n"),
        full("RECORD", b""),
    ],
)
def test_a_packer_file_is_not_waved_through_by_its_name(
    file: str, changed: bytes, made: Callable[[str], Made], tmp_path: Path
) -> None:
    project = made("hatch-src")
    _, wheel = sdist_and_wheel(project)
    place = f"delta-1.0.dist-info/{file}"
    out = tampered_zip(wheel, tmp_path / wheel.name, {place: changed})
    assert ("source/untraced", f"{wheel.name}!/{place}") in Traced(out, project.repository).against()


@pytest.mark.parametrize(
    ("manifest", "traced"),
    [
        full(b"Manifest-Version: 1.0\nCreated-By: 17\n", True),
        (b"Manifest-Version: 1.0\r\nCreated-By: 17\r\n\r\n", True),
        (b"Manifest-Version: 1.0\nMain-Class: jp.example.Main\n", True),
        (b"Manifest-Version: 1.0\nMain-Class: jp.example.Other\n", False),
        (b"Manifest-Version: 1.0\nClass-Path: http://evil.example/a.jar\n", False),
        (b"Manifest-Version: 1.0\nCreated-By: 17\rClass-Path: http://evil.example/a.jar\n", False),
        full(b"Manifest-Version: 1.0\nPremain-Class: jp.example.Main\n", False),
        full(b"Manifest-Version: 1.0\n\nName: a\nX: 1\n", False),
    ],
)
def test_a_manifest_that_loads_something_is_no_mere_metadata(tmp_path: Path, manifest: bytes, *, traced: bool) -> None:
    source = repository(tmp_path / "r", {"jp/example/Main.class": b"sample\n", "a/pom.xml": b"<p/>\n"})
    properties = b"#made\nartifactId=a\ngroupId=b\nversion=1\n"
    jar = tmp_path / "a.jar"
    jar.write_bytes(zipped({
        "META-INF/MANIFEST.MF": manifest,
        "jp/example/Main.class": b"sample\n",
        "META-INF/maven/b/a/pom.properties": properties,
    }))  # fmt: skip
    against = Traced(jar, source).against()
    assert against == ([] if traced else [("source/untraced", "a.jar!/META-INF/MANIFEST.MF")])


def test_properties_beside_those_of_maven_are_untraced(tmp_path: Path) -> None:
    source = repository(tmp_path / "r", {"a": b"a\n"})
    jar = tmp_path / "a.jar"
    jar.write_bytes(zipped({"a": b"a\n", "META-INF/maven/b/a/pom.properties": b"payload=1\n"}))
    assert Traced(jar, source).against() == [("source/untraced", "a.jar!/META-INF/maven/b/a/pom.properties")]


# --- contents -------------------------------------------------------------------------------------------------------


def test_what_a_file_is_in_the_commit(tmp_path: Path) -> None:
    files = {"src/pkg/a.py": b"a\nb\n", "docs/a.py": b"a\nb\n", "b.txt": b"x\r\ny\r\n", "empty": b"", "bin": b"\0\n"}
    source = repository(tmp_path / "r", files)
    delivery = tmp_path / "site"
    write(
        delivery,
        {
            "pkg/a.py": b"a\nb\n",
            "crlf/a.py": b"a\r\nb\r\n",
            "lf/b.txt": b"x\ny\n",
            "mixed/b.txt": b"x\r\ny\n",
            "renamed.py": b"a\nb\n",
            "other/empty": b"",
            "bin": b"\0\r\n",
            "b.txt": b"changed\n",
        },
    )
    traced = Traced(delivery, source)
    shown = {path.removeprefix("site/"): (fact.traced, fact.sources) for path, fact in traced.facts.items()}
    assert shown == {
        "pkg/a.py": ("content", ("src/pkg/a.py", "docs/a.py")),
        "crlf/a.py": ("line-endings", ("docs/a.py", "src/pkg/a.py")),
        "lf/b.txt": ("line-endings", ("b.txt",)),
        "mixed/b.txt": ("line-endings", ("b.txt",)),
        "renamed.py": ("content", ("docs/a.py", "src/pkg/a.py")),
        "other/empty": ("content", ("empty",)),
        "bin": ("different", ("bin",)),
        "b.txt": ("different", ("b.txt",)),
    }
    assert traced.facts["site/other/empty"].detail == "empty"
    assert traced.against() == [("source/changed", "site/b.txt"), ("source/changed", "site/bin")]
    renamed = [finding for finding in traced.findings if finding.id == "source/renamed"]
    assert [(each.path, each.args["source"]) for each in renamed] == [("site/renamed.py", "docs/a.py")]


def test_declared_generated_files_pass_and_others_do_not(tmp_path: Path) -> None:
    source = repository(tmp_path / "r", {"src/a.ts": b"1\n"})
    delivery = tmp_path / "site"
    write(
        delivery,
        {"dist/a.js": b"1;\n", "dist/b.js": b"2;\n", "dist/deep/c.js": b"3;\n", "lib.zip": zipped({"x": b"x"})},
    )
    traced = Traced(delivery, source, "site/dist/*.js", "site/*.zip", "site/none/*.css")
    assert traced.against() == [("justification/unused", ""), ("source/untraced", "site/dist/deep/c.js")]
    assert [(each.glob, each.paths) for each in traced.standing.generated] == [
        ("site/dist/*.js", ("site/dist/a.js", "site/dist/b.js")),
        ("site/*.zip", ("site/lib.zip",)),
        ("site/none/*.css", ()),
    ]
    notes = [each.args for each in traced.findings if each.id == "source/generated"]
    assert [(each["glob"], each["count"]) for each in notes] == [("site/dist/*.js", 2), ("site/*.zip", 1)]


def test_archives_count_by_their_members_alone(tmp_path: Path) -> None:
    inner = zipped({"z": b"z"})  # made once: it holds the time, to two seconds
    source = repository(tmp_path / "r", {"a": b"a\n", "b": b"b\n", "inner.zip": inner})
    delivery = tmp_path / "d"
    whole = zipped({"a": b"a\n", "b.tar": tarred({"b": b"b\n"}), "inner.zip": inner})
    write(
        delivery,
        {
            "good.zip": whole,
            "trailing.zip": whole + b"more",
            "nothing.zip": zipped({}),
            "image.gz": gzip.compress(b"a\n", mtime=0),
            "program.exe": b"MZ" + bytes(62) + whole,
        },
    )
    against = {path: finding for finding, path in Traced(delivery, source).against()}
    assert not [path for path in against if path.startswith(("d/good.zip", "d/image.gz"))]
    assert against["d/nothing.zip"] == "source/untraced"
    assert against["d/program.exe!/!prefix"] == "source/untraced"
    assert [path for path in against if path.startswith("d/trailing.zip")]


def test_links_are_traced_by_place_and_target(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    folder.mkdir()
    write(folder, {"pkg/a": b"a\n"})
    (folder / "pkg" / "link").symlink_to("a")
    source = repository(folder, {})
    delivery = tmp_path / "d"
    shutil.copytree(folder / "pkg", delivery / "pkg", symlinks=True)
    assert Traced(delivery, source).against() == []
    (delivery / "pkg" / "other").symlink_to("a")
    (delivery / "pkg" / "link").unlink()
    (delivery / "pkg" / "link").symlink_to("./a")
    assert Traced(delivery, source).against() == [
        ("source/untraced", "d/pkg/link"),
        ("source/untraced", "d/pkg/other"),
    ]


def test_a_member_that_stands_twice_is_not_on_the_list_of_files(made: Callable[[str], Made], tmp_path: Path) -> None:
    project = made("hatch-src")
    _, wheel = sdist_and_wheel(project)
    buffer = io.BytesIO(wheel.read_bytes())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("delta/core.py", b"evil()\n")
    out = tmp_path / wheel.name
    out.write_bytes(buffer.getvalue())
    assert ("source/untraced", f"{wheel.name}!/delta-1.0.dist-info/RECORD") in Traced(out, project.repository).against()
