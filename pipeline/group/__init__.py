"""Folds copies and gathers the articles about one event into stories."""

from pipeline.group.conflicts import find_conflicts
from pipeline.group.stories import Grouping, group, story_id

NAME = "group"
VERSION = "1"

__all__ = ["NAME", "VERSION", "Grouping", "find_conflicts", "group", "story_id"]
