"""A code from one's phone, asked for before what weighs much, and good for ten minutes here.

The question comes in place of the answer and carries what was typed: with the right code the very
same form goes on to the view.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from wtforms import ValidationError

from market.actions.people.misses import count_guess, forget_misses, strike_out
from market.actions.people.second_factor import (
    GOOD_FOR,
    WrongCode,
    matching_step,
    secret_of,
    use_code,
)
from market.config import Settings
from market.extensions import reading
from market.queries.people.second_factor import factor_of, proved_at
from market.web.access import community, person
from market.web.errors import sentence_of
from market.web.forms import Form, TextField, acted
from market.web.guessing import guess_at, guess_from_here
from market.web.measures import MISSES
from market.web.sessions import clock

KIND = "second factor"
_CODE_KW = {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}

View = Callable[..., ResponseReturnValue]
Weighs = Callable[..., bool]


class CodeForm(Form):
    """A code as the app shows it: six digits, often in two halves."""

    one_time_code = TextField(lazy_gettext("验证码"), most=20, render_kw=_CODE_KW)

    def validate_one_time_code(self, field: TextField) -> None:
        if field.data and not _digits_of(field.text):
            raise ValidationError(sentence_of(WrongCode()))


def always(**_address: object) -> bool:
    """Whatever the form says."""
    return True


def asks_for_a_code(when: Weighs = always) -> Callable[[View], View]:
    """Before the view changes anything, ask for a code, where the community wants that.

    `when` is asked with what the address holds. Stands below the access mark.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def asked(**address: object) -> ResponseReturnValue:
            if request.method != "POST" or not _wanted() or not when(**address):
                return view(**address)
            return _question() or view(**address)

        return asked

    return mark


def is_proved() -> bool:
    """Whether a code was given in this session a short while ago."""
    given_at = proved_at(reading(), person().session_id)
    return given_at is not None and clock() - given_at < GOOD_FOR


def own_secret(salt: bytes) -> str:
    """What the app of the person who is here keeps."""
    settings: Settings = current_app.extensions["settings"]
    return secret_of(settings.secret_key, person().id, salt)


def code_taken(
    form: CodeForm, salt: bytes, act: Callable[[Session, int], None] | None = None
) -> bool:
    """Whether the form's code is right and was not used before; `act` then gets its half minute.

    Counted as a miss until it was right. Without `act` the code is spent on this session.
    """
    if not form.validate():
        return False
    guess = guess_at(KIND, str(person().id))
    counted = acted(
        form, lambda session: count_guess(session, [guess, guess_from_here(KIND)], now=clock())
    )
    if counted is None:
        return False
    typed = _digits_of(form.one_time_code.text)
    step = matching_step(own_secret(salt), typed, now=clock())
    if step is None:
        MISSES.labels(KIND).inc()
        form.refuse(WrongCode(), field="one_time_code")
        return False

    def settle(session: Session) -> None:
        if act is None:
            known = person()
            use_code(session, known.id, step, session_id=known.session_id, now=clock())
        else:
            act(session, step)
        strike_out(session, counted.result)
        forget_misses(session, guess)

    return acted(form, settle, at={WrongCode: "one_time_code"}) is not None


def _wanted() -> bool:
    return community().second_factor_required and not is_proved()


def _question() -> ResponseReturnValue | None:
    """The page that asks, or None once the code was right."""
    factor = factor_of(reading(), person().id)
    answered = "one_time_code" in request.form
    form = CodeForm() if answered else CodeForm(formdata=None)
    if factor and answered and code_taken(form, factor.salt):
        return None
    carried = [
        (name, value)
        for name, values in request.form.lists()
        if name not in {"csrf_token", "one_time_code"}
        for value in values
    ]
    page = render_template(
        "people/code.html", form=form, has_factor=factor is not None, carried=carried
    )
    return page, form.status if form.status != HTTPStatus.OK else HTTPStatus.FORBIDDEN


def _digits_of(typed: str) -> str:
    """The digits of a code, however wide and with whatever between them it was typed."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", typed) if sign in "0123456789")
