"""Which plural form a language uses for a whole number: the cardinal rules of CLDR 45 for the languages that pages name."""

from __future__ import annotations

from collections.abc import Callable

FORMS = ("zero", "one", "two", "few", "many", "other")
_WITHOUT_PLURAL = frozenset({"id", "ja", "ko", "ms", "th", "vi", "zh"})
_ONE_IS_ALSO_NONE = frozenset({"fa", "fr", "hi", "pt"})  # pt-PT is not: see below


def plural_form(language: str, n: int) -> str:
    """One of FORMS for `n` things, `n` not negative.

    Args:
        language: BCP 47; one without a rule here is taken to have one form for 1 and one for everything else, as most do.
    """
    base = language.split("-")[0]
    if base in _WITHOUT_PLURAL:
        return "other"
    if rule := _RULES.get(base):
        return rule(n)
    if base in _ONE_IS_ALSO_NONE and language != "pt-PT":
        return "one" if n < 2 else "other"
    return "one" if n == 1 else "other"


def _east_slavic(n: int) -> str:
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    return "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "many"


def _polish(n: int) -> str:
    return "one" if n == 1 else "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "many"


def _czech(n: int) -> str:
    return "one" if n == 1 else "few" if n in (2, 3, 4) else "other"


def _romanian(n: int) -> str:
    return "one" if n == 1 else "few" if n == 0 or n % 100 in range(1, 20) else "other"


def _hebrew(n: int) -> str:
    return {1: "one", 2: "two"}.get(n, "other")


def _arabic(n: int) -> str:
    if n < 3:
        return FORMS[n]
    return "few" if n % 100 in range(3, 11) else "many" if n % 100 > 10 else "other"


_RULES: dict[str, Callable[[int], str]] = {
    "ru": _east_slavic,
    "uk": _east_slavic,
    "pl": _polish,
    "cs": _czech,
    "sk": _czech,
    "ro": _romanian,
    "he": _hebrew,
    "ar": _arabic,
}
