"""The stage tag: cities, countries, networks, themes, event types, dates, persons and relevance of an article, with evidence."""

from pipeline.tag.stage import NAME, VERSION, tag

__all__ = ["NAME", "VERSION", "tag"]
