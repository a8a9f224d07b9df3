"""How a browser wants its pages: the language, and the size of type.

Both are asked for in the address (`?lang=en`, `?type=large`) and remembered in a small cookie of
their own, never in the session: a public page answered to whoever carries no session depends on
nothing but these two cookies and Accept-Language, and may be kept by a cache that knows them.
Somebody's own language is written into the cookie when they sign in or change it.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import cache
from urllib.parse import urlencode

from babel import Locale
from flask import Flask, Response, current_app, g, has_request_context, request
from flask.globals import request_ctx
from flask_babel import get_locale, refresh

from market.config import Settings
from market.web.addresses import came_from

LANGUAGES: Mapping[str | None, str] = {"zh": "zh_CN", "en": "en"}
LANGUAGE_COOKIE = "lang"
TYPE_SIZES: tuple[str | None, ...] = ("normal", "large")
TYPE_COOKIE = "type"
_YEAR_SECONDS = 31_536_000


def install(app: Flask) -> None:
    app.before_request(_notice_choices)
    app.after_request(_remember_choices)
    app.context_processor(_for_templates)
    app.add_template_global(this_page)


def chosen_locale() -> str:
    """The locale to write this page in: asked for, remembered, or the browser's own."""
    if not has_request_context():
        return "zh_CN"
    key = _choice("lang", LANGUAGE_COOKIE, LANGUAGES)
    return LANGUAGES[key or request.accept_languages.best_match(["zh", "en"], default="zh")]


def page_locale() -> Locale:
    """The same for Babel, which takes half a millisecond to read a locale's name."""
    return _locale(chosen_locale())


def in_language(words: str, words_en: str) -> str:
    """The English words on an English page, where there are any."""
    locale = get_locale()
    english = locale is not None and locale.language == "en"
    return words_en if english and words_en else words


def type_size() -> str:
    """'normal' or 'large'."""
    return _choice("type", TYPE_COOKIE, TYPE_SIZES) or "normal"


def remember_language(locale: str) -> None:
    """Write this page and those that follow in `locale`, one of LANGUAGES' values."""
    _to_remember()[LANGUAGE_COOKIE] = "en" if locale == "en" else "zh"
    refresh()


def this_page(**arguments: str) -> str:
    """The address of this page with `arguments` in place of its own of the same names.

    By its question alone: the page itself then does not say where it stands, and the one page for
    all that is gone is the same wherever it stands. A page that answers a form only has no address
    to come back to: then the page of the form.
    """
    adapter = request_ctx.url_adapter
    shown = adapter is not None and "GET" in adapter.allowed_methods(request.path)
    path = "" if shown else (came_from() or "").partition("?")[0] or "/"
    kept = request.args.to_dict(flat=False) if shown else {}
    return f"{path}?{urlencode({**kept, **arguments}, doseq=True)}"


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


def _choice(argument: str, cookie: str, known: Container[str | None]) -> str | None:
    said = (_to_remember().get(cookie), request.args.get(argument), request.cookies.get(cookie))
    return next((value for value in said if value in known), None)


def _notice_choices() -> None:
    for argument, cookie in (("lang", LANGUAGE_COOKIE), ("type", TYPE_COOKIE)):
        asked = request.args.get(argument)
        known = LANGUAGES if argument == "lang" else TYPE_SIZES
        if asked and asked in known and asked != request.cookies.get(cookie):
            _to_remember()[cookie] = asked


def _remember_choices(response: Response) -> Response:
    settings: Settings = current_app.extensions["settings"]
    for cookie, value in _to_remember().items():
        response.set_cookie(
            cookie,
            value,
            max_age=_YEAR_SECONDS,
            secure=settings.production,
            httponly=True,
            samesite="Lax",
        )
        # Nobody else may be handed an answer that sets a cookie.
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def _to_remember() -> dict[str, str]:
    choices: dict[str, str] = g.setdefault("preferences", {})
    return choices


def _for_templates() -> dict[str, object]:
    return {"current_locale": chosen_locale(), "large_type": type_size() == "large"}
