"""The readers' own pages, and the mail that asks for a confirmation: what a form said goes in, HTML comes out.

Like the archive's pages they load nothing but their own style. They link to each other from wherever they lie, so that a proxy may
put them under any path.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import css_inline

from pipeline.config import Mail
from pipeline.knowledge.editions import Edition
from pipeline.knowledge.lexicon import Lexicon, Term
from pipeline.model import Choices, Frozen, Letter, Reader, ReaderState, TagKind
from pipeline.render import links
from pipeline.render.archive import render_assets
from pipeline.render.editors import on_day
from pipeline.render.environment import SHIPPED, Templates
from pipeline.text.clean import clean_text

FORM_STYLE = "web/forms.css"
STYLES = ("assets/style.css", "assets/shipped.css", "assets/favicon.svg")
# What a page may say -> its paragraphs, as keys of [web.said].
SAID: Mapping[str, tuple[str, ...]] = {
    "asked": ("asked", "asked_known", "asked_missing"),
    "confirmed": ("confirmed",),
    "left": ("left", "left_code"),
    "erased": ("erased",),
    "gone": ("gone",),
    "missing": ("missing",),
    "method": ("method",),
    "many": ("many",),
    "large": ("large",),
    "later": ("later",),
    "broken": ("broken",),
}
_PRIVACY: Mapping[str, tuple[str, ...]] = {
    "what": ("what", "what_not"),
    "why": ("why",),
    "long": ("long",),
    "rights": ("rights",),
    "server": ("server",),
    "whom": ("whom",),
}


class Wishes(Frozen, frozen=True, kw_only=True):
    """What somebody wrote into a form, read as far as it can be."""

    address: str = ""
    edition: str = ""
    choices: Choices = Choices()
    doubts: tuple[tuple[str, tuple[str, ...]], ...] = ()  # a name and the ids of the cities that it may mean
    unknown: tuple[str, ...] = ()  # names of no city
    problems: tuple[str, ...] = ()  # "address", "edition", "many", "stale", "foreign" or "unsure"

    def __repr__(self) -> str:
        return f"Wishes({self.edition}, {self.problems})"  # addresses never reach a log or a traceback

    @property
    def is_clear(self) -> bool:
        """True if everything could be read."""
        return not (self.problems or self.doubts or self.unknown)


class Place(Frozen, frozen=True, kw_only=True):
    """In which language a page speaks and where it lies."""

    lang: str
    root: str = ""  # the way to the first page, such as "../"


@dataclasses.dataclass(frozen=True, slots=True)
class _Twin:
    lang: str
    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class _Page:
    lang: str
    name: str
    title: str
    root: str
    archive: str
    twins: tuple[_Twin, ...]

    def to(self, path: str) -> str:
        return f"{self.root}{path}?lang={self.lang}"


@dataclasses.dataclass(frozen=True, slots=True)
class _Imprint:
    name: str
    postal: str
    contact: str
    contact_link: str


@dataclasses.dataclass(frozen=True, slots=True)
class _Option:
    value: str
    text: str
    chosen: bool


@dataclasses.dataclass(frozen=True, slots=True)
class _Problem:
    field: str  # id of what to look at
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class _Doubt:
    field: str
    name: str
    options: tuple[_Option, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Fact:
    name: str
    text: str
    lang: str = ""
    items: tuple[str, ...] = ()  # in place of the text


@dataclasses.dataclass(frozen=True, slots=True)
class _Consent:
    text: str
    version: str
    privacy: str


@dataclasses.dataclass(frozen=True, slots=True)
class _Way:
    href: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class _Part:
    id: str
    title: str
    paragraphs: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Form:
    """A form as it stands on a page, with what was written into it."""

    address: str
    stamp: str
    editions: tuple[_Option, ...]
    cities: tuple[_Option, ...]
    doubts: tuple[_Doubt, ...]
    city_names: str
    themes: tuple[_Option, ...]
    networks_chosen: tuple[_Option, ...]  # shown at once; there are so many others that they stand folded
    networks: tuple[_Option, ...]
    problems: tuple[_Problem, ...]
    address_wrong: str
    unknown: str
    unsure: bool

    @property
    def has_interests(self) -> bool:
        """True if what stands folded is to be seen at once."""
        chosen = any(option.chosen for option in (*self.themes, *self.networks_chosen))
        return bool(chosen or self.cities or self.doubts or self.unknown)


def wording(edition: Edition) -> str:
    """Version of the text that readers of an edition agree to: another text has another one."""
    text = edition.say("web.consent.text")
    return f"{edition.code}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def mask(address: str) -> str:
    """An address so that its owner knows it and nobody learns it: "r…@example.org"."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"


