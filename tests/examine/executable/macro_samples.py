"""Documents with macros and objects, built part by part, and for each a harmless twin that looks much like it."""

from __future__ import annotations

from tests.examine.executable.office_kit import (
    MACRO_TYPE,
    field,
    open_document,
    open_xml,
    relations,
    sheet,
    workbook,
)
from tests.examine.executable.sample import Sample
from tests.unpack.ole_writer import compound, package

SAMPLES: dict[str, Sample] = {
    "vba": open_xml({"xl/workbook.bin": b"x", "xl/vbaProject.bin": b"x"}, MACRO_TYPE),
    "xlm": workbook(sheet(0), sheet(1)),
    "dde": open_xml({"word/document.xml": field("DD", "EAUTO c:\\\\cmd.exe ", '"/k calc"')}),
    "odf-basic": open_document({"Basic/Standard/Module1.xml": b"<script:module/>"}),
    "odf-script": open_document({"Scripts/python/run.py": b"import os"}),
    "activex": open_xml({"word/document.xml": b"<w:document/>", "word/activeX/activeX1.bin": b"x"}),
    "ole-package": open_xml({"word/embeddings/oleObject1.bin": compound({"\1Ole10Native": package(b"a.exe", b"MZ")})}),
    "ole-equation": compound({"ObjectPool/_1/Equation Native": b"x"}),
}

TWINS: dict[str, Sample] = {
    "vba": open_xml({"xl/workbook.bin": b"x", "xl/_rels/workbook.bin.rels": relations("styles")}, MACRO_TYPE),
    "xlm": workbook(sheet(0), sheet(2)),
    "dde": open_xml({"word/document.xml": b"<w:t>DDEAUTO cmd</w:t>" + field("PAGE ", "\\* ADDED")}),
    "odf-basic": open_document({"Basic/script-lc.xml": b"<x/>", "Basic/Standard/script-lb.xml": b"<x/>"}),
    "odf-script": open_document({"Scripts/": b"", "Pictures/scripts.png": b"x"}),
    "activex": open_xml({"xl/ctrlProps/ctrlProp1.xml": b"<x/>", "xl/_rels/a.rels": relations("ctrlProp")}),
    "ole-package": open_xml({"word/embeddings/Workbook1.xlsx": b"PK", "word/_rels/a.rels": relations("package")}),
    "ole-equation": compound({"WordDocument": b"an equation, which is native to this text"}),
}
