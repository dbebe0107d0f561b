"""Examiners that run in confined workers: the asking side.

A :class:`Host` is one pool of workers in which several examiners live; :class:`IsolatedExaminer` is the examiner that
the runner sees.  What comes back from a worker is checked value by value: a worker that hostile bytes have taken
over can lie about the item in hand, and about those that the same worker is given later, but speak for no other.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gate.errors import EngineFailure, IsolationError, WorkerDied
from gate.examine.interface import Observation, View
from gate.isolation import Confinement, WorkerPool
from gate.models import Aspect, Derived, EngineInfo, Gap, Item, WorkerFact

MAX_OBSERVATIONS = 50_000
"""Most facts that one examiner may report of one item; beyond that there is a gap ``too-many``."""
_BYTES_PER_SECOND = 2_000_000
_FACT: TypeAdapter[WorkerFact] = TypeAdapter(WorkerFact)
_GAP: TypeAdapter[Gap] = TypeAdapter(Gap)
_ENGINE: TypeAdapter[EngineInfo] = TypeAdapter(EngineInfo)


@dataclass(frozen=True, slots=True)
class Hosted:
    """One examiner that lives in the workers.

    ``factory`` is ``module:Class``, made with ``options``; ``applies`` must be a function of the item alone.
    """

    name: str
    factory: str
    options: Mapping[str, Any]
    depends_on: frozenset[Aspect]
    applies: Callable[[Item], bool]


class Host:
    """The workers in which examiners live.  Close it after the last of them."""

    def __init__(self, examiners: Sequence[Hosted], *, workers: int, item_seconds: float) -> None:
        options = {
            "examiners": [
                {"name": each.name, "factory": each.factory, "options": dict(each.options)} for each in examiners
            ]
        }
        self._item_seconds = item_seconds
        self._warmed = False
        self._pool = WorkerPool(
            workers,
            "gate.examine.worker:serve",
            options,
            confinement=Confinement(memory_bytes=6 << 30, cpu_seconds=None, file_bytes=64 << 20),
            preload=[each.factory.partition(":")[0] for each in examiners],
        )

    def warm(self) -> None:
        """Let a worker come up without waiting for it; what goes wrong is told when an examiner starts."""
        if not self._warmed:
            self._warmed = True
            with contextlib.suppress(IsolationError):
                self._pool.warm()

    def prove(self, name: str, operation: str) -> EngineInfo:
        """Let the examiner ``name`` start or finish in the workers that are up, and return the engine's state."""
        answers = self._pool.everywhere({"op": operation, "examiner": name}, seconds=120)
        return [_engine_of(name, frames) for frames in answers][-1]

    def examine(self, hosted: Hosted, view: View) -> Iterator[object]:
        """Yield the frames of one examination; of name and mode only what the examiner depends on is sent."""
        item = {
            "size": view.size,
            "sha256": view.sha256,
            "labels": list(view.labels),
            "name": view.name if "name" in hosted.depends_on else None,
            "mode": view.mode if "mode" in hosted.depends_on else None,
        }
        seconds = self._item_seconds + view.size / _BYTES_PER_SECOND
        return self._pool.request(
            {"op": "examine", "examiner": hosted.name, "item": item}, [view.descriptor()], seconds=seconds
        )

    def close(self) -> None:
        """Kill the workers."""
        self._pool.close()


def _engine_of(name: str, frames: Sequence[object]) -> EngineInfo:
    match frames:
        case [{"engine": dict(engine)}]:
            try:
                return _ENGINE.validate_python(engine)
            except ValidationError as error:
                raise _garbage(name) from error
        case [{"failure": {"code": str(code), "arguments": dict(arguments)}}]:
            raise EngineFailure(code, **arguments)
        case _:
            raise _garbage(name)


def _garbage(name: str) -> WorkerDied:
    return WorkerDied("isolation.worker-died", target=name, how="malformed answer")


class IsolatedExaminer:
    """An examiner whose work is done in the confined workers of a host."""

    def __init__(self, host: Host, hosted: Hosted) -> None:
        self._host = host
        self._hosted = hosted

    @property
    def name(self) -> str:
        """The examiner's name."""
        return self._hosted.name

    @property
    def depends_on(self) -> frozenset[Aspect]:
        """The aspects that the result depends on."""
        return self._hosted.depends_on

    def applies(self, item: Item) -> bool:
        """Say whether the examiner has anything to say of such an item."""
        return self._hosted.applies(item)

    def warm(self) -> None:
        """Let the worker come up in which the engine starts."""
        self._host.warm()

    def start(self) -> EngineInfo:
        """Start the engine in a worker; raises ``EngineFailure`` where it does not prove itself there."""
        return self._prove("start")

    def finish(self) -> EngineInfo:
        """Let the engine prove itself once more in every worker that is up."""
        return self._prove("finish")

    def _prove(self, operation: str) -> EngineInfo:
        try:
            return self._host.prove(self.name, operation)
        except IsolationError as error:
            raise EngineFailure("isolation.engine-worker", engine=self.name, cause=str(error)) from error

    def examine(self, view: View) -> Iterator[Observation]:
        """Yield the worker's observations.

        Raises ``WorkerTimeout``, ``WorkerDied`` or ``WorkerFailed`` where the worker does not come to an end.
        """
        for count, frame in enumerate(self._host.examine(self._hosted, view)):
            if count >= MAX_OBSERVATIONS:
                yield Gap("too-many", f"more than {MAX_OBSERVATIONS} observations")
                return
            yield _observation(self.name, frame)

    def close(self) -> None:
        """Close the host; it serves all examiners of a run, which end together."""
        self._host.close()


def _observation(name: str, frame: object) -> Observation:
    try:
        match frame:
            case {"fact": dict(fact)}:
                return _FACT.validate_python({**fact, "path": "", "sha256": ""})
            case {"gap": [str(reason), str(detail)]}:
                return _GAP.validate_python({"reason": reason, "detail": detail})
            case {"derived": [str(derived), bytes(data)]}:
                return Derived(derived, data)
            case _:
                raise _garbage(name)
    except ValidationError as error:
        raise _garbage(name) from error
