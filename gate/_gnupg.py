"""GnuPG as the gate runs it to check signatures: inside a confined process, one throw-away home for each pinned key.

GnuPG's status lines are read here rather than through python-gnupg: that library mixes them with other output, splits
lines at U+0085 (a byte that any user id or notation may hold, so that a signature could add status lines of its own),
and needs the signed bytes in memory.  What it would be asked for is demanded all the same (see ``_judge``).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from gate._armor import form_of, is_sound_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_BUFFER = 1 << 20
_MAX_STATUS = 1 << 16
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "TEMP", "TMP")
_Status: TypeAlias = list[list[str]]


def serve(options: Mapping[str, Any]) -> Callable[[Mapping[str, Any], Sequence[int]], Iterator[dict[str, Any]]]:
    """Return the handler of a checker; ``options``: folder, path of gpg, keys, and the time to judge at."""
    checker = _InProcess(
        Path(options["folder"]),
        options["gpg"],
        [(fingerprint, data) for fingerprint, data in options["keys"]],
        options["now"],
    )

    def handle(request: Mapping[str, Any], descriptors: Sequence[int]) -> Iterator[dict[str, Any]]:
        if not descriptors:
            yield {"faults": checker.key_faults()}
        else:
            yield checker.check(descriptors[0], request["signature"])

    return handle


class _InProcess:
    """Runs GnuPG in homes below ``folder``, one for each pinned key."""

    def __init__(self, folder: Path, gpg: str, keys: Sequence[tuple[str, bytes]], now: int | None) -> None:
        self._folder = folder
        self._gpg = gpg
        self._keys = keys
        self._clock = [] if now is None else ["--faked-system-time", f"{now}!"]
        self._count = 0
        self._weak: dict[int, frozenset[str]] = {}

    def key_faults(self) -> list[str]:
        """Import each key into a home of its own and return its fault, or an empty text where it has none."""
        return [self._import(number, *key) for number, key in enumerate(self._keys)]

    def _home(self, number: int) -> Path:
        return self._folder / str(number)

    def _import(self, number: int, fingerprint: str, data: bytes) -> str:
        self._home(number).mkdir(mode=0o700)
        keyfile = self._folder / f"{number}.key"
        keyfile.write_bytes(data)
        with keyfile.open("rb") as source:
            _, lines = self._run(number, ["--import"], source.fileno())
        status = _status_words(lines)
        imported = {fields[1] for keyword, *fields in status if keyword == "IMPORT_OK" and len(fields) > 1}
        secrets = [fields for keyword, *fields in status if keyword == "IMPORT_RES" and fields[9:10] != ["0"]]
        if secrets:
            return "secret-key"
        if not imported:
            return "no-key"
        if fingerprint not in imported:
            return "other-key"
        if len(imported) > 1:
            return "several-keys"
        code, lines = self._run(
            number, ["--with-colons", "--with-subkey-fingerprint", "--list-keys"], subprocess.DEVNULL
        )
        self._weak[number] = _weak_keys(lines)
        # Nor is one where there is more of it than can be read: then nothing is known of its length.
        return "" if code == 0 and any(line.startswith(b"pub:") for line in lines) else "no-key"

    def check(self, descriptor: int, signature: bytes) -> dict[str, Any]:
        """Check a signature by each pinned key until one knows it."""
        form = form_of(signature)
        self._count += 1
        path = self._folder / f"{self._count}.sig"
        path.write_bytes(signature)
        answer: dict[str, Any] = {"outcome": "unknown-key" if form == "good" else form, "signer": "", "created": 0}
        for number, (fingerprint, _) in enumerate(self._keys if form == "good" else ()):
            (code, status), sha256, size = self._verify(number, path, descriptor)
            answer = {**_judge(code, status, fingerprint, self._weak[number]), "sha256": sha256, "size": size}
            if answer["outcome"] != "unknown-key":
                break
        path.unlink()
        return {"sha256": "", "size": 0, **answer}

    def _verify(self, number: int, signature: Path, descriptor: int) -> tuple[tuple[int, _Status], str, int]:
        os.lseek(descriptor, 0, os.SEEK_SET)
        digest, size = hashlib.sha256(), 0
        with self._start(number, [*self._clock, "--verify", str(signature), "-"], subprocess.PIPE) as (process, output):
            listening = True
            while chunk := os.read(descriptor, _BUFFER):
                digest.update(chunk)
                size += len(chunk)
                listening = listening and _feed(process.stdin, chunk)
            _feed(process.stdin, None)
            code = process.wait()
            return (code, _status_words(_lines(output))), digest.hexdigest(), size

    def _run(self, number: int, arguments: Sequence[str], stdin: int) -> tuple[int, list[bytes]]:
        with self._start(number, arguments, stdin) as (process, output):
            return process.wait(), _lines(output)

    @contextlib.contextmanager
    def _start(
        self, number: int, arguments: Sequence[str], stdin: int
    ) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
        """Start GnuPG; its status goes to a file, so that no amount of it can block GnuPG or the one who feeds it."""
        output = self._folder / "status"
        command = [
            self._gpg, "--batch", "--no-tty", "--no-options", "--no-autostart", "--disable-dirmngr",
            "--no-auto-key-retrieve", "--no-auto-key-locate", "--no-permission-warning", "--trust-model", "always",
            "--homedir", str(self._home(number)), "--status-fd", "1", *arguments,
        ]  # fmt: skip  # one option a line would hide them
        environ = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        with (
            output.open("wb") as status,
            subprocess.Popen(command, stdin=stdin, stdout=status, stderr=subprocess.DEVNULL, env=environ) as running,
        ):
            yield running, output


def _feed(stream: Any, chunk: bytes | None) -> bool:  # noqa: ANN401  # the pipe, which Popen declares as optional
    """Write to GnuPG, or close its input for None; False where it has stopped listening.

    It does that when it cannot use the signature; what it says then decides.
    """
    try:
        if chunk is None:
            stream.close()
        else:
            stream.write(chunk)
            stream.flush()
    except OSError:
        return False
    return True


def _lines(output: Path) -> list[bytes]:
    """Return the lines that GnuPG wrote; nothing where there is more than GnuPG would say."""
    with output.open("rb") as stream:
        raw = stream.read(_MAX_STATUS + 1)
    return [] if len(raw) > _MAX_STATUS else raw.replace(b"\r\n", b"\n").split(b"\n")


def _status_words(lines: Sequence[bytes]) -> _Status:
    """Return GnuPG's status lines as lists of words."""
    return [
        line.removeprefix(b"[GNUPG:] ").decode("ascii", "replace").split(" ")
        for line in lines
        if line.startswith(b"[GNUPG:] ")
    ]


