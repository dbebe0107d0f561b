"""A confined worker may not be able to open or import anything any more: after its start, no examiner needs to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import os
import sys
from pathlib import Path

from gate.examine.executable.examiner import ExecutableExaminer
from gate.examine.interface import View
from gate.examine.outbound.examiner import OutboundExaminer
from gate.examine.rules.examiner import RulesExaminer
from gate.examine.rules.sources import read_rule_sources

examiners = [RulesExaminer(read_rule_sources((Path("yara-rules"),)).sources), ExecutableExaminer(), OutboundExaminer()]
loaded = set(sys.modules)

import io
import pikepdf
from tests.examine.executable.executable_samples import SAMPLES
from tests.examine.executable.office_kit import PROJECT, open_xml, presentation
from tests.examine.executable.pdf_kit import pdf
from tests.unpack.ole_writer import compound
from tests.examine.outbound.test_html import AUTOMATIC, CONDITIONAL
from tests.examine.yara.samples import BAD

def locked():
    out = io.BytesIO()
    pikepdf.open(io.BytesIO(pdf())).save(out, encryption=pikepdf.Encryption(owner="x", user="y"))
    return out.getvalue()


LABELS = ("shift_jis", "euc-jp", "iso-2022-jp", "gb18030", "big5", "euc-kr", "koi8-r", "windows-1251", "utf-16", "no")
samples = [
    *((sample.data, sample.name, sample.mode) for sample in SAMPLES.values()),
    *((data, b"item", None) for each in BAD.values() for data in each),
    *((page.encode(), b"a.html", None) for page in AUTOMATIC.values()),
    *((page.encode(), b"a.html", None) for page, _ in CONDITIONAL.values()),
    *((f"<meta charset={label}>".encode() + bytes([0x93, 0xFA]), b"a.html", None) for label in LABELS),
    *((chr(0x65E5).encode(codec) * 9, b"a.html", None) for codec in ("cp932", "euc_jp", "utf-16", "utf-32")),
    (b"<svg><image href='https://u:p@x.example/?a=b'/></svg", b"a.svg", None),
    (b"p{a:url(//x.example)}" + bytes([255]), b"a.css", None),
    (b'"' + bytes([92]) + b'x68ttps://x.example"', b"a.js", None),
    (bytes([127]) + b"ELF" + bytes(200), b"a", None),
    (b"MZ" + bytes(200), b"a", None),
    (b"%PDF-1.4 and no objects", b"a.pdf", None),
    (locked(), b"a.pdf", None),
    (compound(PROJECT)[:700], b"a.doc", None),
    (presentation(compound(PROJECT)), b"a.ppt", None),
    (open_xml({"word/document.xml": chr(0xFEFF).encode("utf-16-le") + b"<"}), b"a.docx", None),
    (open_xml({"word/vbaProject.bin": b"x"})[:-9], b"a.docm", None),
    (b'{"nbformat": 4, "cells": [{"cell_type": "code"', b"a.ipynb", None),
    ("件名,=1\\n".encode("cp932"), b"a.csv", None),
    (b"X\\n" + bytes(20), b"a.rds", None),
]
views = []
for data, name, mode in samples:
    descriptor = os.memfd_create("item")
    os.write(descriptor, data)
    views.append((descriptor, len(data), name, mode))
for module in set(sys.modules) - loaded:
    if not module.startswith(("gate", "tests")):
        del sys.modules[module]  # what only the samples needed must not be there to help


def hook(event, arguments):
    if event == "open" and arguments[0] == "<unknown>":
        return  # the compiler looks for the line of an error in a file that is not there, and does without
    if event in ("open", "import", "os.listdir", "os.scandir", "subprocess.Popen", "socket.connect"):
        os.write(2, f"{event} {arguments}".encode())
        os._exit(3)


sys.addaudithook(hook)
found = 0
for examiner in examiners:
    examiner.start()
    for descriptor, size, name, mode in views:
        view = View(descriptor, size, "", name=name, mode=mode, labels=(), depends_on=examiner.depends_on)
        found += len(list(examiner.examine(view)))
    examiner.finish()
    examiner.close()
os.write(1, str(found).encode())
os._exit(0)
"""


def test_nothing_is_opened_or_imported_after_construction() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=root, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 150
