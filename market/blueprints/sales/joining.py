"""A volunteer's phone joins a stall: the page behind the pass's code, and the page of the phone itself.

Looking at a pass changes nothing (a messenger's preview looks too); only its form takes a seat.
"""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from market.actions.people.misses import count_guess, strike_out
from market.actions.sales import joining as acts
from market.actions.sales.joining import Join, Joined, WrongDigits, change_holder, join
from market.blueprints.sales import blueprint
from market.blueprints.sales.pass_forms import HolderForm, JoinForm
from market.domain.errors import MarketError
from market.domain.sales.stall_pass import MOST_NAME
from market.extensions import reading, unit_of_work
from market.queries.sales.devices import DeviceHere, device_by_token
from market.queries.sales.passes import PassFound, pass_by_token
from market.web.access import for_devices, public
from market.web.devices import carried_token, device, let_carry, this_device
from market.web.errors import sentence_of, status_of
from market.web.forms import acted
from market.web.guessing import guess_at, guess_from_here
from market.web.measures import MISSES
from market.web.passes import KIND, device_token_of, new_attempt
from market.web.sessions import clock, token_hash, whoever

FREE_MISSES = 20
"""Six people who try at the same moment are no guessers."""


@blueprint.route("/p/<token>", methods=["GET", "POST"])
@public
def stall_pass_join(token: str) -> ResponseReturnValue:
    found = pass_by_token(reading(), token_hash(token))
    if found is None:
        raise acts.NoSuchPass
    token_asked = device_token_of(request.form.get("attempt", ""))
    held = this_device() or _joined_before(token_asked)
    shut = _shut(found, held)
    if shut is not None:
        page = render_template("sales/passes/shut.html", found=found, sentence=sentence_of(shut))
        return _private(make_response(page, status_of(shut)))
    form = JoinForm(data={"name": _name_known(held), "attempt": new_attempt()})
    if request.method == "POST":
        joined = _joined(form, token, held, token_asked)
        if joined:
            return _in(found, joined, token_asked)
    page = render_template("sales/passes/join.html", form=form, found=found, held=held)
    return _private(make_response(page, form.status))


@blueprint.get("/till/phone")
@for_devices
def till_phone() -> ResponseReturnValue:
    """Which stall and till this phone is at, and what to do next; works without scripts."""
    return _phone_page(HolderForm())


@blueprint.post("/till/phone/holder")
@for_devices
def till_phone_holder() -> ResponseReturnValue:
    form, here = HolderForm(), device()
    done = acted(
        form,
        lambda session: change_holder(
            session, here.community_id, here.id, form.name.text, now=clock()
        ),
    )
    if not done:
        return _phone_page(form)
    flash(gettext("换好了，%(name)s 辛苦了。", name=form.name.text), "done")
    return redirect(url_for(".tills_home"), code=303)


def _joined_before(token: str) -> DeviceHere | None:
    """The phone that the first of two taps has let in; the second does not carry its cookie yet."""
    return device_by_token(reading(), token_hash(token)) if request.method == "POST" else None


def _shut(found: PassFound, held: DeviceHere | None) -> MarketError | None:
    """Why this pass lets nobody in now; those who are in already never hear that it is full."""
    if found.revoked:
        return acts.PassRevoked(stall=found.stall)
    if clock() >= found.valid_until:
        return acts.PassExpired(market_day=found.market_day)
    if found.full and (held is None or held.pass_id != found.id):
        return acts.PassFull(stall=found.stall, seats=found.seats)
    return None


def _name_known(held: DeviceHere | None) -> str:
    known = whoever()
    if held is not None:
        return held.name
    return known.name[:MOST_NAME] if known is not None else ""


def _joined(
    form: JoinForm, token: str, held: DeviceHere | None, device_token: str
) -> Joined | None:
    """Try the digits: a miss until they were right, and only digits can miss."""
    guesses = [guess_at(KIND, token, free=FREE_MISSES), guess_from_here(KIND)]
    counted = acted(form, lambda session: count_guess(session, guesses, now=clock()))
    if counted is None:
        return None
    command = Join(
        pass_hash=token_hash(token),
        name=form.name.text,
        digits=form.digits.text,
        device_hash=token_hash(device_token),
        held_id=held.id if held else None,
    )

    def act(session: Session) -> Joined:
        strike_out(session, counted.result)
        return join(session, command, now=clock())

    done = acted(form, act, at={WrongDigits: "digits"})
    if done is not None:
        return done.result
    if form.digits.errors:
        MISSES.labels(KIND).inc()
    else:
        with unit_of_work() as session:
            strike_out(session, counted.result)
    return None


def _in(found: PassFound, joined: Joined, device_token: str) -> Response:
    """To the till; a phone that carries a good token keeps it, for a while longer."""
    say = gettext(
        "加入了“%(stall)s”，本机是 %(letter)s 机。", stall=found.stall, letter=joined.letter
    )
    flash(say, "done")
    response = make_response(redirect(url_for(".tills_home"), code=303))
    carried = carried_token() if joined.known and this_device() else None
    let_carry(response, carried or device_token)
    return _private(response)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    # The address is the secret: no other page may learn it, and nobody may list it.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _phone_page(form: HolderForm) -> ResponseReturnValue:
    page = render_template("sales/till/phone_here.html", form=form, device=device())
    return page, form.status
