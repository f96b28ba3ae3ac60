"""What reports of city diplomacy have in common, language by language, as each embedder sees it.

Taken off, it lets vectors of two languages be compared, also where a window holds too few articles to tell what is common in it.
The file is made by bench/quality/make_means.py from texts of ours.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

ANY = ""
"""Stands for all languages that have no mean of their own."""


@cache
def load_means(dimensions: int) -> Mapping[str, npt.NDArray[np.float32]]:
    """Language -> mean, of the embedder whose rows have this many numbers; empty for one that is not known."""
    lines = (resources.files("pipeline.group") / "means.tsv").read_text("utf-8").splitlines()
    means = {}
    for line in lines:
        _, language, packed = line.split("\t")
        mean = np.frombuffer(b64decode(packed), "<f2").astype(np.float32)
        if len(mean) == dimensions:
            means[language] = mean
    return means
