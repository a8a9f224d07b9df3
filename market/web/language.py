"""The page's language: asked for in the address, kept in the session, else the person's own."""

from __future__ import annotations

from flask import Flask, has_request_context, request, session
from flask_babel import get_locale
from flask_login import current_user

LANGUAGES = {"zh": "zh_CN", "en": "en"}


def install(app: Flask) -> None:
    app.before_request(_keep_choice)
    app.context_processor(_for_templates)


def chosen() -> str | None:
    """The locale to write this page in."""
    if not has_request_context():
        return "zh_CN"
    asked = LANGUAGES.get(request.args.get("lang", "")) or session.get("locale")
    if asked in LANGUAGES.values():
        return str(asked)
    own = getattr(current_user, "locale", None)
    if own:
        return str(own)
    best = request.accept_languages.best_match(["zh", "en"], default="zh")
    return LANGUAGES[best]


def _keep_choice() -> None:
    asked = LANGUAGES.get(request.args.get("lang", ""))
    if asked and session.get("locale") != asked:
        session["locale"] = asked


def _for_templates() -> dict[str, object]:
    locale = get_locale()
    return {"current_locale": str(locale) if locale else "zh_CN"}
