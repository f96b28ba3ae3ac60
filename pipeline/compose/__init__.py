"""Stage: one week's issue from the cards of its stories."""

from pipeline.compose.issue import compose_issue

NAME = "compose"
VERSION = "1"

__all__ = ["NAME", "VERSION", "compose_issue"]
