"""What people decided of stories: pairs of articles that must be together, and pairs that must not.

The words are those of semi-supervised clustering (Wagstaff and Cardie, "Clustering with instance-level constraints", ICML 2000):
must-link and cannot-link. A cannot-link is absolute; a must-link holds unless it would join a pair that is kept apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipeline.model import Constraint


class Partition:
    """Articles in parts, none of which ever holds a pair under a cannot-link. An article not seen yet is a part of its own."""

    def __init__(self, constraints: Iterable[Constraint] = ()) -> None:
        pairs = {(min(one.a, one.b), max(one.a, one.b), one.together) for one in constraints if one.a != one.b}
        self.cannot_links = sorted((a, b) for a, b, together in pairs if not together)
        self.must_links = sorted((a, b) for a, b, together in pairs if together and (a, b, False) not in pairs)
        self._above: dict[str, str] = {}
        self._size: dict[str, int] = {}
        self._shunned: dict[str, set[str]] = {}  # a part's name -> articles that may not be in it
        for a, b in self.cannot_links:
            self._shunned.setdefault(a, set()).add(b)
            self._shunned.setdefault(b, set()).add(a)

    def part(self, article_id: str) -> str:
        """The name of the part that holds the article: the id of one of its articles, the same for all of them."""
        while (above := self._above.get(article_id, article_id)) != article_id:
            self._above[article_id] = article_id = self._above.get(above, above)
        return article_id

    def is_apart(self, a: str, b: str) -> bool:
        """True if the parts of the two hold a pair under a cannot-link."""
        if not self._shunned:
            return False
        a, b = self.part(a), self.part(b)
        return a != b and any(self.part(other) == b for other in self._shunned.get(a, ()))

    def unite(self, a: str, b: str) -> bool:
        """Makes the parts of the two one, unless a cannot-link forbids it; True if they are one now."""
        a, b = self.part(a), self.part(b)
        if a == b:
            return True
        if self.is_apart(a, b):
            return False
        if (self._size.get(a, 1), b) < (self._size.get(b, 1), a):
            a, b = b, a
        self._above[b] = a
        self._size[a] = self._size.get(a, 1) + self._size.get(b, 1)
        if b in self._shunned:
            self._shunned.setdefault(a, set()).update(self._shunned.pop(b))
        return True

    def seat(self, founder: str, members: Sequence[str], copy_of: Mapping[str, str]) -> list[str]:
        """Makes the members of a story one part; returns those that a cannot-link keeps from the founder's side.

        What must be together and what is copied stays together, as far as that is allowed; then everybody joins the founder who
        may, in the order given.
        """
        inside = set(members)
        if any(a in inside and b in inside for a, b in self.cannot_links):
            for a, b in self.must_links:
                if a in inside and b in inside:
                    self.unite(a, b)
            for copy in members:
                if copy_of.get(copy) in inside:
                    self.unite(copy, copy_of[copy])
        return [member for member in members if not self.unite(founder, member)]
