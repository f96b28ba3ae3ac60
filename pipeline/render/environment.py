"""Jinja, set up once: strict, escaping, and deaf to characters that can make a page lie.

Two environments, because plain text must not be escaped and HTML and XML always must be. Articles are data: no text of theirs
is ever read as a template. A workspace may have templates of its own; their texts are handed in, nothing here looks for them.
"""

from __future__ import annotations

import difflib
import functools
import re
import traceback
from collections.abc import Callable, Mapping
from importlib import resources
from types import MappingProxyType
from typing import Any, NoReturn

import jinja2
import markupsafe
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Macro
from jinja2.utils import missing
from markupsafe import Markup, escape

from pipeline.errors import TemplateError
from pipeline.render.links import safe_url
from pipeline.render.paragraphs import wrap
from pipeline.text.phrases import split_phrases

# Controls that XML 1.0 section 2.2 forbids, lone surrogates and non-characters, and the bidi controls of Unicode TR 36
# section 2.6, with which a title can show another address than it links to.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

# The same in UTF-8, but surrogates, which it cannot hold. To look for these in bytes takes half as long as in text.
_FORBIDDEN_BYTES = bytes({*range(0x20), 0x7F} - {0x09, 0x0A})
_FORBIDDEN_SEQUENCES = tuple(
    re.compile(start)
    for start in (
        b"\xc2[\x80-\x9f]",
        b"\xd8\x9c",
        b"\xe2(?:\x80[\x8e\x8f\xaa-\xae]|\x81[\xa6-\xa9])",
        b"\xef\xbf[\xbe\xbf]",
    )
)

# What `markupsafe.escape` does to text, before it makes a Markup of it, which takes ten times as long.
_escape_text: Callable[[str], str] = getattr(markupsafe, "_escape_inner", escape)


def strip_forbidden(value: object) -> object:
    """A value without the characters that no page may contain; anything but text as it is."""
    return _FORBIDDEN.sub("", value) if type(value) is str else value


# A headline stands on the pages of its story and of its issues, and in the lists of its cities: it is split once.
@functools.lru_cache(maxsize=20_000)
def _split(text: str) -> Markup:
    return Markup("<wbr>").join(split_phrases(text))


def encode(text: str) -> bytes:
    """A page in UTF-8, without the characters that no page may contain."""
    try:
        body = text.encode()
    except UnicodeEncodeError:
        return _FORBIDDEN.sub("", text).encode()
    is_clean = len(body.translate(None, _FORBIDDEN_BYTES)) == len(body)
    if is_clean and not any(sequence.search(body) for sequence in _FORBIDDEN_SEQUENCES):
        return body
    return _FORBIDDEN.sub("", text).encode()


def break_phrases(text: str, language: str) -> str:
    """A headline with the places where it may break, in a language whose words have no spaces between them."""
    return _split(text) if language == "ja" else text


class _Macro(Macro):
    """A macro that takes the short way where it is called with nothing but arguments in their order, as nearly all are."""

    def __init__(self, environment: jinja2.Environment, func: Any, name: str, arguments: list[str], *rest: Any) -> None:
        super().__init__(environment, func, name, arguments, *rest)
        func.__defaults__ = (missing,) * len(arguments)
        catches_more = any(rest[:3])
        self._is_plain = self._default_autoescape and not catches_more

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        if kwargs or not self._is_plain:
            return super().__call__(*args, **kwargs)
        return str.__new__(Markup, self._func(*args))


class _RememberingMacro(_Macro):
    """A macro that prints names: the same few thousand stand on all pages, so what it printed of one is kept."""

    def __init__(self, *rest: Any) -> None:
        super().__init__(*rest)
        self._printed: dict[tuple[int, ...], tuple[Any, str]] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        # By identity, which needs no look into the names. They are kept so that their identity stays taken.
        key = tuple(map(id, args))
        if kwargs or key not in self._printed:
            printed = super().__call__(*args, **kwargs)
            if kwargs:
                return printed
            if len(self._printed) >= NAMES_KEPT:
                self._printed.clear()
            self._printed[key] = args, printed
        return self._printed[key][1]


NAMES_KEPT = 4_096
_OF_NAMES = frozenset({"link", "tie"})  # macros of _cards.html


def _make_macro(environment: jinja2.Environment, func: Any, name: str, *rest: Any) -> _Macro:
    return (_RememberingMacro if name in _OF_NAMES else _Macro)(environment, func, name, *rest)


class _Template(jinja2.Template):
    """Strips the whole page: that is ten times faster than stripping every value that it prints."""

    def print(self, **context: Any) -> bytes:
        """The page in UTF-8."""
        return encode(super().render(**context))

    @classmethod
    def _from_namespace(cls, environment: jinja2.Environment, namespace: Any, *rest: Any) -> jinja2.Template:
        # A compiled template looks these up when it prints. Jinja's own took up to a quarter of the time of a page.
        namespace.update(escape=escape, escape_text=_escape_text, Macro=_make_macro)
        return super()._from_namespace(environment, namespace, *rest)

    def render(self, *args: Any, **kwargs: Any) -> str:
        return _FORBIDDEN.sub("", super().render(*args, **kwargs))


