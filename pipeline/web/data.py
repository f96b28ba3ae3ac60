"""Everything that is kept of one reader, for whoever asks to see it: on their own page and on the command line."""

from __future__ import annotations

from typing import Any

import msgspec

from pipeline.config import Workspace
from pipeline.deliver.journal import read
from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import Reader, TagKind
from pipeline.store.library import Library
from pipeline.store.register import Register

_KINDS = {"cities": TagKind.CITY, "networks": TagKind.NETWORK, "themes": TagKind.THEME}


def describe_reader(workspace: Workspace, register: Register, reader: Reader) -> dict[str, Any]:
    """Address, state, proof of consent, choices by name, letters, and what the journal says of them.

    Raises:
        StoreError: the database cannot be reached.
    """
    lexicon, suppression = load_lexicon(), register.suppressed().get(reader.id)
    chosen = {name: getattr(reader.choices, name) for name in _KINDS}
    return {
        "id": reader.id,
        "edition": reader.edition,
        "state": reader.state.value,
        "since": reader.since.isoformat(),
        "changed": reader.changed.isoformat(),
        "domain": reader.address.rpartition("@")[2],
        "address": reader.address,
        "consent": _stated(reader.consent) if reader.consent else None,
        "choices": {
            name: {key: lexicon.name(_KINDS[name], key, reader.edition) for key in keys}
            for name, keys in chosen.items()
            if keys
        },
        "suppression": _stated(suppression) if suppression else None,
        "letters": [_stated(row) for row in Library(register.engine).deliveries_to(reader.id)],
        "opt_outs": [row for row in read(workspace.opt_outs) if row.get("reader") == reader.id],
    }


def _stated(row: msgspec.Struct) -> dict[str, Any]:
    """Every field, also those that have their default."""
    return {name: msgspec.to_builtins(getattr(row, name)) for name in row.__struct_fields__}
