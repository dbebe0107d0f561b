"""Rekor, the transparency log: version 1 with its signed promises, version 2 (tiles) with checkpoints alone."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import rfc8785
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from tests.simulators.sigstore.certificates import SigningKey, new_key, public_der, sign
from tests.simulators.sigstore.faults import Fault
from tests.simulators.sigstore.merkle import Inclusion, Log


@dataclass
class Rekor:
    """Both logs under one host ``name``."""

    name: str
    first: Log = field(init=False)
    second: Log = field(init=False)
    _foreign: SigningKey = field(default_factory=new_key)

    def __post_init__(self) -> None:
        self.first = _first_log(self.name)
        self.second = _second_log(self.name)

    def __len__(self) -> int:
        """Return how many entries both logs hold."""
        return len(self.first) + len(self.second)

    def add_v1(self, proposed: dict[str, Any], fault: Fault | None) -> dict[str, Any]:
        """Answer ``POST /api/v1/log/entries``."""
        entry = _logged_dsse(proposed) if proposed["kind"] == "dsse" else proposed
        if fault == "wrong-body":
            entry = _other_body(entry)
        log = self._log(self.first, fault)
        body = rfc8785.dumps(entry)
        inclusion = _spoilt(log.append(body), fault)
        promised: dict[str, Any] = {
            "body": _text(body),
            "integratedTime": int(time.time()),
            "logID": self.first.identifier.hex(),
            "logIndex": inclusion.index,
        }
        promise = sign(self._foreign if fault == "wrong-set" else log.key, rfc8785.dumps(promised))
        proof = {
            "logIndex": inclusion.index,
            "treeSize": inclusion.size,
            "rootHash": inclusion.root.hex(),
            "hashes": [each.hex() for each in inclusion.path],
            "checkpoint": inclusion.checkpoint,
        }
        verification = {"signedEntryTimestamp": _text(promise), "inclusionProof": proof}
        return {secrets.token_hex(32): {**promised, "verification": verification}}

    def add_v2(self, request: Mapping[str, Any], fault: Fault | None) -> dict[str, Any]:
        """Answer ``POST /api/v2/log/entries``."""
        asked = request["hashedRekordRequestV002"]
        data = {"algorithm": "SHA2_256", "digest": asked["digest"]}
        if fault == "wrong-body":
            data["digest"] = _text(hashlib.sha256(b"another").digest())
        entry: dict[str, Any] = {
            "apiVersion": "0.0.2",
            "kind": "hashedrekord",
            "spec": {"hashedRekordV002": {"data": data, "signature": asked["signature"]}},
        }
        body = rfc8785.dumps(entry)
        inclusion = _spoilt(self._log(self.second, fault).append(body), fault)
        return {
            "logIndex": str(inclusion.index),
            "logId": {"keyId": _text(self.second.identifier)},
            "kindVersion": {"kind": "hashedrekord", "version": "0.0.2"},
            "integratedTime": "0",
            "canonicalizedBody": _text(body),
            "inclusionProof": {
                "logIndex": str(inclusion.index),
                "treeSize": str(inclusion.size),
                "rootHash": _text(inclusion.root),
                "hashes": [_text(each) for each in inclusion.path],
                "checkpoint": {"envelope": inclusion.checkpoint},
            },
        }

    def _log(self, log: Log, fault: Fault | None) -> Log:
        """Return the log, or one that says it is this log and signs with another key."""
        return Log(self._foreign, log.name, log.identifier) if fault == "foreign-log" else log


def _first_log(name: str) -> Log:
    key = new_key()
    return Log(key, name, hashlib.sha256(public_der(key)).digest())


def _second_log(name: str) -> Log:
    """Its identifier is that of a note's key: SHA-256 of name, line end, kind 1 and the key (C2SP signed-note)."""
    key = ed25519.Ed25519PrivateKey.generate()
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return Log(key, name, hashlib.sha256(name.encode() + b"\n\x01" + raw).digest())


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _hash(data: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}


def _logged_dsse(proposed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the log keeps of an envelope: digests and signatures, not the payload."""
    content = proposed["spec"]["proposedContent"]
    envelope = json.loads(content["envelope"])
    spec = {
        "envelopeHash": _hash(content["envelope"].encode()),
        "payloadHash": _hash(base64.b64decode(envelope["payload"])),
        "signatures": [
            {"signature": each["sig"], "verifier": content["verifiers"][0]} for each in envelope["signatures"]
        ],
    }
    return {"apiVersion": "0.0.1", "kind": "dsse", "spec": spec}


def _other_body(entry: Mapping[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps(entry))
    if changed["kind"] == "dsse":
        changed["spec"]["payloadHash"] = _hash(b"another")
    else:
        changed["spec"]["data"]["hash"] = _hash(b"another")
    return changed


def _spoilt(inclusion: Inclusion, fault: Fault | None) -> Inclusion:
    if fault != "wrong-proof":
        return inclusion
    return replace(inclusion, root=hashlib.sha256(inclusion.root).digest())
