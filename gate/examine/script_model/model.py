"""Magika's model, loaded when this module is imported: a worker loads it before it confines itself.

A process must be single-threaded to be confined.  onnxruntime and numpy start threads when they are imported, unless
their environment says otherwise, and so does every session without options; all three are told here.  The worker
checks that it worked (``gate._worker``).  Only a worker may import this module, as it changes its process.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Protocol

from gate.errors import EngineFailure
from gate.examine.script_model import NAME

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ORT_DISABLE_TELEMETRY"):
    os.environ[_variable] = "1"

INSTALLED = find_spec("magika") is not None
"""The package is an extra."""
if INSTALLED:
    import magika
    import onnxruntime

SAMPLE_BYTES = 64 << 10
"""Bytes of each end of a text that are shown to the model, which looks at far fewer."""


class Model(Protocol):
    """Tells what a text is."""

    version: str

    def tell(self, data: bytes) -> tuple[str, float]:
        """Return the label of a content, and how sure the model is, from 0 to 1."""


class Magika:
    """Magika's model in a session of one thread."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL

        class SingleThreaded(magika.Magika):
            def _init_onnx_session(self) -> onnxruntime.InferenceSession:
                return onnxruntime.InferenceSession(str(self._model_path), options, providers=["CPUExecutionProvider"])

        self._engine = SingleThreaded()
        self.version = f"magika {magika.__version__}, {self._engine.get_model_name()}"

    def tell(self, data: bytes) -> tuple[str, float]:
        """Return the label of a content, and how sure the model is, from 0 to 1."""
        result = self._engine.identify_bytes(data)
        return str(result.prediction.output.label), float(result.prediction.score)


LOADED: Model | None = Magika() if INSTALLED else None


def loaded() -> Model:
    """Return the model; raises ``EngineFailure`` where the package is not installed."""
    if LOADED is None:
        raise EngineFailure("examine.script-model-missing", engine=NAME)
    return LOADED
