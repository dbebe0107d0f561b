"""What an ELF file asks of the dynamic loader: interpreter, search path, libraries, symbols."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.heuristics.elf import EXECUTE, SHARED_KIND, Program, Tag
from gate.examine.heuristics.places import anyone_writes
from gate.examine.heuristics.reasons import Seen

_LOADER = re.compile(
    r"/(?:[^/]+/)*(?:"
    r"ld-linux[\w.-]*\.so\.\d+|ld-musl-[\w.-]+\.so\.1|ld64\.so\.\d|ld\.so\.1|ld\.so|ld-uClibc\.so\.\d|ld64-uClibc\.so\.\d"
    r"|ld-\d[\d.]*\.so|linker(?:64|_asan|_asan64)?|ld-elf(?:32)?\.so\.1|ld\.elf_so|runtime-ld\.so|ld-kfreebsd[\w.-]*\.so\.1"
    r")"
)
"""Loaders of Linux (glibc, musl, uClibc), Android, the BSDs, Solaris and Haiku, in any absolute folder."""
_ORIGIN = re.compile(r"\$(?:ORIGIN|LIB|PLATFORM|\{(?:ORIGIN|LIB|PLATFORM)\})(?:/|$)")
_HOOKED_NAMES = (
    "open open64 openat openat64 fopen fopen64 opendir fdopendir readdir readdir64 readdir_r readdir64_r stat stat64 "
    "lstat lstat64 fstatat __xstat __xstat64 __lxstat __lxstat64 statx access faccessat unlink unlinkat rename rmdir "
    "readlink execve execvp fexecve accept accept4 connect recvmsg sendmsg write pcap_loop pcap_next getpwnam getpwuid "
    "getspnam pam_authenticate pam_get_item crypt setuid kill ptrace"
)
"""Functions of the C library and of PAM that rootkits replace to hide files, processes and connections."""
_HOOKED = frozenset(_HOOKED_NAMES.split())
_HOOKS = 4
_NEXT_SYMBOL = "dlsym"
_MEDDLING_NAMES = (
    "mprotect dl_iterate_phdr dladdr ptrace process_vm_writev process_vm_readv RSA_public_decrypt memfd_create "
    "__libc_stack_end _dl_audit_preinit"
)
"""Functions by which a resolver can change what other libraries do; see the events around xz 5.6.0 (CVE-2024-3094)."""
_MEDDLING = frozenset(_MEDDLING_NAMES.split())
_MEDDLERS = 2
_C_LIBRARY = re.compile(
    r"(?:libc|libm|libpthread|librt|ld-linux[\w-]*|libdl|libmvec|libresolv|ld-musl[\w-]*)(?:\.so|-\d)"
)
_IFUNC = 10


def dynamic_signs(program: Program) -> Iterator[Seen]:
    """Yield what the interpreter, the dynamic section and the dynamic symbols give away."""
    if program.binary.has_interpreter:
        yield from _interpreter_signs(str(program.binary.interpreter))
    for tag in (Tag.RPATH, Tag.RUNPATH):
        for path in program.names(tag):
            yield from _search_signs(path)
    for name in program.names(Tag.NEEDED):
        if anyone_writes(name):
            yield Seen("elf-needed-writable", name)
        elif "/" in name and not _ORIGIN.match(name):
            yield Seen("elf-needed-path", name)
    yield from _audit_signs(program)
    if program.kind == SHARED_KIND and not program.binary.has_interpreter:
        yield from _symbol_signs(program)


def _interpreter_signs(path: str) -> Iterator[Seen]:
    if not path.startswith("/") or anyone_writes(path):
        yield Seen("elf-interpreter-writable", path)
    elif not _LOADER.fullmatch(path):
        yield Seen("elf-interpreter-unknown", path)


def _search_signs(path: str) -> Iterator[Seen]:
    for folder in path.split(":"):
        if anyone_writes(folder):
            yield Seen("elf-search-path-writable", folder)
        elif not folder.startswith("/") and not _ORIGIN.match(folder):
            yield Seen("elf-search-path-relative", folder or "(empty)")


def _audit_signs(program: Program) -> Iterator[Seen]:
    for tag in (Tag.AUDIT, Tag.DEPAUDIT):
        if tag in program.dynamic:
            yield Seen("elf-audit-library", tag.name)


def _symbol_signs(program: Program) -> Iterator[Seen]:
    symbols = list(program.binary.dynamic_symbols)
    exported = {str(symbol.name) for symbol in symbols if symbol.value and symbol.shndx}
    imported = {str(symbol.name) for symbol in symbols if not symbol.shndx}
    own_name = next(iter(program.names(Tag.SONAME)), "")
    if _C_LIBRARY.match(own_name):
        return
    hooked = exported & _HOOKED
    if len(hooked) >= _HOOKS and _NEXT_SYMBOL in imported:
        yield Seen("elf-hooks-library-calls", ",".join(sorted(hooked)))
    resolvers = {symbol.value: str(symbol.name) for symbol in symbols if int(symbol.type) == _IFUNC and symbol.shndx}
    for address, name in resolvers.items():
        if not _is_code(program, address):
            yield Seen("elf-ifunc-outside", f"{name}:{address:#x}")
    meddling = imported & _MEDDLING
    if resolvers and len(meddling) >= _MEDDLERS:
        yield Seen("elf-ifunc-hooks", ",".join(sorted(meddling)))


def _is_code(program: Program, address: int) -> bool:
    if any(section.executable for section in program.sections):
        return program.executable_section(address) is not None
    return any(segment.covers(address) for segment in program.loads(EXECUTE))
