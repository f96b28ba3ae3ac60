"""From issues to what readers see: the archive's files and the mail. Pure: the same input gives the same bytes."""

from pipeline.render.archive import render_archive
from pipeline.render.letter import render_letter

__all__ = ["render_archive", "render_letter"]
