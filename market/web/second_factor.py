"""A code from one's phone or card, asked for before what weighs much, and good for ten minutes here.

The question comes in place of the answer and carries what was typed: with the right code the very
same form goes on to the view.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session
from wtforms import ValidationError

from market.actions.people.grid_card import card_of, cells_asked, is_answer, signs_of
from market.actions.people.misses import count_guess, forget_misses, strike_out
from market.actions.people.second_factor import (
    GOOD_FOR,
    WrongCells,
    WrongCode,
    matching_step,
    secret_of,
    use_code,
)
from market.config import Settings
from market.extensions import reading
from market.queries.people.second_factor import FactorNow, factor_of, proved_at
from market.web.access import community, person
from market.web.errors import sentence_of
from market.web.forms import Form, TextField, acted
from market.web.guessing import guess_at, guess_from_here
from market.web.measures import MISSES
from market.web.sessions import clock

KIND = "second factor"
_CODE_KW = {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}
_CELLS_KW = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}

View = Callable[..., ResponseReturnValue]
Weighs = Callable[..., bool]


class CodeForm(Form):
    """A code as the app shows it: six digits, often in two halves."""

    one_time_code = TextField(lazy_gettext("验证码"), most=20, render_kw=_CODE_KW)

    def validate_one_time_code(self, field: TextField) -> None:
        if field.data and not _digits_of(field.text):
            raise ValidationError(sentence_of(WrongCode()))


class CellsForm(CodeForm):
    """What stands in the asked cells of a card, with or without anything between them."""

    one_time_code = TextField(lazy_gettext("口令卡"), most=20, render_kw=_CELLS_KW)

    def validate_one_time_code(self, field: TextField) -> None:
        if field.data and not signs_of(field.text):
            raise ValidationError(sentence_of(WrongCells()))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of whoever is here: a code of the app, or an answer to the card's `question`."""

    salt: bytes
    question: int | None = None

    @property
    def wrong(self) -> WrongCode:
        """What is said of a code that is none."""
        return WrongCode() if self.question is None else WrongCells()

    def form(self, *, answered: bool) -> CodeForm:
        """The form for it, filled from the request where it was `answered`."""
        given = {} if answered else {"formdata": None}
        if self.question is None:
            return CodeForm(**given)
        form = CellsForm(**given)
        cells = cells_asked(_key(), person().id, self.salt, self.question)
        form.one_time_code.label.text = gettext(
            "口令卡上 %(cells)s 这三格", cells=" · ".join(cells)
        )
        return form

    def step_of(self, typed: str) -> int | None:
        """The half minute, or the question, that `typed` is right for; None if it is wrong."""
        if self.question is None:
            return matching_step(own_secret(self.salt), _digits_of(typed), now=clock())
        right = is_answer(_key(), person().id, self.salt, self.question, typed)
        return self.question if right else None


def asked_of(factor: FactorNow) -> Asked:
    """What this app or card is asked for now."""
    return Asked(factor.salt, factor.last_step + 1 if factor.on_paper else None)


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
    return secret_of(_key(), person().id, salt)


def own_card(salt: bytes) -> dict[str, str]:
    """What stands in each cell of the card of the person who is here."""
    return card_of(_key(), person().id, salt)


def code_taken(
    form: CodeForm, asked: Asked, act: Callable[[Session, int], None] | None = None
) -> bool:
    """Whether the form's code is right and was not used before; `act` then gets its step.

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
    step = asked.step_of(form.one_time_code.text)
    if step is None:
        MISSES.labels(KIND).inc()
        form.refuse(asked.wrong, field="one_time_code")
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
    asked = asked_of(factor) if factor else None
    form = asked.form(answered=answered) if asked else CodeForm(formdata=None)
    if asked and answered and code_taken(form, asked):
        return None
    carried = [
        (name, value)
        for name, values in request.form.lists()
        if name not in {"csrf_token", "one_time_code"}
        for value in values
    ]
    page = render_template("people/code.html", form=form, factor=factor, carried=carried)
    return page, form.status if form.status != HTTPStatus.OK else HTTPStatus.FORBIDDEN


def _key() -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.secret_key


def _digits_of(typed: str) -> str:
    """The digits of a code, however wide and with whatever between them it was typed."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", typed) if sign in "0123456789")
