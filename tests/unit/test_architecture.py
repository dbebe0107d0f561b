"""The house's walls: imports run one way, and commands load only what they need."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "gate"

LEAVES = {
    "models",
    "errors",
    "paths",
    "text",
    "limits",
    "data_files",
    "clock",
    "environment",
    "folders",
    "source_lines",
    "filelist",
    "_confine",
    "_enclose",
    "_frames",
    "_template",
    "_worker",
    "isolation",
    "openpgp",
    "parsing",
    "strict_json",
    "keyless",
    "_gnupg",
    "_armor",
    "structure",
    "x509",
}
STAGES = {"intake", "examine", "policy", "record", "signing"}
JOINTS = {
    "pipeline", "deliver", "staging", "verification", "reports", "operations", "doctor", "rendering", "signers",
    "releasing",
    "countersigning", "received", "trusting",
    "sealing",
}  # fmt: skip
ALLOWED = {
    **dict.fromkeys(LEAVES, LEAVES),
    "intake": LEAVES | {"intake"},
    "examine": LEAVES | {"examine"},
    "policy": LEAVES | {"policy"},
    "record": LEAVES | {"record", "policy"},
    "signing": LEAVES | {"signing"},
    "tasks": LEAVES | {"examine"},
    "pipeline": LEAVES | STAGES | {"tasks"},
    "staging": LEAVES | STAGES,
    "placing": LEAVES | {"record", "staging"},
    "archiving": LEAVES | {"record", "staging", "intake"},
    "signatures": LEAVES | STAGES,
    "deliver": LEAVES | STAGES | {"archiving", "staging", "signatures"},
    "sealing": LEAVES | STAGES | {"archiving", "placing", "sealing", "signatures", "staging", "verification"},
    "verification": LEAVES | {"verification", "record", "policy"},
    "reports": LEAVES | {"reports", "policy", "record", "verification"},
    "doctor": LEAVES | STAGES | {"doctor", "reports"},
    "source": LEAVES | {"source", "examine"},
    "previous": LEAVES | {"verification", "record"},
    "trusting": LEAVES | {"trusting", "policy", "record", "verification", "signing", "reports"},
    "countersigning": LEAVES | {"verification", "record", "signing", "placing", "staging"},
    "rendering": LEAVES | {"previous", "verification", "record", "policy"},
    "received": LEAVES | {"received", "intake", "verification", "record", "policy"},
    "signers": LEAVES | {"policy", "signing"},
    "operations": LEAVES | STAGES | {"previous", "source", "pipeline"},
    "releasing": LEAVES | STAGES | {"archiving", "operations", "pipeline", "deliver", "reports"},
    "drafting": LEAVES | STAGES | {"pipeline", "operations", "source"},
    "cli": LEAVES | STAGES | JOINTS | {"cli", "drafting"},
    "_start": {"cli"},
    "__main__": {"_start"},
    "__init__": set(),
}


def imports() -> Iterator[tuple[str, str, str]]:
    """Yield (file, importing part, imported part) for every import of the package within itself."""
    for file in sorted(PACKAGE.rglob("*.py")):
        part = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(file.read_text())):
            names = []
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "gate":
                names = [
                    f"{node.module}.{alias.name}" if node.module == "gate" else node.module for alias in node.names
                ]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names if alias.name.split(".")[0] == "gate"]
            for name in names:
                imported = name.split(".")[1] if "." in name else "__init__"
                yield str(file.relative_to(ROOT)), part, imported


def test_imports_run_one_way() -> None:
    wrong = [
        f"{file}: {part} imports {imported}"
        for file, part, imported in imports()
        if imported not in {*ALLOWED[part], "__init__", "__version__"}
    ]
    assert wrong == []


def test_examiners_and_verification_are_apart() -> None:
    pairs = {(part, imported) for _, part, imported in imports()}
    assert ("verification", "examine") not in pairs
    assert ("verification", "signing") not in pairs
    assert ("examine", "policy") not in pairs
    assert ("policy", "examine") not in pairs


def loaded_by(*arguments: str) -> set[str]:
    script = (
        "import sys\nfrom gate.cli.main import run\n"
        f"status = run({list(arguments)!r})\n"
        "print('\\n'.join(sorted(sys.modules)), file=sys.stderr)\nsys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


ENGINES = {
    "yara",
    "lief",
    "clamd",
    "selectolax",
    "ada_url",
    "gnupg",
    "pydantic",
    "gate.examine",
    "gate.pipeline",
    "sigstore",
}


@pytest.mark.parametrize("arguments", [("--help",), ("verify", "--help"), ("check", "--help"), ("--version",)])
def test_help_loads_no_engine(arguments: tuple[str, ...]) -> None:
    assert loaded_by(*arguments) & ENGINES == set()


def test_nothing_outside_of_isolation_starts_processes() -> None:
    """Parsers and programs on hostile bytes run through one place; the signing side runs gpg after the verdict.

    ``_gnupg``, ``intake/program``, ``examine/browser/inside`` and ``source/{inside,objects}`` are the inside of
    confined workers, which start programs there.
    """
    allowed = {
        "gate/_gnupg.py",
        "gate/intake/program.py",
        "gate/examine/browser/inside.py",
        "gate/source/inside.py",
        "gate/source/objects.py",
    }
    users = set()
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
                if "subprocess" in names or "multiprocessing" in names:
                    users.add(file.relative_to(ROOT).as_posix())
    assert {user for user in users if not user.startswith(("gate/signing/", "gate/isolation/"))} <= allowed
