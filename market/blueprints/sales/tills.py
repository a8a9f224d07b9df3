"""The tills somebody may use, opening one, and cash put in or taken out."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.ledger.posting import NotEnoughMoney
from market.actions.sales import tills as acts
from market.actions.sales.devices import Seller
from market.actions.sales.moving import MoveCash, NotEnoughInTill, pay_in, pay_out
from market.actions.sales.tills import OpenTill, open_till
from market.blueprints.sales import blueprint
from market.blueprints.sales.phone import sell_screen
from market.blueprints.sales.till_forms import MoveForm, OpenTillForm
from market.domain.errors import N_, MarketError
from market.domain.people import Role
from market.domain.sales.stall_pass import valid_until
from market.extensions import reading
from market.queries.people.who import SignedIn
from market.queries.sales.devices import DeviceHere
from market.queries.sales.opening import (
    days_to_open_at,
    market_day_name,
    safes_of,
    stalls_to_open,
)
from market.queries.sales.tills import (
    NoSuchTill,
    TillNow,
    moves_of,
    till_now,
    tills_to_see,
)
from market.web.access import (
    acting_device,
    community,
    for_roles,
    person,
    signed_in,
    signed_in_or_device,
)
from market.web.desk import DeskPage, offer
from market.web.devices import this_device
from market.web.forms import acted
from market.web.sessions import clock, whoever

SELLERS = (Role.VOLUNTEER, Role.TREASURER, Role.SOCIAL_WORKER, Role.ADMINISTRATOR)
"""Who may open a till, sell at it, count and close it."""

_RECENT = timedelta(days=3)
_FIELDS_OF_OPENING: dict[type[MarketError], str] = {
    acts.NoStallChosen: "stalls",
    acts.StallTaken: "stalls",
    acts.NoSuchSafe: "safe",
    NotEnoughMoney: "float_amount",
}


blueprint.record(
    lambda state: offer(
        state.app, DeskPage(20, "sales.tills_home", N_("收银"), "cash", ("sales.till",))
    )
)


@blueprint.get("/till/")
@signed_in_or_device
def tills_home() -> ResponseReturnValue:
    """A phone that joined a stall sells; a person sees the tills of their communities, and where
    one may be opened."""
    phone = this_device()
    if phone is not None and (whoever() is None or _is_of_today(phone)):
        return sell_screen(phone)
    return _tills_of(person())


@blueprint.get("/till/mine")
@signed_in
def tills_mine() -> ResponseReturnValue:
    """The tills of a person whose phone has joined a stall as well."""
    return _tills_of(person())


def _is_of_today(phone: DeviceHere) -> bool:
    """Whether its market day is not over yet."""
    return clock() < valid_until(phone.held_on, phone.time_zone)


def _tills_of(known: SignedIn) -> ResponseReturnValue:
    places = [place for place, held in known.roles.items() if held & set(SELLERS)]
    since = (clock() - _RECENT).date()
    return render_template(
        "sales/till/home.html",
        sells=bool(places),
        tills=tills_to_see(reading(), places, person_id=known.id, since=since),
        days=days_to_open_at(reading(), places, since=since),
    )


@blueprint.route("/till/<community>/open/<int:market_day_id>", methods=["GET", "POST"])
@for_roles(*SELLERS)
def till_open(market_day_id: int) -> ResponseReturnValue:
    here = community()
    name = market_day_name(reading(), here.id, market_day_id)
    form = OpenTillForm()
    stalls = stalls_to_open(reading(), market_day_id)
    safes = safes_of(reading(), here.id)
    form.stalls.choices = [(stall.id, f"{stall.number} · {stall.name}") for stall in stalls]
    form.safe.choices = [(safe.holder_id, safe.name) for safe in safes]
    done = request.method == "POST" and acted(
        form,
        lambda session: open_till(
            session,
            OpenTill(
                community_id=here.id,
                market_day_id=market_day_id,
                stall_ids=form.stalls.data or (),
                safe_holder_id=form.safe.data,
                float_minor=form.float_amount.minor,
                name=form.name.text,
            ),
            by_id=person().id,
            now=clock(),
        ),
        at=_FIELDS_OF_OPENING,
    )
    if done:
        flash(gettext("开摊了，祝生意兴隆。"), "done")
        return redirect(url_for(".till_sell", till_id=done.result.id), code=303)
    if request.method == "GET":
        form.stalls.data = [stall.id for stall in stalls if len(stalls) == 1]
    return (
        render_template(
            "sales/till/open.html",
            form=form,
            market_day=name,
            market_day_id=market_day_id,
            stalls={stall.id: stall for stall in stalls},
            safes={safe.holder_id: safe for safe in safes},
        ),
        form.status,
    )


@blueprint.route("/till/<community>/<int:till_id>/moves", methods=["GET", "POST"])
@for_roles(*SELLERS)
def till_moves(till_id: int) -> ResponseReturnValue:
    till = till_here(till_id)
    form = MoveForm()
    form.offer()
    command = MoveCash(
        community_id=till.community_id,
        till_id=till.id,
        amount_minor=form.amount.data or 0,
        note=form.note.text,
    )
    act = pay_in if form.kind.data == "pay_in" else pay_out
    if request.method == "POST" and acted(
        form,
        lambda session: act(session, command, by_id=person().id, now=clock()),
        at={NotEnoughInTill: "amount", NotEnoughMoney: "amount"},
    ):
        flash(gettext("已经记下。"), "done")
        return redirect(url_for(".till_moves", till_id=till.id), code=303)
    moves = moves_of(reading(), till.id)
    return render_template("sales/till/moves.html", form=form, till=till, moves=moves), form.status


def till_here(till_id: int) -> TillNow:
    """The till of the address, if it is one of the community of the address; raises NoSuchTill.

    To a phone that joined a stall, only the tills that serve its stall are there.
    """
    till = till_now(reading(), community().id, till_id)
    phone = acting_device()
    if phone is not None and phone.stall.id not in {stall.id for stall in till.stalls}:
        raise NoSuchTill
    return till


def seller() -> Seller:
    """Who sells here: the person signed in, else the phone that joined."""
    phone = acting_device()
    return Seller(person_id=person().id) if phone is None else Seller(phone_id=phone.id)
