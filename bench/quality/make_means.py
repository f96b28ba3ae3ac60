"""Writes pipeline/group/means.tsv: the mean vector of each language and embedder, over the half `fit` of events.jsonl.

    python -m bench.quality.make_means

The half `blind` takes no part, so that scores on it stay honest. Run again for a new version of an embedder or after changing
`text_to_embed`; both embedders must be installed.
"""

from __future__ import annotations

from base64 import b64encode
from collections import defaultdict

import numpy as np

from bench.material import ROOT, make_document, read_rows
from pipeline.embed import NAMES, open_embedder
from pipeline.group.means import ANY
from pipeline.group.similarity import pack_vector, primary_subtag, text_to_embed
from pipeline.identify import identify
from pipeline.model import Article

TEXTS = ROOT / "bench" / "quality" / "events.jsonl"
MEANS = ROOT / "pipeline" / "group" / "means.tsv"
# Of a language with fewer texts the mean would tell what they report.
LEAST = 20


def main() -> None:
    texts: dict[str, list[str]] = defaultdict(list)
    for row in read_rows(TEXTS):
        article = identify(make_document(row), None)
        if row["half"] == "fit" and isinstance(article, Article):
            texts[primary_subtag(article.language)].append(text_to_embed(article))
    kept = {language: texts[language] for language in sorted(texts) if len(texts[language]) >= LEAST}
    lines = []
    for name in NAMES:
        embedder = open_embedder(name)
        if embedder is not None:
            means = {language: embedder.embed(of_it).mean(axis=0) for language, of_it in kept.items()}
            means = {ANY: np.mean(list(means.values()), axis=0), **means}
            lines += [
                f"{name}\t{language}\t{b64encode(pack_vector(mean)).decode()}" for language, mean in means.items()
            ]
    MEANS.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines)} means of {', '.join(kept)}")


if __name__ == "__main__":
    main()
