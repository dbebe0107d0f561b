"""Release a website and an application with the gate, verify the release, tamper with it, and see it refused.

``python examples/demo.py FOLDER`` builds everything in FOLDER (made anew) with a throw-away OpenPGP key, and ends
with exit code 0 only if each step answered as it must.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
GATE = [sys.executable, "-m", "gate"]


def say(title: str) -> None:
    """Print the heading of a step."""
    print(f"\n\033[1m== {title}\033[0m" if sys.stdout.isatty() else f"\n== {title}", flush=True)


def run(command: list[str], folder: Path, *, expect: int) -> None:
    """Show and run a command; end the demonstration where it answers otherwise than it must."""
    shown = ["gate", *command[len(GATE) :]] if command[: len(GATE)] == GATE else command
    print("$ " + " ".join(shown), flush=True)
    status = subprocess.run(command, cwd=folder, check=False).returncode
    if status != expect:
        sys.exit(f"\nThis command ended with exit code {status}; {expect} was expected.")


def build_wheel(folder: Path) -> None:
    """Build the application as a wheel, with its C extension compiled here."""
    source = folder / "build"
    shutil.copytree(HERE / "application", source)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(folder),
        str(source),
    ]
    subprocess.run(command, check=True)
    shutil.rmtree(source)


def make_key(home: Path) -> str:
    """Make a throw-away signing key without passphrase and return its fingerprint."""
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet"]
    subprocess.run(
        [
            *gpg,
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "",
            "--quick-generate-key",
            "Demonstration <demo@example.invalid>",
            "ed25519",
            "sign",
            "1d",
        ],
        check=True,
    )
    listing = subprocess.run([*gpg, "--with-colons", "--list-keys"], check=True, capture_output=True, text=True).stdout
    return next(line.split(":")[9] for line in listing.splitlines() if line.startswith("fpr:"))


def flip_one_byte(file: Path) -> None:
    """Change one byte in the middle of a file."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def prepare(folder: Path, home: Path) -> str:
    """Build both examples, the key, the policy and the recipient's trust file in ``folder``."""
    shutil.copytree(HERE / "website", folder / "website")
    build_wheel(folder)
    fingerprint = make_key(home)
    policy = (HERE / "gate.toml").read_text().replace("@FINGERPRINT@", fingerprint).replace("@HOME@", str(home))
    (folder / "gate.toml").write_text(policy)
    recipient = folder / "recipient"
    recipient.mkdir()
    export = subprocess.run(
        ["gpg", "--homedir", str(home), "--batch", "--armor", "--export", fingerprint], check=True, capture_output=True
    )
    (recipient / "supplier.asc").write_bytes(export.stdout)
    (recipient / "trust.toml").write_text(
        f'require = "any"\n\n[[openpgp]]\nfingerprint = "{fingerprint}"\nkey = "supplier.asc"\n'
    )
    return fingerprint


def demonstrate(folder: Path, home: Path) -> None:
    """Run the four steps."""
    say("1. Two deliverables: a website, and an application whose wheel holds a compiled extension")
    prepare(folder, home)
    wheel = next(folder.glob("*.whl")).name
    say("2. Release: examine every file, judge by gate.toml, sign what is approved")
    run([*GATE, "release", "--out", "release", "website", wheel], folder, expect=0)
    print("""
Of the malware clause: the official ClamAV database is on no package registry, so this demonstration scans with the
signatures that come with the gate. Clause 26-3 3(1)① therefore stays "not confirmed", and the demonstration's policy
does not require it. For a delivery fetch the official database with `gate db update`, set database = "official" and
require the clause.""")
    say("3. Verify, as the recipient: only the release folder and the recipient's own trust file")
    run([*GATE, "verify", "--trust", "recipient/trust.toml", "release"], folder, expect=0)
    say("4. One byte flipped in a delivered page: verify refuses")
    flip_one_byte(folder / "release" / "payload" / "website" / "index.html")
    run([*GATE, "verify", "--trust", "recipient/trust.toml", "release"], folder, expect=1)
    say(f"Done: a verified release and a refused tampered one. Everything is in {folder}")


def main() -> None:
    """Make the folder anew, run, and remove the key."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo").resolve()
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    # GnuPG's sockets need a short path.
    with tempfile.TemporaryDirectory(prefix="gate-demo-") as home:
        try:
            demonstrate(folder, Path(home))
        finally:
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)


if __name__ == "__main__":
    main()
