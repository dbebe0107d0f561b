"""What a program for Windows imports, and what it hides by importing little."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.heuristics.pe import Program
from gate.examine.heuristics.reasons import Seen

FEW = 12
"""Up to so many imported functions a program must find what else it calls by itself."""
HIDDEN_BYTES = 16_384
HIDDEN_ENTROPY = 7.2
"""Stored bytes of a section, and their entropy, from which they can hold another program."""
_ORDINALS = 5
_DEBUGGER_CHECKS = 3
_WIDE_OR_ANSI = re.compile(r"(?<=[a-z])[AW]$")

_ALLOCATE = {"VirtualAllocEx", "NtAllocateVirtualMemory", "NtMapViewOfSection", "VirtualProtectEx"}
_WRITE = {"WriteProcessMemory", "NtWriteVirtualMemory", "NtMapViewOfSection"}
_START = {
    "CreateRemoteThread",
    "CreateRemoteThreadEx",
    "NtCreateThreadEx",
    "RtlCreateUserThread",
    "QueueUserAPC",
    "NtQueueApcThread",
    "SetThreadContext",
    "NtSetContextThread",
}
_UNMAP = {"NtUnmapViewOfSection"}
_CONTEXT = {"SetThreadContext", "NtSetContextThread", "Wow64SetThreadContext"}
_CREATE = {"CreateProcess", "CreateProcessAsUser", "CreateProcessInternal", "NtCreateUserProcess"}
_HOOK_KEYS = {"SetWindowsHookEx"}
_READ_KEYS = {"GetAsyncKeyState", "GetRawInputData"}
_FOREGROUND = {"GetForegroundWindow", "GetWindowText"}
_SEND = {
    "InternetOpen", "InternetConnect", "HttpSendRequest", "WinHttpSendRequest", "WinHttpOpen", "URLDownloadToFile",
    "FtpPutFile", "WSAStartup", "connect", "send",
}  # fmt: skip  # one name a line would be a page
_LOOK_UP = {"GetProcAddress", "LdrGetProcedureAddress"}
_LOAD = {"LoadLibrary", "LoadLibraryEx", "LdrLoadDll"}
_DEBUGGER = {
    "CheckRemoteDebuggerPresent", "NtQueryInformationProcess", "NtSetInformationThread", "IsDebuggerPresent",
    "OutputDebugString", "DebugActiveProcess", "NtQuerySystemInformation",
}  # fmt: skip  # one name a line would be a page
_BY_NUMBER = frozenset({"ws2_32.dll", "wsock32.dll", "oleaut32.dll", "comctl32.dll", "shlwapi.dll"})
"""Libraries of Windows whose functions linkers import by number as a matter of course."""
_SYSTEM = frozenset(
    {"kernel32.dll", "kernelbase.dll", "ntdll.dll", "user32.dll", "advapi32.dll", "wininet.dll", "winhttp.dll"}
)
_PROCESS_BLOCK = re.compile(
    rb"\x64\xa1\x30\x00\x00\x00"
    rb"|\x64\x8b[\x05\x0d\x15\x1d\x25\x2d\x35\x3d]\x30\x00\x00\x00"
    rb"|\x65\x48\x8b\x04\x25\x60\x00\x00\x00"
    rb"|\x65\x48\x8b[\x0c\x14\x1c\x2c\x34\x3c]\x25\x60\x00\x00\x00",
    re.DOTALL,
)
"""Instructions that read the address of the process environment block: ``mov r, fs:[30h]`` and ``mov r, gs:[60h]``.

Through it a program finds loaded libraries without importing anything.
"""
_ROTATE = re.compile(rb"\xc1[\xc8-\xcf](?:\x0d|\x07)|\xc1[\xc0-\xc7](?:\x0d|\x07|\x05)", re.DOTALL)
"""Rotations by the distances that hashes of function names use (``ror r, 13`` and kin)."""


def import_signs(program: Program) -> Iterator[Seen]:
    """Yield what the imported functions, or the lack of them, give away."""
    names = {_plain(name) for functions in program.imports.values() for name in functions if name}
    yield from _combinations(names)
    count = sum(len(functions) for functions in program.imports.values())
    if not program.freestanding and not program.managed and any(program.executable_sections()):
        if count <= FEW:
            yield from _few(program, names, count)
        yield from _by_ordinal(program)


def _plain(name: str) -> str:
    """Return a function's name without what tells its variants apart: ``A`` and ``W``, ``Zw`` for ``Nt``."""
    if name.startswith("Zw"):
        name = "Nt" + name[2:]
    return _WIDE_OR_ANSI.sub("", name)


def _combinations(names: set[str]) -> Iterator[Seen]:
    if names & _ALLOCATE and names & _WRITE and names & _START:
        yield Seen("pe-imports-injection", _shown(names & (_ALLOCATE | _WRITE | _START)))
    if names & _CREATE and names & _UNMAP and names & _WRITE and names & _CONTEXT:
        yield Seen("pe-imports-hollowing", _shown(names & (_UNMAP | _WRITE | _CONTEXT)))
    if names & _HOOK_KEYS and names & _READ_KEYS and names & _FOREGROUND and names & _SEND:
        yield Seen("pe-imports-keylogging", _shown(names & (_HOOK_KEYS | _READ_KEYS | _SEND)))
    if len(names & _DEBUGGER) >= _DEBUGGER_CHECKS:
        yield Seen("pe-imports-debugger", _shown(names & _DEBUGGER))


def _shown(names: set[str]) -> str:
    return ",".join(sorted(names))


def _few(program: Program, names: set[str], count: int) -> Iterator[Seen]:
    if names & _LOOK_UP and names & _LOAD and (large := _hidden_data(program)):
        yield Seen("pe-imports-few", f"{count}:{large}")
    for section in program.executable_sections():
        code = program.stored(section)
        block = _PROCESS_BLOCK.search(code)
        if block and _ROTATE.search(code):
            yield Seen("pe-imports-hashed", f"{section.name}:{section.offset + block.start():#x}")
            return


def _hidden_data(program: Program) -> str:
    """Return the name of a section that is large and looks like random bytes; empty where there is none."""
    for section in program.sections:
        if section.stored >= HIDDEN_BYTES and program.entropies[section] >= HIDDEN_ENTROPY:
            return section.name or "?"
    return ""


def _by_ordinal(program: Program) -> Iterator[Seen]:
    for library, functions in program.imports.items():
        if library in _SYSTEM and len(functions) >= _ORDINALS and not any(functions):
            yield Seen("pe-imports-ordinal", f"{library}:{len(functions)}")
