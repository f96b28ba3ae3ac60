"""Folds copies and gathers the articles about one event into stories."""

from pipeline.group.accounts import find_host
from pipeline.group.conflicts import find_conflicts, find_figures
from pipeline.group.copies import MAX_HOLDERS, drop_hopeless, find_copies
from pipeline.group.origins import voices_of
from pipeline.group.review import find_doubts
from pipeline.group.similarity import pack_vector, text_to_embed, unpack_vector
from pipeline.group.sketch import VERSION as SKETCH_VERSION
from pipeline.group.sketch import make_sketch
from pipeline.group.stories import Grouping, group, group_at_once, story_id

__all__ = [
    "MAX_HOLDERS",
    "SKETCH_VERSION",
    "Grouping",
    "drop_hopeless",
    "find_conflicts",
    "find_copies",
    "find_doubts",
    "find_figures",
    "find_host",
    "group",
    "group_at_once",
    "make_sketch",
    "pack_vector",
    "story_id",
    "text_to_embed",
    "unpack_vector",
    "voices_of",
]
