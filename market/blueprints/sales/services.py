"""Preparing services: who serves, how turns are taken, which times can be booked."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.actions.sales.services import (
    OpenSlots,
    SetService,
    close_slot,
    open_slots,
    set_service,
)
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import PREPARERS
from market.blueprints.sales.turn_forms import SlotsForm, service_form
from market.domain.sales.turns import Way, slot_label
from market.extensions import reading
from market.queries.sales.services import NoSuchService, service_now, slots_of
from market.web.access import community, for_roles, person
from market.web.booking_form import read_time
from market.web.forms import Form, acted
from market.web.sessions import clock


@blueprint.route("/desk/<community>/listings/<int:listing_id>/service", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def service(listing_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = service_now(reading(), here.id, listing_id)
    form = service_form(known)
    if request.method == "POST" and acted(
        form,
        lambda session: set_service(
            session,
            SetService(
                community_id=here.id,
                listing_id=listing_id,
                way=Way(form.way.data),
                provider=form.provider.text,
                care=bool(form.care.data),
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("“%(name)s”的轮候方式已经定好。", name=known.name), "done")
        if form.way.data == Way.SLOT:
            return redirect(url_for(".service_slots", listing_id=listing_id), code=303)
        return redirect(url_for(".stall", stall_id=known.stall_id), code=303)
    return render_template("sales/services/service.html", form=form, service=known), form.status


@blueprint.route("/desk/<community>/listings/<int:listing_id>/slots", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def service_slots(listing_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = service_now(reading(), here.id, listing_id)
    form = SlotsForm(data={"first": known.starts_at, "last": known.ends_at})
    if request.method == "POST":
        done = acted(
            form,
            lambda session: open_slots(
                session,
                OpenSlots(
                    community_id=here.id,
                    listing_id=listing_id,
                    first=form.first.of_day,
                    last=form.last.of_day,
                ),
                by_id=by.id,
                now=clock(),
            ),
        )
        if done:
            words = ngettext("加了 %(num)s 个时段。", "加了 %(num)s 个时段。", done.result)
            flash(words, "done")
            return redirect(url_for(".service_slots", listing_id=listing_id), code=303)
    return _slots_page(listing_id, form)


@blueprint.post("/desk/<community>/listings/<int:listing_id>/slots/<at>/closure")
@for_roles(*PREPARERS)
def service_slot_close(listing_id: int, at: str) -> ResponseReturnValue:
    here, by, form = community(), person(), Form()
    start = read_time(at)
    if start is None:
        raise NoSuchService
    if acted(
        form,
        lambda session: close_slot(session, here.id, listing_id, start, by_id=by.id, now=clock()),
    ):
        flash(gettext("%(at)s 的时段已经去掉。", at=slot_label(start)), "done")
        return redirect(url_for(".service_slots", listing_id=listing_id), code=303)
    return _slots_page(listing_id, SlotsForm(formdata=None), refused=form)


def _slots_page(
    listing_id: int, form: SlotsForm, *, refused: Form | None = None
) -> ResponseReturnValue:
    known = service_now(reading(), community().id, listing_id)
    page = render_template(
        "sales/services/slots.html",
        form=form,
        problems=refused.form_errors if refused else [],
        service=known,
        slots=slots_of(reading(), listing_id),
        address=url_for("public.service", slug=known.slug, listing_id=listing_id, _external=True),
    )
    return page, refused.status if refused else form.status