class Forms:
    """Makes the pages of one workspace."""

    def __init__(
        self,
        editions: Sequence[Edition],
        lexicon: Lexicon,
        *,
        sender: Mail,
        zone: dt.tzinfo,
        archive_url: str = "",
        confirm_days: int = 7,
        most_cities: int = 500,
        templates: Templates = SHIPPED,
    ) -> None:
        """
        Args:
            sender: named below every page.
            zone: of the days that pages show.
            archive_url: where the archive is published, "" for nowhere.
        """
        self._editions = {edition.code: edition for edition in editions}
        self._lexicon = lexicon
        self._zone = zone
        self._archive_url = archive_url.rstrip("/")
        self._confirm_days = confirm_days
        self._most_cities = most_cities
        self._templates = templates
        self._imprint = _Imprint(
            name=clean_text(sender.sender_name),
            postal=clean_text(sender.postal_address),
            contact=clean_text(sender.contact),
            contact_link=links.safe_url(sender.contact) or links.mail_link(sender.contact),
        )

    @property
    def languages(self) -> tuple[str, ...]:
        """Of the editions, in the workspace's order."""
        return tuple(self._editions)

    def assets(self) -> dict[str, bytes]:
        """Path -> content of what the pages load."""
        files = {file.path: file.body for file in render_assets(self._templates) if file.path in STYLES}
        return files | {"assets/forms.css": self._templates.asset(FORM_STYLE)}

    def wording(self, lang: str) -> str:
        """Version of the text that is agreed to on pages of this language."""
        return wording(self._editions[lang])

    # --------------------------------------------------------------------------------------------------------- pages

    def subscribe(self, place: Place, wishes: Wishes, *, stamp: str) -> str:
        """The form with which somebody asks for the digest."""
        return self._render(
            place, "subscribe", form=self._form(place, wishes, stamp=stamp), consent=self._consent(place)
        )

    def confirm(self, place: Place, reader: Reader | None) -> str:
        """The button that confirms; what was asked for stands above it where it is known."""
        facts = self._facts(place, reader, brief=True) if reader else ()
        return self._render(place, "confirm", facts=facts, consent=self._consent(place))

    def leave(self, place: Place, *, settings: str) -> str:
        """The button that ends the subscription."""
        return self._render(place, "leave", settings=f"{place.root}{settings}?lang={place.lang}")

    def settings(self, place: Place, reader: Reader, wishes: Wishes | None = None, *, saved: bool = False) -> str:
        """What a reader receives and is free to change.

        Args:
            wishes: what could not be saved, shown again with what is wrong about it.
        """
        edition = self._editions[place.lang]
        wishes = wishes or Wishes(edition=reader.edition, choices=reader.choices)
        is_active = reader.state is ReaderState.ACTIVE
        return self._render(
            place,
            "settings",
            facts=self._facts(place, reader),
            form=self._form(place, wishes),
            is_active=is_active,
            inactive="" if is_active else edition.say(f"web.settings.inactive.{reader.state}"),
            saved=saved,
        )

    def privacy(self, place: Place) -> str:
        """What is kept of readers, why, how long, and whom to ask."""
        edition = self._editions[place.lang]
        parts = []
        for name, keys in _PRIVACY.items():
            paragraphs = [edition.say(f"web.privacy.{key}") for key in keys]
            if name == "long":
                paragraphs.append(edition.say("web.privacy.pending", n=self._confirm_days))
            parts.append(_Part(name, edition.say(f"web.privacy.{name}_title"), tuple(paragraphs)))
        return self._render(place, "privacy", parts=parts)

    def said(self, place: Place, what: str, *, settings: str = "") -> str:
        """What happened, or why nothing did.

        Args:
            what: one of SAID.
            settings: path of the reader's preferences, "" where there is none to be offered.
        """
        edition = self._editions[place.lang]
        ways = [(settings, "web.settings.title")] if settings else []
        if what in ("left", "erased", "gone", "missing"):
            ways.append(("subscribe", "web.again"))
        return self._render(
            place,
            "said",
            title=edition.say(f"web.said.{what}_title"),
            paragraphs=[edition.say(f"web.said.{key}") for key in SAID[what]],
            ways=[_Way(f"{place.root}{path}?lang={place.lang}", edition.say(key)) for path, key in ways],
        )

    def confirmation(self, lang: str, link: str, *, name: str) -> Letter:
        """The mail with the link that confirms.

        Args:
            lang: the edition that was asked for.
            name: in place of the week that other letters have.
        """
        edition = self._editions[lang]
        context: dict[str, Any] = {
            "t": edition.say,
            "page": self._page(Place(lang=lang), ""),
            "subject": edition.say("web.mail.subject"),
            "edition": edition.say("site.edition"),
            "link": link,
            "days": self._confirm_days,
            "imprint": self._imprint,
        }
        html = self._templates.markup.get_template("web/confirmation.html").render(context)
        return Letter(
            week=name,
            edition=lang,
            subject=context["subject"],
            text=self._templates.text.get_template("web/confirmation.txt").render(context),
            html=_inliner().inline(html),
        )

    # --------------------------------------------------------------------------------------------------------- parts

    def _render(self, place: Place, name: str, *, title: str = "", **context: Any) -> str:
        edition = self._editions[place.lang]
        title = title or edition.say(f"web.{name}.title")
        template = self._templates.markup.get_template(f"web/{name}.html")
        return template.render(t=edition.say, page=self._page(place, name, title), imprint=self._imprint, **context)

    def _page(self, place: Place, name: str, title: str = "") -> _Page:
        front = links.list_path("weeks", place.lang)
        return _Page(
            lang=place.lang,
            name=name,
            title=title,
            root=place.root,
            archive=links.safe_url(links.absolute(front, self._archive_url)) if self._archive_url else "",
            twins=tuple(_Twin(code, edition.say("site.edition")) for code, edition in self._editions.items()),
        )

    def _consent(self, place: Place) -> _Consent:
        edition = self._editions[place.lang]
        privacy = f"{place.root}privacy?lang={place.lang}"
        return _Consent(edition.say("web.consent.text"), wording(edition), privacy)

    def _facts(self, place: Place, reader: Reader, *, brief: bool = False) -> tuple[_Fact, ...]:
        """What is known of a reader, or only what they asked for."""
        edition = self._editions[place.lang]
        theirs = self._editions.get(reader.edition)
        name = theirs.say("site.edition") if theirs else reader.edition
        facts = [
            _Fact(edition.say("web.settings.address"), mask(reader.address)),
            _Fact(edition.say("web.settings.edition"), name, reader.edition if reader.edition != place.lang else ""),
        ]
        if not brief:
            since = reader.since.astimezone(self._zone).date()
            facts += [
                _Fact(edition.say("web.settings.state"), edition.say(f"web.settings.state_of.{reader.state}")),
                _Fact(edition.say("web.settings.since"), on_day(since, edition).text),
            ]
        # Where they can be changed, they stand in the form.
        if (brief or reader.state is not ReaderState.ACTIVE) and (names := self._names(place, reader.choices)):
            facts.append(_Fact(edition.say("web.settings.choices_made"), "", items=names))
        return tuple(facts)

    def _names(self, place: Place, choices: Choices) -> tuple[str, ...]:
        kinds = ((TagKind.CITY, choices.cities), (TagKind.THEME, choices.themes), (TagKind.NETWORK, choices.networks))
        return tuple(self._lexicon.name(kind, one, place.lang) for kind, chosen in kinds for one in chosen)

    def _form(self, place: Place, wishes: Wishes, stamp: str = "") -> _Form:
        edition, choices = self._editions[place.lang], wishes.choices
        problems = tuple(self._problems(edition, wishes))
        told = {problem.field: problem.text for problem in problems}
        networks = _options(self._lexicon.networks, place.lang, choices.networks)
        return _Form(
            address=wishes.address,
            stamp=stamp,
            editions=tuple(
                _Option(code, one.say("site.edition"), code == (wishes.edition or place.lang))
                for code, one in self._editions.items()
            ),
            cities=tuple(_Option(city, self._city(city, place.lang), chosen=True) for city in choices.cities),
            doubts=tuple(
                _Doubt(
                    f"doubt-{number}",
                    name,
                    tuple(_Option(city, self._city(city, place.lang, exact=True), chosen=False) for city in cities),
                )
                for number, (name, cities) in enumerate(wishes.doubts)
            ),
            city_names="\n".join(wishes.unknown),
            themes=_options(self._lexicon.themes, place.lang, choices.themes),
            networks_chosen=tuple(option for option in networks if option.chosen),
            networks=tuple(option for option in networks if not option.chosen),
            problems=problems,
            address_wrong=told.get("address", ""),
            unknown=told.get("city-names", ""),
            unsure="sure" in told,
        )

    def _problems(self, edition: Edition, wishes: Wishes) -> Iterable[_Problem]:
        """In the order in which they stand on the page."""
        say, wrong = edition.say, wishes.problems
        if "stale" in wrong:
            yield _Problem("main", say("web.form.stale"))
        if "foreign" in wrong:
            yield _Problem("main", say("web.form.foreign"))
        if "address" in wrong:
            yield _Problem("address", say("web.form.address_wrong"))
        if "edition" in wrong:
            yield _Problem("edition", say("web.form.edition_wrong"))
        for number, (name, _) in enumerate(wishes.doubts):
            yield _Problem(f"doubt-{number}", say("web.form.cities_doubtful", name=name))
        if wishes.unknown:
            names = say("list.separator").join(wishes.unknown)
            yield _Problem("city-names", say("web.form.cities_unknown", names=names))
        if "many" in wrong:
            yield _Problem("city-names", say("web.form.cities_many", n=self._most_cities))
        if "unsure" in wrong:
            yield _Problem("sure", say("web.form.unsure"))

    def _city(self, city_id: str, lang: str, *, exact: bool = False) -> str:
        """A city with its state or prefecture, where that has a name in this language, and its country.

        Args:
            exact: also where the name is in another language, for which of several it is.
        """
        city = self._lexicon.cities[city_id]
        is_shown = not city.admin1.isdigit() and (exact or lang == "ja" or city.admin1.isascii())
        country = self._lexicon.name(TagKind.COUNTRY, city.country, lang)
        parts = (self._lexicon.name(TagKind.CITY, city_id, lang), city.admin1 if is_shown else "", country)
        return self._editions[lang].say("list.separator").join(dict.fromkeys(filter(None, parts)))


def _options(terms: Mapping[str, Term], lang: str, chosen: Sequence[str]) -> tuple[_Option, ...]:
    """Sorted by what is read."""
    options = (_Option(id, term.names.get(lang) or term.names["en"], id in chosen) for id, term in terms.items())  # noqa: A001
    return tuple(sorted(options, key=lambda option: option.text.casefold()))


@functools.cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False, minify_css=True)
