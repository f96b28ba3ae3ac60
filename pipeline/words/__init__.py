"""Stage: what a story says, in each edition's own words.

Everything is built from tags, dates and names that the articles carry, so a sentence can never say more than its evidence.
"""

from pipeline.words.card import make_card

NAME = "words"
VERSION = "1"

__all__ = ["NAME", "VERSION", "make_card"]
