"""Coming in by a card: its code is scanned, its number typed, and the entrepreneur's pages open.

Looking at the page changes nothing; the first form sent chooses the number.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session
from wtforms import ValidationError

from market.actions.livelihood.enterprises import CardSpent, choose_pin, note_used
from market.actions.people.misses import count_guess, forget_misses, strike_out
from market.actions.people.passwords import hash_password, password_matches
from market.actions.people.signing_in import end_session, open_session
from market.blueprints.livelihood import blueprint
from market.domain.errors import N_, Invalid
from market.domain.livelihood.enterprise import check_new_pin, normal_pin
from market.extensions import reading, unit_of_work
from market.queries.livelihood.access import CardHere, card_of
from market.web import sessions
from market.web.access import person, public, signed_in
from market.web.addresses import local_path
from market.web.errors import sentence_of
from market.web.forms import Form, PasswordField, TextField, acted
from market.web.guessing import (
    check_misses_from_here,
    count_miss_from_here,
    guess_at,
    guess_from_here,
)
from market.web.measures import MISSES
from market.web.sessions import clock, token_hash, whoever

KIND = "pin"
CARD = "card"
_FREE_MISSES = 5


class WrongPin(Invalid):
    """Another number."""

    sentence = N_("数字不对，请再看一看。忘记了就请社区工作人员换一张新卡。")


class PinForm(Form):
    pin = PasswordField(
        lazy_gettext("您的 6 位数字"),
        render_kw={"inputmode": "numeric", "autocomplete": "current-password"},
    )


class NewPinForm(Form):
    pin = TextField(
        lazy_gettext("自己定一个 6 位数字"),
        most=20,
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )

    def validate_pin(self, field: TextField) -> None:
        try:
            check_new_pin(field.text)
        except Invalid as error:
            raise ValidationError(sentence_of(error)) from error


@blueprint.get("/mine/sign-in")
@public
def card_wanted() -> ResponseReturnValue:
    onward = local_path(request.args.get("next")) or url_for("livelihood.mine")
    if whoever() is not None:
        return redirect(onward, code=303)
    return render_template("livelihood/mine/card_wanted.html", onward=onward)


@blueprint.post("/mine/sign-out")
@signed_in
def leave() -> ResponseReturnValue:
    known = person()
    with unit_of_work() as work:
        end_session(work, known.session_id, person_id=known.id, now=clock())
    sessions.end()
    flash(gettext("您已经退出。"), "done")
    return redirect(url_for("livelihood.card_wanted"), code=303)


@blueprint.route("/mine/card/<token>", methods=["GET", "POST"])
@public
def card(token: str) -> ResponseReturnValue:
    check_misses_from_here(CARD)
    found = card_of(reading(), token_hash(token))
    if found is None:
        count_miss_from_here(CARD)
        raise CardSpent
    form = PinForm() if found.pin_hash else NewPinForm()
    if request.method == "POST" and _came_in(form, found):
        return redirect(url_for("livelihood.mine"), code=303)
    page = render_template("livelihood/mine/card.html", form=form, card=found)
    response = make_response(page, form.status)
    response.headers["Cache-Control"] = "no-store"
    # The address is half the secret: no other page may learn it.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _came_in(form: Form, found: CardHere) -> bool:
    if not form.validate():
        return False
    if isinstance(form, NewPinForm):
        pin_hash = hash_password(check_new_pin(form.pin.text))
        return _opened(
            form, found, lambda work: choose_pin(work, found.access_id, pin_hash, now=clock())
        )
    return isinstance(form, PinForm) and _proved(form, found)


def _proved(form: PinForm, found: CardHere) -> bool:
    """Compare the number; counted as a miss until it was right."""
    guess = guess_at(KIND, str(found.access_id), free=_FREE_MISSES)
    counted = acted(
        form, lambda work: count_guess(work, [guess, guess_from_here(KIND)], now=clock())
    )
    if counted is None:
        return False
    # Outside of any unit of work: hashing takes its time, and others want to write.
    if not password_matches(found.pin_hash, _digits(form.pin.data)):
        MISSES.labels(KIND).inc()
        form.refuse(WrongPin(), field="pin")
        return False
    missed = counted.result

    def settle(work: Session) -> None:
        strike_out(work, missed)
        forget_misses(work, guess)
        note_used(work, found.access_id, now=clock())

    return _opened(form, found, settle)


def _opened(form: Form, found: CardHere, settle: Callable[[Session], None]) -> bool:
    """Open a session for whoever holds the card; the one this browser had is over."""
    token = sessions.new_token()
    old = sessions.carried_hash()

    def act(work: Session) -> None:
        settle(work)
        open_session(work, found.person_id, token_hash(token), now=clock(), old=old)

    if acted(form, act) is None:
        return False
    sessions.begin(token)
    return True


def _digits(typed: str) -> str:
    """What was typed as digits; anything else is compared too, and is wrong."""
    try:
        return normal_pin(typed)
    except Invalid:
        return typed
