"""Packages that are ZIP files, made by ``zipfile``, and for each a file that holds much the same and is none."""

from __future__ import annotations

import io
import zipfile

from tests.examine.executable.sample import Sample


def zip_of(*names: str, comment: bytes = b"", **contents: bytes) -> bytes:
    """Return a ZIP file with empty members of these names; ``contents`` are members with dots for underscores."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), b"")
        for name, data in contents.items():
            info = zipfile.ZipInfo(name.replace("_", "."))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
        archive.comment = comment
    return stream.getvalue()


SAMPLES: dict[str, Sample] = {
    "apk": zip_of("AndroidManifest.xml", "classes.dex"),
    "aar": zip_of("AndroidManifest.xml", "classes.jar"),
    "aab": zip_of("BundleConfig.pb", "base/manifest/AndroidManifest.xml"),
    "war": zip_of("WEB-INF/web.xml", "index.jsp"),
    "ear": zip_of("META-INF/application.xml", "web.war"),
    "jar": zip_of("META-INF/MANIFEST.MF", "org/example/Main.class"),
    "pyz": b"#!/usr/bin/env python3\n" + zip_of("__main__.py"),
    "whl": zip_of("example-1.0.dist-info/WHEEL", "example/__init__.py"),
    "egg": zip_of("EGG-INFO/PKG-INFO", "example.pyc"),
    "xpi": zip_of(manifest_json=b'{"manifest_version": 3, "name": "x"}'),
    "msix": zip_of("AppxManifest.xml", "app.exe"),
    "nupkg": zip_of("[Content_Types].xml", "example.nuspec"),
    "vsix": zip_of("extension.vsixmanifest", "extension/package.json"),
    "conda": zip_of("metadata.json", "pkg-example-1.0-0.tar.zst"),
    "ipa": zip_of("Payload/Example.app/Info.plist"),
    "oxt": zip_of("META-INF/manifest.xml", "description.xml", "macros.py"),
}

TWINS: dict[str, Sample] = {
    "apk": zip_of("AndroidManifest.xml", "README.md"),
    "aar": zip_of("AndroidManifest.xml", "classes.txt"),
    "aab": zip_of("BundleConfig.pb"),
    "war": zip_of("docs/WEB-INF/web.xml"),
    "ear": zip_of("META-INF/application.xml", "notes.txt"),
    "jar": zip_of("META-INF/MANIFEST.MF", "org/example/Main.java"),
    "pyz": zip_of("tool/__main__.py"),
    "whl": zip_of("example-1.0.dist-info/WHEEL", "example/table.csv"),
    "egg": zip_of("EGG-INFO/PKG-INFO", "table.csv"),
    "xpi": zip_of(manifest_json=b'{"name": "a page that can be installed", "start_url": "/"}'),
    "msix": zip_of("docs/AppxManifest.xml"),
    "nupkg": zip_of("[Content_Types].xml", "word/document.xml"),
    "vsix": zip_of("extension/extension.vsixmanifest.txt"),
    "conda": zip_of("metadata.json", "data.tar.zst"),
    "ipa": zip_of("Payload/readme.txt"),
    "oxt": zip_of("mimetype", "META-INF/manifest.xml", "content.xml", "description.xml"),
}
