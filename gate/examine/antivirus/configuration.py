"""How the gate runs clamd, and how it sees in clamd's log that it was understood.

The settings are those under which every file that exceeds a limit, is encrypted or is broken was reported instead of
answered with OK.  clamd tells the limits that it has taken over only in its log.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from gate.errors import EngineFailure
from gate.paths import printable

Role: TypeAlias = Literal["scan", "macros", "others"]
"""``scan`` looks for malicious programs and reports what it could not see, and Office macros; ``macros`` reports the
latter only, ``others`` everything else.

Of several alerts about one file clamd names one, by chance (its list of them has no order), and a signature before
any alert: an alert about macros beside one about an encrypted member would hide it in about every second run.  Where
``scan`` says OK there is none at all; where it names something, the other two tell what may stand behind it.
"""

LARGEST_FILE = 2_147_483_645
"""The most bytes that libclamav looks at in one file, whatever is configured."""
LARGEST_SCAN = 2_097_152_000
"""Less than the largest file by more than 64 KiB, so that a member that is cut off is reported."""

SOCKET = "clamd.sock"
LOG = "clamd.log"
CONFIGURATION = "clamd.conf"
DATABASE = "database"
TEMPORARY = "temporary"
LOCAL_SETTINGS_NAME = "local.cfg"
LOCAL_SETTINGS = b"DOCUMENT:0xffffffef\n"
"""Every reading of documents but the one that leaves out the raw bytes of what looks like HTML."""

_COMMON = {
    "Foreground": "yes",
    "LocalSocket": SOCKET,  # relative to the folder it runs in: the absolute path may be too long for an address
    "LocalSocketMode": "600",
    "LogFileMaxSize": "0",
    "SelfCheck": "0",
    "ConcurrentDatabaseReload": "yes",
    "DisableCache": "yes",
    "ExitOnOOM": "yes",
    "AllowAllMatchScan": "no",
    "MaxFileSize": str(LARGEST_FILE),
    "MaxScanSize": "2000M",
    "StreamMaxLength": str(LARGEST_FILE),
    "MaxFiles": "200000",
    "MaxRecursion": "30",
    "MaxScanTime": "600000",
    "PCREMaxFileSize": "0",
    "MaxEmbeddedPE": str(LARGEST_FILE),
    "MaxHTMLNormalize": str(LARGEST_FILE),
    "MaxHTMLNoTags": str(LARGEST_FILE),
    "MaxScriptNormalize": str(LARGEST_FILE),
    "MaxZipTypeRcg": str(LARGEST_FILE),
    "MaxThreads": "4",
    "MaxQueue": "32",
    "ReadTimeout": "60",
    "CommandReadTimeout": "10",
}
_STRICT = dict.fromkeys(
    (
        "AlertExceedsMax",
        "AlertEncrypted",
        "AlertEncryptedArchive",
        "AlertEncryptedDoc",
        "AlertBrokenExecutables",
        "AlertBrokenMedia",
        "AlertPartitionIntersection",
    ),
    "yes",
)
_ALERTS: dict[Role, dict[str, str]] = {
    "scan": _STRICT | {"AlertOLE2Macros": "yes"},
    "macros": {"AlertOLE2Macros": "yes", "HeuristicAlerts": "no"},
    "others": _STRICT | {"AlertOLE2Macros": "no"},
}
_LOGGED_LIMITS = {
    "Global time limit": "600000 milliseconds",
    "Global size limit": f"{LARGEST_SCAN} bytes",
    "File size limit": f"{LARGEST_FILE} bytes",
    "Recursion level limit": "30",
    "Files limit": "200000",
    "MaxEmbeddedPE limit": f"{LARGEST_FILE} bytes",
    "MaxHTMLNormalize limit": f"{LARGEST_FILE} bytes",
    "MaxHTMLNoTags limit": f"{LARGEST_FILE} bytes",
    "MaxScriptNormalize limit": f"{LARGEST_FILE} bytes",
    "MaxZipTypeRcg limit": f"{LARGEST_FILE} bytes",
    "PCREMaxFileSize limit": str((1 << 63) - 1),
}
_LIMIT_LINE = re.compile(r"^Limits: (.+?) set to (.+?)\.?$", re.MULTILINE)
_LOADED_LINE = re.compile(r"^Loaded ([0-9]{1,12}) signatures\.$", re.MULTILINE)


def configuration(role: Role, folder: str) -> str:
    """Return the text of the configuration file of a clamd that runs in ``folder``."""
    settings = (
        _COMMON
        | _ALERTS[role]
        | {
            "LogFile": f"{folder}/{LOG}",
            "DatabaseDirectory": f"{folder}/{DATABASE}",
            "TemporaryDirectory": f"{folder}/{TEMPORARY}",
        }
    )
    return "".join(f"{key} {value}\n" for key, value in settings.items())


def check_limits(log: str) -> None:
    """Raise ``EngineFailure`` unless the log says that every limit is what was asked for."""
    found = dict(_LIMIT_LINE.findall(log))
    for limit, wanted in _LOGGED_LIMITS.items():
        if found.get(limit) != wanted:
            raise EngineFailure(
                "malware.limits-not-applied", limit=limit, wanted=wanted, found=printable(found.get(limit, "-"))
            )


def loaded_signatures(log: str) -> int:
    """Return how many signatures the log says were loaded; raises ``EngineFailure`` where it does not say once."""
    counts = _LOADED_LINE.findall(log)
    if len(counts) != 1:
        raise EngineFailure("malware.log-incomplete")
    return int(counts[0])
