"""Stage: one week's issue from the cards of its stories."""

from pipeline.compose.issue import collection_failed, compose_issue

NAME = "compose"
VERSION = "1"

__all__ = ["NAME", "VERSION", "collection_failed", "compose_issue"]
