"""From issues to what readers see: the archive's files and the mail. Pure: the same input gives the same bytes."""

from pipeline.render.archive import render_archive
from pipeline.render.environment import Templates
from pipeline.render.letter import Mailing, mark_as_test, render_letter
from pipeline.render.proof import render_proof

__all__ = ["Mailing", "Templates", "mark_as_test", "render_archive", "render_letter", "render_proof"]