class _PlainCode(CodeGenerator):
    """Compiles a call as a call, an attribute as an attribute, and what is printed without a call where it is text.

    Jinja's own code asks at every call whether what is called wants the context, which nothing that our templates call does; that
    took a quarter of the time of a page. An attribute that is not there it looks for among items, so a table in a context is
    asked as one: `row["name"]`.
    """

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        self.visit(node.node, frame)
        self.write(f".{node.attr}")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("(escape_text(it) if type(it := ")
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write(") is str else it if type(it) is Markup else escape(it))")
        else:
            super()._output_child_post(node, frame, finalize)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802 - Jinja's name
        if node.dyn_args or node.dyn_kwargs:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write("caller=caller)" if forward_caller else ")")


class _Environment(jinja2.Environment):
    """Says of a wrong template of the workspace's which file and line it is; the ones that ship are held by our own tests."""

    own_files: frozenset[str] = frozenset()

    def handle_exception(self, source: str | None = None) -> NoReturn:
        try:
            super().handle_exception(source)
        except Exception as error:
            if not (place := self._place(error)):
                raise
            raise TemplateError(
                f"{place}: {error}. Mend it, or remove the file to have the one that ships; see docs/guides/change-templates.md"
            ) from error

    def _place(self, error: Exception) -> str:
        """The file and line of the workspace's where it went wrong, "" if that is none of its files."""
        frames = traceback.extract_tb(error.__traceback__)
        places = [(frame.filename, frame.lineno) for frame in frames]
        if isinstance(error, jinja2.TemplateSyntaxError):
            places.append((error.filename or "", error.lineno))
        return next((f"{file}, line {line}" for file, line in reversed(places) if file in self.own_files), "")


class Templates:
    """The templates and other files that ship, and before them those of a workspace."""

    def __init__(self, own: Mapping[str, bytes] = MappingProxyType({})) -> None:
        self.own = own  # path such as "html/issue.html" -> content

    def check(self) -> None:
        """Raises TemplateError for a file of the workspace's that nothing would use, or that is no template."""
        shipped = sorted(_shipped_templates())
        for path in self.own:
            name = path.rpartition("/")[2]
            if path.startswith("assets/") or (path not in shipped and path.endswith(".html") and name.startswith("_")):
                continue  # a part of a page, included by another of the workspace's templates
            if path not in shipped:
                near = difflib.get_close_matches(path, shipped, n=1)
                raise TemplateError(
                    f"{_shown(path)}: there is no such template"
                    + (f"; did you mean {_shown(near[0])}?" if near else f"; there are {', '.join(shipped)}.")
                    + " Parts of your own begin with _ and end with .html."
                )
        for path in self.own:
            if path.endswith((".html", ".xml")) and not path.startswith("assets/"):
                self.markup.get_template(path)
            elif path.endswith(".txt") and not path.startswith("assets/"):
                self.text.get_template(path)

    @functools.cached_property
    def markup(self) -> jinja2.Environment:
        """For .html and .xml: everything printed is escaped."""
        return self._environment(autoescape=True)

    @functools.cached_property
    def text(self) -> jinja2.Environment:
        """For .txt: nothing is escaped."""
        return self._environment(autoescape=False)

    def print(self, path: str, **context: Any) -> bytes:
        """The page that the template makes of the context, in UTF-8; everything printed is escaped."""
        template = self.markup.get_template(path)
        assert isinstance(template, _Template)
        return template.print(**context)

    def assets(self) -> list[str]:
        """Paths of all files that pages load, sorted."""
        return sorted({*SHIPPED_ASSETS, *(path for path in self.own if path.startswith("assets/"))})

    def asset(self, path: str) -> bytes:
        """The bytes of a file that pages load."""
        return self.own[path] if path in self.own else self.shipped_asset(path)

    def shipped_asset(self, path: str) -> bytes:
        return (resources.files("digest_templates") / path).read_bytes()

    def _environment(self, *, autoescape: bool) -> jinja2.Environment:
        environment = _Environment(
            loader=jinja2.ChoiceLoader(
                [jinja2.FunctionLoader(self._read), jinja2.PackageLoader("digest_templates", "")]
            ),
            autoescape=autoescape,  # off for plain text only, which nothing interprets
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,  # a page asks for three templates, and every one would be looked for on the disk
        )
        environment.own_files = frozenset(map(_shown, self.own))
        environment.template_class = _Template
        environment.code_generator_class = _PlainCode
        environment.filters["safe_url"] = safe_url
        environment.filters["wrap"] = wrap
        environment.filters["phrases"] = break_phrases
        return environment

    def _read(self, path: str) -> tuple[str, str, None] | None:
        if path not in self.own:
            return None
        try:
            return self.own[path].decode("utf-8"), _shown(path), None
        except UnicodeDecodeError as error:
            raise TemplateError(f"{_shown(path)} is not UTF-8 ({error}). Save it as UTF-8.") from error


def _shown(path: str) -> str:
    """Where a person finds the file."""
    return f"templates/{path}"


@functools.cache
def _shipped_templates() -> frozenset[str]:
    names = jinja2.PackageLoader("digest_templates", "").list_templates()
    return frozenset(name for name in names if name.startswith(("html/", "mail/", "feed/", "web/")))


SHIPPED_ASSETS = ("assets/favicon.svg", "assets/search.js", "assets/style.css")
SHIPPED = Templates()
