"""Programs and installers that are ZIP files, told by the names of their members.

A name is enough: what a virtual machine or an installer looks for in such a file it looks for by name.  The members
are items of their own as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gate.examine.executable.content import Answer, Content, Family, Named
from gate.examine.executable.zip_names import DIRECTORY_BYTES, Listing, start_of, zip_listing
from gate.models import Gap

Names = frozenset[str]
_CODE = (".py", ".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib", ".exe", ".js", ".sh", ".bat", ".ps1", ".class", ".jar")
_MANIFEST_BYTES = 1 << 16
_MANIFEST_VERSION = re.compile(rb'"manifest_version"\s*+:')
_PYTHON_MAIN = frozenset({"__main__.py", "__main__.pyc"})


def _has_suffix(names: Names, *suffixes: str) -> bool:
    return any(name.endswith(suffixes) for name in names)


def _is_android(names: Names) -> bool:
    return "AndroidManifest.xml" in names and (
        "resources.arsc" in names or any(name.endswith((".dex", ".so")) for name in names)
    )


def _is_android_library(names: Names) -> bool:
    return {"AndroidManifest.xml", "classes.jar"} <= names


def _is_bundle(names: Names) -> bool:
    return "BundleConfig.pb" in names and any(name.endswith("/manifest/AndroidManifest.xml") for name in names)


def _is_war(names: Names) -> bool:
    return "WEB-INF/web.xml" in names or any(name.startswith(("WEB-INF/classes/", "WEB-INF/lib/")) for name in names)


def _is_ear(names: Names) -> bool:
    return "META-INF/application.xml" in names and _has_suffix(names, ".war", ".jar", ".rar")


def _is_jar(names: Names) -> bool:
    if _is_war(names) or _is_android(names):
        return False
    return _has_suffix(names, ".class") or ("META-INF/MANIFEST.MF" in names and _has_suffix(names, ".jar"))


def _is_wheel(names: Names) -> bool:
    return any(re.fullmatch(r"[^/]+\.dist-info/WHEEL", name) for name in names) and _has_suffix(names, *_CODE)


def _is_egg(names: Names) -> bool:
    return "EGG-INFO/PKG-INFO" in names and _has_suffix(names, *_CODE)


def _is_signed_extension(names: Names) -> bool:
    signed = {"META-INF/mozilla.rsa", "META-INF/cose.sig"} & names
    return "install.rdf" in names or ("manifest.json" in names and bool(signed))


def _is_msix(names: Names) -> bool:
    return "AppxManifest.xml" in names or "AppxMetadata/AppxBundleManifest.xml" in names


def _is_nuget(names: Names) -> bool:
    return "[Content_Types].xml" in names and any(name.endswith(".nuspec") and "/" not in name for name in names)


def _is_conda(names: Names) -> bool:
    return "metadata.json" in names and any(re.fullmatch(r"pkg-[^/]+\.tar\.zst", name) for name in names)


def _is_ios(names: Names) -> bool:
    return any(re.fullmatch(r"Payload/[^/]+\.app/Info\.plist", name) for name in names)


def _is_office_extension(names: Names) -> bool:
    """Say whether an office program installs it: documents in OpenDocument have the same manifest, and a content."""
    is_document = not {"mimetype", "content.xml"}.isdisjoint(names)
    has_parts = "description.xml" in names or _has_suffix(names, ".xcu", ".xba", ".rdb", *_CODE)
    return "META-INF/manifest.xml" in names and has_parts and not is_document


_BYTECODE: dict[str, Callable[[Names], bool]] = {
    "apk": _is_android,
    "aar": _is_android_library,
    "aab": _is_bundle,
    "war": _is_war,
    "ear": _is_ear,
    "jar": _is_jar,
    "pyz": lambda names: not _PYTHON_MAIN.isdisjoint(names),
    "whl": _is_wheel,
    "egg": _is_egg,
    "xpi": _is_signed_extension,
}
_INSTALLERS: dict[str, Callable[[Names], bool]] = {
    "msix": _is_msix,
    "nupkg": _is_nuget,
    "vsix": lambda names: "extension.vsixmanifest" in names,
    "conda": _is_conda,
    "ipa": _is_ios,
    "oxt": _is_office_extension,
}


def _names_in(content: Content) -> Names:
    """Return the names of all members as text, with slashes: Windows programs write the other ones."""
    listing = content.remembered(zip_listing)
    members = () if listing is None else listing.members
    return frozenset(member.name.decode("utf-8", "replace").replace("\\", "/") for member in members)


def is_package(content: Content) -> bool:
    """Say whether the ZIP file in the item is a package by itself, whatever stands before it."""
    names = content.remembered(_names_in)
    return any(test(names) for test in (*_BYTECODE.values(), *_INSTALLERS.values()))


def packaged_bytecode(content: Content) -> Iterator[Answer]:
    """Name packages of programs for virtual machines; a directory too long to be read is a gap."""
    listing = content.remembered(zip_listing)
    if listing is None:
        return
    names = content.remembered(_names_in)
    told = [name for name, test in _BYTECODE.items() if test(names)]
    if "xpi" not in told and "manifest.json" in names and _is_unsigned_extension(content, listing):
        told.append("xpi")
    yield from (Named(name) for name in told)
    if not listing.whole and not told:
        yield Gap("too-large", f"a ZIP directory of more than {DIRECTORY_BYTES} bytes")


def packaged_installer(content: Content) -> Iterator[Answer]:
    """Name installers that are ZIP files."""
    names = content.remembered(_names_in)
    yield from (Named(name) for name, test in _INSTALLERS.items() if test(names))


def _is_unsigned_extension(content: Content, listing: Listing) -> bool:
    """Say whether ``manifest.json`` is that of a browser's extension: web pages have a file of that name as well."""
    manifests = [member for member in listing.members if member.name == b"manifest.json"]
    return any(_MANIFEST_VERSION.search(start_of(content, member, _MANIFEST_BYTES)) for member in manifests[:2])


FAMILIES = (
    Family("bytecode", tuple(_BYTECODE), packaged_bytecode),
    Family("installer", tuple(_INSTALLERS), packaged_installer),
)
