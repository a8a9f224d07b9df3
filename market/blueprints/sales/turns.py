"""Turns as a phone at the stall shows them: the queue of each service, a tap for each step."""

from __future__ import annotations

import secrets
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from market.actions.sales.bookings import Book, book
from market.actions.sales.turn_payment import name_turn_by_day_number
from market.actions.sales.turns import (
    StepTurn,
    Taker,
    TakeTurn,
    promise_turn,
    step_back,
    step_turn,
    take_turn,
)
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import today
from market.blueprints.sales.tills import SELLERS
from market.blueprints.sales.turn_forms import (
    CareForm,
    PaymentForm,
    PromiseForm,
    WhoseForm,
)
from market.domain.identifiers import uuid7
from market.domain.sales.turns import TurnState, Way, next_states, state_before
from market.extensions import reading
from market.queries.sales.opening import market_day_name
from market.queries.sales.served import queues_of, unserved
from market.queries.sales.services import (
    NoSuchService,
    ServiceNow,
    free_slots,
    open_till_of,
    service_now,
    services_of,
)
from market.queries.sales.turns import NoSuchTurn, TurnNow, steps_of, turn_now, turns_at
from market.web.access import acting_device, community, for_roles, person
from market.web.booking_form import FIELDS, BookForm
from market.web.forms import Form, acted
from market.web.sessions import clock


@blueprint.get("/till/<community>/days/<int:market_id>/turns")
@for_roles(*SELLERS, devices=True)
def turns(market_id: int) -> ResponseReturnValue:
    """The services of a market day, and how many wait at each."""
    return render_template(
        "sales/turns/services.html",
        market_day=market_day_name(reading(), community().id, market_id),
        services=[
            one for one in services_of(reading(), market_id, with_queues=True) if _is_ours(one)
        ],
        queues=queues_of(reading(), market_id),
    )


@blueprint.get("/till/<community>/services/<int:listing_id>/turns")
@for_roles(*SELLERS, devices=True)
def service_turns(listing_id: int) -> ResponseReturnValue:
    """The queue of one service."""
    service = _service_here(listing_id)
    found = turns_at(reading(), listing_id)
    return render_template(
        "sales/turns/queue.html",
        service=service,
        waiting=[turn for turn in found if turn.state is TurnState.WAITING],
        present=[turn for turn in found if _is_in_hand(turn)],
        over=[
            turn for turn in found if turn.state is not TurnState.WAITING and not _is_in_hand(turn)
        ],
        next_states=next_states,
        turn_id=_new_id(),
    )


@blueprint.route("/till/<community>/services/<int:listing_id>/turns/new", methods=["GET", "POST"])
@for_roles(*SELLERS, devices=True)
def turn_new(listing_id: int) -> ResponseReturnValue:
    """A number, something that is left, or a time for somebody who asks at the stall."""
    service = _service_here(listing_id)
    form: WhoseForm | BookForm = WhoseForm()
    if service.way is Way.SLOT:
        form = _book_form(service)
    turn_id = _typed_id()
    if request.method == "POST":
        done = acted(form, lambda session: _taken(session, service, form, turn_id), at=FIELDS)
        if done:
            return redirect(url_for(".turn", turn_id=done.result), code=303)
    if isinstance(form, BookForm):
        form.offer(free_slots(reading(), service, now=clock()))
    page = render_template("sales/turns/new.html", form=form, service=service, turn_id=turn_id)
    return page, form.status


@blueprint.get("/till/<community>/turns/<uuid:turn_id>")
@for_roles(*SELLERS, devices=True)
def turn(turn_id: UUID) -> ResponseReturnValue:
    return _turn_page(_turn_here(turn_id))


@blueprint.post("/till/<community>/turns/<uuid:turn_id>/steps")
@for_roles(*SELLERS, devices=True)
def turn_step(turn_id: UUID) -> ResponseReturnValue:
    """One step on, from the queue or from the turn's own page."""
    known, form = _turn_here(turn_id), CareForm()
    state = request.form.get("state", "")
    if state not in set(TurnState):
        raise NoSuchTurn
    command = StepTurn(
        community_id=community().id,
        turn_id=turn_id,
        state=TurnState(state),
        seen=request.form.get("seen", -1, type=int),
        first_name=form.first_name.text,
        second_name=form.second_name.text,
        guardian_here=bool(form.guardian_here.data),
        tag=form.tag.text,
        tag_lost=bool(form.tag_lost.data),
    )
    if acted(form, lambda session: step_turn(session, command, _taker(), now=clock())):
        return redirect(url_for(".service_turns", listing_id=known.listing_id), code=303)
    return _turn_page(_turn_here(turn_id), care=form)


@blueprint.post("/till/<community>/turns/<uuid:turn_id>/return")
@for_roles(*SELLERS, devices=True)
def turn_back(turn_id: UUID) -> ResponseReturnValue:
    """A slip of the finger, taken back."""
    form = Form()
    seen = request.form.get("seen", -1, type=int)
    _turn_here(turn_id)
    if acted(
        form,
        lambda session: step_back(session, community().id, turn_id, seen, _taker(), now=clock()),
    ):
        return redirect(url_for(".turn", turn_id=turn_id), code=303)
    return _turn_page(_turn_here(turn_id), refused=form)