def _weak_keys(lines: Sequence[bytes]) -> frozenset[str]:
    """Return the fingerprints of primary key and subkeys that are too short, from a listing (GnuPG, doc/DETAILS)."""
    weak: set[str] = set()
    sound = True
    for kind, *fields in (line.decode("ascii", "replace").split(":") for line in lines):
        if kind in {"pub", "sub"}:
            sound = is_sound_key(int(fields[2]), int(fields[1]))
        elif kind == "fpr" and not sound:
            weak.add(fields[8])
    return frozenset(weak)


_REFUSALS: tuple[tuple[str, str], ...] = (
    ("BADSIG", "bad"),
    ("REVKEYSIG", "key-revoked"),
    ("EXPKEYSIG", "key-expired"),
    ("EXPSIG", "signature-expired"),
    ("NO_PUBKEY", "unknown-key"),
    ("ERRSIG", "unusable"),
    ("NODATA", "unusable"),
)


def _judge(code: int, status: _Status, pinned: str, weak: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the outcome for what GnuPG said of one signature by the only key in its home.

    Demanded: exit status 0; exactly one signature, good and valid; no word of an expired or revoked key (GnuPG exits
    with 0 then and says VALIDSIG all the same); the pinned primary key; a signature over a binary document; neither the
    key that signed nor the primary one, which vouches for it, among the ``weak``.
    """
    nothing = {"signer": "", "created": 0}
    keywords = [words[0] for words in status]
    # A home that cannot be read looks like an unknown key; a signal or another exit status is GnuPG's own failure.
    if code not in {0, 1, 2} or ["ERROR", "add_keyblock_resource"] in [words[:2] for words in status]:
        return {"outcome": "failed", **nothing}
    for keyword, outcome in _REFUSALS:
        if keyword in keywords:
            return {"outcome": outcome, **nothing}
    if code == 0 and "NEWSIG" not in keywords:
        return {"outcome": "failed", **nothing}
    valid = [words for words in status if words[0] == "VALIDSIG"]
    single = all(keywords.count(keyword) == 1 for keyword in ("NEWSIG", "GOODSIG", "VALIDSIG"))
    # VALIDSIG: fingerprint, date, time, expiry, version, reserved, key and hash algorithm, class, primary fingerprint
    if code != 0 or not single or len(valid[0]) < 11 or valid[0][9] != "00" or valid[0][10] != pinned:  # noqa: PLR2004
        return {"outcome": "unusable", **nothing}
    if not weak.isdisjoint({valid[0][1], pinned}):
        return {"outcome": "key-weak", **nothing}
    return {"outcome": "valid", "signer": valid[0][10], "created": int(valid[0][3])}
