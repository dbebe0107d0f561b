"""What goes from the job that examines to the job that signs, and the signing itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from annotations import tell_of_no_answer
from gate_process import gate_environment, run_gate
from runner import Refused, commands_off, set_outputs

_HOME_PREFIX = "release-gate-key-"
_KEY = "GATE_OPENPGP_KEY"
_SECONDS = 60
_LONGEST_HOME = 80
"""Characters of a GnuPG home: it puts sockets into it, whose paths may have 107 bytes (Linux, unix(7))."""


def pack(environment: Mapping[str, str]) -> int:
    """Put the release folder into one file: artifacts of a run keep neither modes nor links."""
    folder = Path(environment["GATE_RELEASE"])
    archive = Path(tempfile.mkdtemp(prefix="release-gate-", dir=environment["RUNNER_TEMP"])) / "release.tar"
    with tarfile.open(archive, "x", format=tarfile.PAX_FORMAT) as stream:
        # Not by the library's own way down: folders may be deeper than it can go.
        pending = [(folder, "release")]
        while pending:
            path, name = pending.pop()
            stream.add(path, name, recursive=False, filter=_of_nobody)
            stream.inodes.clear()  # every file by its own bytes
            if path.is_dir() and not path.is_symlink():
                pending += [(each, f"{name}/{each.name}") for each in sorted(path.iterdir(), reverse=True)]
    set_outputs({"archive": str(archive)}, environment)
    return 0


def _of_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def unpack(archive: Path, environment: Mapping[str, str]) -> Path:
    """Take the release folder out of the file that the other job made; ``tar`` writes nothing outside of a new folder.

    From its standard input it takes no compressed file, for which it would start other programs.  Raises
    :class:`Refused` for anything but one folder.
    """
    target = Path(tempfile.mkdtemp(prefix="release-gate-", dir=environment["RUNNER_TEMP"]))
    command = ["tar", "--extract", "--no-same-owner", "--no-same-permissions", "--directory", target, "--file", "-"]
    own = {"PATH": environment.get("PATH", os.defpath)}  # it reads what strangers may have made: it gets no secrets
    with archive.open("rb") as stream:
        status = subprocess.run(command, check=False, stdin=stream, env=own).returncode
    found = list(target.iterdir())
    if status or len(found) != 1 or not _is_plain_folder(found[0]):
        raise Refused(f"The input release is {str(archive)!r}, which is not a release folder in one file.")
    return found[0]


def _is_plain_folder(path: Path) -> bool:
    """Say whether this is a folder, and its name can be handed on: one that is not UTF-8 is not printable either."""
    return path.name.isprintable() and path.is_dir() and not path.is_symlink()


def sign(environment: Mapping[str, str]) -> int:
    """Sign what another job has examined; return the gate's exit code."""
    given, digest = Path(environment.get("GATE_RELEASE") or "/nonexistent"), environment.get("GATE_RECORD_SHA256", "")
    if not digest:
        raise Refused("The input record-sha256 is empty: give the output of the job that examined the release.")
    if not given.exists():
        raise Refused(f"The input release is {str(given)!r}, which is not there.")
    keys = environment.get("GATE_SIGNING_CONFIG", "")
    if keys and not Path(keys).is_file():
        raise Refused(f"The input signing-config names {keys!r}, which is no file of the work tree.")
    with commands_off():
        folder = given if given.is_dir() else unpack(given, environment)
        command = ["--lang", environment.get("GATE_LANGUAGE") or "en", "--no-progress", "sign"]
        command += ["--config", environment.get("GATE_CONFIG") or "gate.toml", "--record-sha256", digest]
        command += ["--signing-config", keys] if keys else []
        for backend in environment.get("GATE_SIGN", "").split():
            command += ["--sign", backend]
        with key_home(environment) as own:
            status = run_gate([*command, "--", folder], own)
    if status == 0:
        set_outputs({"release": str(folder)}, environment)
    else:
        tell_of_no_answer("not-signed", status, environment)
    return status


# --- the OpenPGP key ------------------------------------------------------------------------------------------------


@contextmanager
def key_home(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Give the environment of ``gate sign``, with a GnuPG home that holds the key of the input alone.

    The home and what serves it are gone afterwards; where this is killed before, :func:`forget` removes them.  Raises
    :class:`Refused` for what is no key.
    """
    own = gate_environment(environment, signs=True)
    key = own.pop(_KEY, "")
    if not key.strip():
        yield own
        return
    files = (environment.get("GATE_CONFIG") or "gate.toml", environment.get("GATE_SIGNING_CONFIG"))
    if any(_names_a_home(Path(file)) for file in files if file):
        raise Refused(
            "The input openpgp-key brings a key, and the policy's [signing.openpgp] home another: leave one out."
        )
    home = tempfile.mkdtemp(prefix=_HOME_PREFIX, dir=environment["RUNNER_TEMP"])
    try:
        if len(home) > _LONGEST_HOME:
            raise Refused(f"The folder of the runner is too deep for GnuPG ({home}): install the runner higher up.")
        if _import(key, home, environment):
            raise Refused("The input openpgp-key is no secret key as gpg --armor --export-secret-keys writes it.")
        yield {**own, "GNUPGHOME": home}
    finally:
        _remove_home(Path(home))


def _import(key: str, home: str, environment: Mapping[str, str]) -> int:
    try:
        return subprocess.run(
            ["gpg", "--homedir", home, "--batch", "--quiet", "--import"],  # noqa: S607  # as the runner has it
            input=key.encode(), check=False, env=gate_environment(_without_key(environment), signs=False),
            timeout=_SECONDS, capture_output=True,
        ).returncode  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(f"The key of the input openpgp-key could not be imported: gpg {type(error).__name__}") from error


def _names_a_home(policy: Path) -> bool:
    """Say whether the policy takes keys from a home of its own; what is no policy at all is for the gate to say."""
    try:
        return "home" in tomllib.loads(policy.read_text(encoding="utf-8"))["signing"]["openpgp"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _without_key(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name != _KEY}


def _remove_home(home: Path) -> None:
    with suppress(OSError, subprocess.TimeoutExpired):  # without its folder an agent ends by itself
        subprocess.run(
            ["gpgconf", "--homedir", home, "--kill", "all"],  # noqa: S607  # as above
            check=False, capture_output=True, timeout=_SECONDS,
        )  # fmt: skip
    shutil.rmtree(home, ignore_errors=True)
    if home.exists():
        raise Refused(f"The folder with the signing key could not be removed: {home}")


def forget(environment: Mapping[str, str]) -> int:
    """Remove every home with a key that a run has left behind because it was killed."""
    for home in sorted(Path(environment["RUNNER_TEMP"]).glob(f"{_HOME_PREFIX}*")):
        _remove_home(home)
    return 0
