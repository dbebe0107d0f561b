"""The inside of an examination worker: hosts the examiners that read hostile bytes in our own process.

Requests are ``{"op": "start" | "finish", "examiner": name}`` and ``{"op": "examine", "examiner": name, "item": …}``
with one descriptor.  Frames are plain values (see :func:`frame_of`); the asking side checks them.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gate.errors import EngineFailure
from gate.examine.interface import Examiner, Observation, View
from gate.examine.secrets.scrub import scrub, scrubbed
from gate.models import Derived, EngineInfo, Gap

Frame = dict[str, Any]
Handler = Callable[[Mapping[str, Any], list[int]], Iterator[Frame]]


def serve(options: Mapping[str, Any]) -> Handler:
    """Return the handler for the examiners in ``options["examiners"]``: dicts of ``name``, ``factory``, ``options``.

    ``factory`` is ``module:Class``; the class is called with the options as keyword arguments.
    """
    hosted: dict[str, Examiner] = {}
    started: dict[str, EngineInfo | EngineFailure] = {}
    for description in options["examiners"]:
        module, _, name = description["factory"].partition(":")
        examiner: Examiner = getattr(importlib.import_module(module), name)(**description["options"])
        hosted[description["name"]] = examiner
        started[description["name"]] = _outcome(examiner.start)

    def handle(request: Mapping[str, Any], descriptors: list[int]) -> Iterator[Frame]:
        examiner = hosted[request["examiner"]]
        match request["op"]:
            case "start":
                yield outcome_frame(started[request["examiner"]])
            case "finish":
                yield outcome_frame(_outcome(examiner.finish))
            case "examine":
                for observation in examiner.examine(_view(request["item"], descriptors[0], examiner)):
                    yield frame_of(observation)

    return handle


def _outcome(step: Callable[[], EngineInfo]) -> EngineInfo | EngineFailure:
    try:
        return step()
    except EngineFailure as failure:
        return failure


def outcome_frame(outcome: EngineInfo | EngineFailure) -> Frame:
    """Return the frame that says how an engine's start or finish went."""
    if isinstance(outcome, EngineFailure):
        return {"failure": {"code": outcome.code, "arguments": outcome.arguments}}
    return {"engine": dataclasses.asdict(outcome)}


def frame_of(observation: Observation) -> Frame:
    """Return the frame of a fact, gap or derived item; no text in it holds a secret that is known as one."""
    if isinstance(observation, Derived):
        return {"derived": [observation.name, observation.data]}
    if isinstance(observation, Gap):
        return {"gap": [observation.reason, scrub(observation.detail)]}
    return {"fact": scrubbed(dataclasses.asdict(observation))}


def _view(item: Mapping[str, Any], descriptor: int, examiner: Examiner) -> View:
    return View(
        descriptor,
        item["size"],
        item["sha256"],
        name=item["name"],
        mode=item["mode"],
        labels=tuple(item["labels"]),
        depends_on=examiner.depends_on,
    )
