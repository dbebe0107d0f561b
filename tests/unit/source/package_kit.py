"""Packages made of small repositories, by the real packers: setuptools, hatchling, flit, npm, jar."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.unit.source.repository_kit import repository

_HOOKS = """\
import importlib, sys
backend = importlib.import_module(sys.argv[1])
print(getattr(backend, sys.argv[2])(sys.argv[3]))
"""
README = b"# sample\n\nA sample.\n"
_ABOUT = """\
name = "{name}"
version = "1.0"
description = "A sample"
readme = "README.md"
requires-python = ">=3.9"
dependencies = ["Typing_Extensions>=4", "click; python_version > '3'"]
[project.scripts]
{name}-tool = "{name}.core:main"
"""


@dataclass(frozen=True)
class Project:
    """A repository to be, and how its packages are made: ``backend`` is a PEP 517 backend, ``npm`` or ``jar``."""

    backend: str
    files: Mapping[str, bytes]


def _python(backend: str, name: str, sources: Mapping[str, bytes], more: str = "", *, about: str = _ABOUT) -> Project:
    requires = backend.partition(".")[0]
    build = f'[build-system]\nrequires = ["{requires}"]\nbuild-backend = "{backend}"\n[project]\n'
    files = {
        "pyproject.toml": f"{build}{about.format(name=name)}{more}".encode(),
        "README.md": README,
        ".gitignore": b"build/\n*.egg-info/\ndist/\n",
        "LICENSE": b"A licence.\n",
        **sources,
    }
    return Project(backend, files)


CODE = {"__init__.py": b'"""A sample."""\n__version__ = "1.0"\n', "core.py": b"def main() -> None:\n    print(1)\n"}


def _below(folder: str, files: Mapping[str, bytes] = CODE) -> dict[str, bytes]:
    return {f"{folder}/{name}": content for name, content in files.items()}


_SETUPTOOLS, _HATCH, _FLIT = "setuptools.build_meta", "hatchling.build", "flit_core.buildapi"
_NPM = b'{"name": "%s", "version": "1.0.0", "description": "A sample", "main": "lib/a.js"%s}\n'

PROJECTS = {
    "setuptools-src": _python(_SETUPTOOLS, "alpha", _below("src/alpha")),
    "setuptools-flat": _python(_SETUPTOOLS, "beta", {**_below("beta"), "tests/test_a.py": b"assert True\n"}),
    "setuptools-data": _python(
        _SETUPTOOLS, "gamma", {**_below("src/gamma"), "src/gamma/data/a.json": b"{}\n", "MANIFEST.in": b"graft src\n"},
        "[tool.setuptools.package-data]\ngamma = ['data/*']\n",
    ),
    "hatch-src": _python(_HATCH, "delta", _below("src/delta")),
    "hatch-deep": _python(_HATCH, "epsilon", {**_below("src/epsilon"), **_below("src/epsilon/inner")}),
    "setuptools-egg": _python(
        _SETUPTOOLS, "eta", {**_below("src/eta"), "setup.py": b"from setuptools import setup\nsetup(zip_safe=True)\n"}
    ),
    "flit-flat": _python(_FLIT, "zeta", _below("zeta")),
    "npm-plain": Project("npm", {"package.json": _NPM % (b"plain-sample", b""), "lib/a.js": b"module.exports = 1;\n",
                                 "README.md": README}),
    "npm-scoped": Project("npm", {"package.json": _NPM % (b"@acme/sample", b', "files": ["lib"]'), "LICENSE": b"L\n",
                                  "lib/a.js": b"module.exports = 2;\n", "test/t.js": b"1;\n", "README.md": README}),
    "npm-bin": Project("npm", {"package.json": _NPM % (b"bin-sample", b', "bin": {"x": "bin/x.js"}'),
                               "bin/x.js": b"#!/usr/bin/env node\n1;\n", "lib/a.js": b"3;\n", "README.md": README}),
    "jar-resources": Project("jar", {"src/main/resources/a.properties": b"a=1\n",
                                     "src/main/resources/b/c.txt": b"c\n"}),
    "jar-services": Project("jar", {"src/main/resources/META-INF/services/y": b"jp.example.Y\n",
                                    "src/main/resources/\u8cc7\u6599.txt": b"\xe8\xb3\x87\n"}),
    "jar-deep": Project("jar", {f"src/main/resources/{'d/' * n}a.txt": b"%d\n" % n for n in range(1, 9)}),
    "npm-deep": Project("npm", {"package.json": _NPM % (b"deep-sample", b""), "lib/a.js": b"4;\n",
                                **{f"lib/{'d/' * n}b.json": b"[%d]\n" % n for n in range(1, 6)}}),
    "jar-pom": Project("jar", {"src/main/resources/a.txt": b"a\n",
                               "src/main/resources/META-INF/maven/jp.example/a/pom.xml": b"<project/>\n",
                               "src/main/resources/META-INF/services/x": b"jp.example.X\n"}),
}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A repository and the packages that were made of it."""

    repository: Path
    packages: tuple[Path, ...]


def make(name: str, folder: Path) -> Made:
    """Make a project's repository, and its packages from a copy of its work tree."""
    project = PROJECTS[name]
    source = repository(folder / "repository", project.files)
    copy = folder / "copy"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns(".git"))
    out = folder / "out"
    out.mkdir()
    match project.backend:
        case "npm":
            command = ["npm", "pack", "--silent", "--offline", "--pack-destination", str(out)]
            _run(command, copy, HOME=str(folder), npm_config_cache=str(folder / "cache"))
        case "jar":
            resources = copy / "src" / "main" / "resources"
            _run(["jar", "--create", "--file", str(out / "sample-1.0.jar"), "-C", str(resources), "."], copy)
        case backend:
            for hook in ("build_wheel", "build_sdist"):
                _run([sys.executable, "-W", "ignore", "-c", _HOOKS, backend, hook, str(out)], copy)
    return Made(source, tuple(sorted(out.iterdir())))


def _run(command: list[str], folder: Path, **environment: str) -> None:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "SOURCE_DATE_EPOCH": "1790000000", **environment},
        capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
