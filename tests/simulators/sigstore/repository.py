"""A TUF repository (The Update Framework 1.0) that gives out trusted root and signing configuration of an instance."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Key, Metadata, MetaFile, Role, Root, Snapshot, TargetFile, Targets, Timestamp

from tests.simulators.sigstore.certificates import moment

_ROLES = ("root", "timestamp", "snapshot", "targets")


@dataclass
class Repository:
    """A repository of ``files`` in ``folder``; one key signs all roles.  Use it as a context manager."""

    folder: Path
    files: Mapping[str, bytes]
    signer: CryptoSigner = field(default_factory=CryptoSigner.generate_ed25519)
    url: str = ""

    def write(self, signer: CryptoSigner | None = None) -> None:
        """Write metadata and targets; ``signer`` signs in the place of the right one, which the root names."""
        expires = moment() + timedelta(days=30)
        key: Key = self.signer.public_key
        root = Root(expires=expires, consistent_snapshot=False, roles={name: Role([], 1) for name in _ROLES})
        for name in _ROLES:
            root.add_key(key, name)
        targets = Targets(
            expires=expires, targets={name: TargetFile.from_data(name, data) for name, data in self.files.items()}
        )
        snapshot = Snapshot(expires=expires, meta={"targets.json": MetaFile(1)})
        timestamp = Timestamp(expires=expires, snapshot_meta=MetaFile(1))
        (self.folder / "targets").mkdir(parents=True, exist_ok=True)
        for name, signed in (("targets", targets), ("snapshot", snapshot), ("timestamp", timestamp)):
            self._write(f"{name}.json", signed, signer or self.signer)
        self._write("root.json", root, self.signer)
        for name, data in self.files.items():
            (self.folder / "targets" / name).write_bytes(data)

    def _write(self, name: str, signed: Any, signer: CryptoSigner) -> None:
        metadata: Metadata[Any] = Metadata(signed)
        metadata.sign(signer)
        (self.folder / name).write_bytes(metadata.to_bytes())

    def embedded(self, name: str, _url: str) -> bytes:
        """Answer as the library's ``read_embedded`` does: with the root that came with the package, nothing else."""
        if name != "root.json":
            raise FileNotFoundError(name)
        return (self.folder / name).read_bytes()

    def __enter__(self) -> Self:
        self.write()
        handler = functools.partial(_Quiet, directory=str(self.folder))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as in the base class
        """Print nothing."""


def files_of(config: Mapping[str, Any]) -> dict[str, bytes]:
    """Return what a repository gives out for a trust configuration."""
    return {
        "trusted_root.json": json.dumps(config["trustedRoot"]).encode(),
        "signing_config.v0.2.json": json.dumps(config["signingConfig"]).encode(),
    }