@blueprint.post("/till/<community>/turns/<uuid:turn_id>/payment")
@for_roles(*SELLERS, devices=True)
def turn_payment(turn_id: UUID) -> ResponseReturnValue:
    """The receipt it was paid with, where a phone has sold it."""
    form = PaymentForm()
    _turn_here(turn_id)
    if acted(
        form,
        lambda session: name_turn_by_day_number(
            session, community().id, turn_id, form.day_number.text
        ),
    ):
        flash(gettext("已经对上小票。"), "done")
        return redirect(url_for(".turn", turn_id=turn_id), code=303)
    return _turn_page(_turn_here(turn_id), payment=form)


@blueprint.post("/till/<community>/turns/<uuid:turn_id>/promise")
@for_roles(*SELLERS)
def turn_promise(turn_id: UUID) -> ResponseReturnValue:
    """The day by which somebody who has paid is served."""
    form = PromiseForm()
    _turn_here(turn_id)
    if acted(
        form,
        lambda session: promise_turn(
            session,
            community().id,
            turn_id,
            form.due_on.day,
            by_id=person().id,
            today=today(),
            now=clock(),
        ),
    ):
        flash(gettext("约定的日子已经记下。"), "done")
        return redirect(url_for(".turn", turn_id=turn_id), code=303)
    return _turn_page(_turn_here(turn_id), promise=form)


@blueprint.get("/till/<community>/unserved")
@for_roles(*SELLERS)
def turns_unserved() -> ResponseReturnValue:
    """Who has paid and was not served yet, with the day each was promised."""
    return render_template(
        "sales/turns/unserved.html",
        turns=unserved(reading(), community().id),
        today=today(),
    )


def _turn_page(
    known: TurnNow,
    *,
    care: CareForm | None = None,
    payment: PaymentForm | None = None,
    promise: PromiseForm | None = None,
    refused: Form | None = None,
) -> ResponseReturnValue:
    told = care or payment or promise or refused
    page = render_template(
        "sales/turns/turn.html",
        turn=known,
        steps=steps_of(reading(), known.id),
        next_states=next_states(known.way, known.state),
        may_go_back=state_before(known.way, known.state, care=known.care) is not None,
        care=care or CareForm(formdata=None),
        payment=payment or PaymentForm(formdata=None),
        promise=promise or PromiseForm(formdata=None, data={"due_on": known.due_on}),
        till_id=None if known.paid_by else open_till_of(reading(), known.stall_id),
        may_promise=acting_device() is None,
        form=told,
    )
    return page, told.status if told else 200


def _book_form(service: ServiceNow) -> BookForm:
    form = BookForm()
    form.offer(free_slots(reading(), service, now=clock()))
    if request.method == "POST":
        form.take_typed()
    return form


def _taken(
    session: Session, service: ServiceNow, form: WhoseForm | BookForm, turn_id: UUID
) -> UUID:
    if isinstance(form, WhoseForm):
        command = TakeTurn(
            community_id=service.community_id,
            listing_id=service.listing_id,
            turn_id=turn_id,
            contact=form.contact(),
        )
        return take_turn(session, command, _taker(), now=clock(), random_bytes=secrets.token_bytes)
    wanted = Book(at=form.time, turn_id=turn_id, contact=form.contact())
    return book(session, service, wanted, _taker(), now=clock(), random_bytes=secrets.token_bytes)


def _service_here(listing_id: int) -> ServiceNow:
    """The service of the address; to a phone, only those of its own till's stalls are there."""
    service = service_now(reading(), community().id, listing_id)
    if service.way is None or not _is_ours(service):
        raise NoSuchService
    return service


def _turn_here(turn_id: UUID) -> TurnNow:
    known = turn_now(reading(), community().id, turn_id)
    phone = acting_device()
    if phone is not None and known.stall_id not in phone.stall_ids:
        raise NoSuchTurn
    return known


def _is_ours(service: ServiceNow) -> bool:
    phone = acting_device()
    if service.community_id != community().id:
        return False
    return phone is None or service.stall_id in phone.stall_ids


def _is_in_hand(turn: TurnNow) -> bool:
    """Whether somebody is being served, or something waits to be collected."""
    if turn.way is Way.LEFT:
        return turn.state is TurnState.DONE
    return turn.state is TurnState.ARRIVED


def _taker() -> Taker:
    phone = acting_device()
    return Taker(person_id=person().id) if phone is None else Taker(device_id=phone.id)


def _typed_id() -> UUID:
    """The id that the page was opened with, so that two taps give one number."""
    try:
        return UUID(request.form.get("turn_id", ""))
    except ValueError:
        return _new_id()


def _new_id() -> UUID:
    return uuid7(clock(), secrets.token_bytes)
