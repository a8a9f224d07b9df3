"""Booking a time online: choose, say a nickname and four digits; see it or give it back by a code.

The address of a booking holds its private code, so such a page is kept nowhere and tells no other
page where it was. It is never about money.
"""

from __future__ import annotations

import secrets
from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.sales.bookings import Book, book, cancel_booking, code_hash
from market.actions.sales.turns import Taker
from market.blueprints.public import blueprint
from market.domain.errors import MarketError
from market.domain.identifiers import uuid7
from market.domain.sales.receipt_code import grouped, mint, parse
from market.domain.sales.turns import TurnState
from market.extensions import reading
from market.queries.sales.services import ServiceNow, free_slots, service_at
from market.queries.sales.turns import TurnNow, turn_by_code
from market.web.access import public
from market.web.booking_form import FIELDS, BookForm
from market.web.forms import Form, TextField, acted
from market.web.guessing import check_misses_from_here, count_miss_from_here
from market.web.sessions import clock

WHAT = "booking"
MOST_TYPED = 40


class CodeForm(Form):
    """The private code of a booking."""

    code = TextField(lazy_gettext("预约码"), most=MOST_TYPED)


@blueprint.route("/markets/<slug>/services/<int:listing_id>", methods=["GET", "POST"])
@public
def service(slug: str, listing_id: int) -> ResponseReturnValue:
    """One service: what it is, and the times that can be had."""
    known = service_at(reading(), slug, listing_id)
    form = BookForm()
    form.offer(free_slots(reading(), known, now=clock()))
    turn_id, code = _typed_names()
    if request.method == "POST":
        form.take_typed()
        done = acted(
            form,
            lambda session: book(
                session,
                known,
                Book(at=form.time, turn_id=turn_id, contact=form.contact(), code=code),
                Taker(),
                now=clock(),
                random_bytes=secrets.token_bytes,
            ),
            at=FIELDS,
        )
        if done:
            return redirect(url_for(".booking", code=code), code=303)
        form.offer(free_slots(reading(), known, now=clock()))
    return _service_page(known, form, turn_id, code)


@blueprint.route("/bookings", methods=["GET", "POST"])
@public
def booking_lookup() -> ResponseReturnValue:
    """Find a booking by its code."""
    form = CodeForm()
    if request.method == "GET" or not form.validate():
        return _lookup_page(form)
    try:
        return redirect(url_for(".booking", code=parse(form.code.text)), code=303)
    except MarketError as error:
        form.refuse(error, field="code")
    return _lookup_page(form)


@blueprint.get("/bookings/<code>")
@public
def booking(code: str) -> ResponseReturnValue:
    turn = _turn(code)
    return _missed(code) if turn is None else _booking_page(turn, code, Form())


@blueprint.post("/bookings/<code>/cancellation")
@public
def booking_cancel(code: str) -> ResponseReturnValue:
    """Give a time back: it is free for others at once, and nothing personal is kept."""
    turn, form = _turn(code), Form()
    if turn is None:
        return _missed(code)
    if acted(form, lambda session: cancel_booking(session, parse(code), now=clock())):
        flash(gettext("预约已经取消，这个时段可以给别的邻居了。"), "done")
        return redirect(url_for(".market", slug=turn.slug), code=303)
    return _booking_page(turn, code, form)


def _turn(code: str) -> TurnNow | None:
    try:
        plain = parse(code)
    except MarketError:
        return None
    check_misses_from_here(WHAT)
    return turn_by_code(reading(), code_hash(plain))


def _missed(code: str) -> ResponseReturnValue:
    """No such booking, or not any more: counted, so that nobody can try them all."""
    count_miss_from_here(WHAT)
    form = CodeForm(formdata=None, data={"code": code})
    return _lookup_page(form, missed=True)


def _lookup_page(form: CodeForm, *, missed: bool = False) -> ResponseReturnValue:
    page = render_template("public/booking_lookup.html", form=form, missed=missed)
    return _private(page, 404 if missed else form.status)


def _booking_page(turn: TurnNow, code: str, form: Form) -> ResponseReturnValue:
    page = render_template(
        "public/booking.html",
        turn=turn,
        form=form,
        service=service_at(reading(), turn.slug, turn.listing_id),
        code=grouped(parse(code)),
        may_cancel=turn.state is TurnState.WAITING and not turn.paid_by,
    )
    return _private(page, form.status)


def _service_page(
    known: ServiceNow, form: BookForm, turn_id: UUID, code: str
) -> ResponseReturnValue:
    page = render_template(
        "public/service.html", service=known, form=form, turn_id=turn_id, code=code
    )
    return page, form.status


def _private(page: str, status: int) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    # The address is the secret: no other page may learn it.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _typed_names() -> tuple[UUID, str]:
    """The names that the page was opened with, so that two taps book once; else new ones."""
    try:
        return UUID(request.form.get("turn_id", "")), parse(request.form.get("code", ""))
    except (ValueError, MarketError):
        return uuid7(clock(), secrets.token_bytes), mint(secrets.token_bytes)
