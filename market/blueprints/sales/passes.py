"""Stall passes at the desk: made and printed, the day's digits, who joined, and what a photographed
pass calls for."""

from __future__ import annotations

import secrets

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from market.actions.sales import passes as acts
from market.actions.sales.passes import RenewPass, TooFewSeats
from market.blueprints.sales import blueprint
from market.blueprints.sales.pass_forms import SHOW_OUT, STOP, RenewalForm, SeatsForm
from market.blueprints.sales.preparing import PREPARERS, day_here
from market.domain.sales.stall_pass import SEATS
from market.extensions import reading, unit_of_work
from market.queries.people.misses import misses_since
from market.queries.sales.passes import (
    PassNow,
    digits_of,
    pass_of,
    passes_of,
    phone_now,
    phones_of,
)
from market.web.access import community, for_roles, person
from market.web.forms import Form, acted
from market.web.guessing import guess_at
from market.web.passes import KIND, new_pass_secret, pass_address, pass_token
from market.web.qr import qr_png
from market.web.sessions import clock


@blueprint.get("/desk/<community>/markets/<int:market_id>/passes")
@for_roles(*PREPARERS)
def market_day_passes(market_id: int) -> ResponseReturnValue:
    day = day_here(market_id)
    known = passes_of(reading(), market_id)
    return render_template(
        "sales/passes/list.html",
        day=day,
        passes=known,
        missing=sum(one.id is None for one in known),
        digits=digits_of(reading(), market_id),
        phones=phones_of(reading(), market_id),
        seats=SEATS,
    )


@blueprint.post("/desk/<community>/markets/<int:market_id>/passes")
@for_roles(*PREPARERS)
def market_day_passes_make(market_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    with unit_of_work() as session:
        made = acts.make_passes(
            session,
            here.id,
            market_id,
            new_secret=new_pass_secret,
            random_bytes=secrets.token_bytes,
            by_id=by.id,
            now=clock(),
        )
    if made:
        flash(ngettext("准备好了 %(num)s 张通行码。", "准备好了 %(num)s 张通行码。", made), "done")
    return redirect(url_for(".market_day_passes", market_id=market_id), code=303)


@blueprint.post("/desk/<community>/markets/<int:market_id>/digits")
@for_roles(*PREPARERS)
def market_day_digits(market_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    with unit_of_work() as session:
        acts.change_digits(
            session,
            here.id,
            market_id,
            random_bytes=secrets.token_bytes,
            by_id=by.id,
            now=clock(),
        )
    flash(gettext("四位数字换好了。已经加入的手机不受影响。"), "done")
    return redirect(url_for(".market_day_passes", market_id=market_id), code=303)


@blueprint.get("/desk/<community>/markets/<int:market_id>/passes/print")
@for_roles(*PREPARERS)
def market_day_passes_print(market_id: int) -> ResponseReturnValue:
    day = day_here(market_id)
    standing = [one for one in passes_of(reading(), market_id) if one.stands]
    return render_template(
        "sales/passes/print.html",
        day=day,
        passes=[one for one in standing if pass_address(one)],
        lost=[one for one in standing if not pass_address(one)],
        place=community().name,
    )


@blueprint.get("/desk/<community>/stalls/<int:stall_id>/pass")
@for_roles(*PREPARERS)
def stall_pass(stall_id: int) -> ResponseReturnValue:
    known = pass_of(reading(), community().id, stall_id)
    return _pass_page(known, SeatsForm(data={"seats": known.seats or SEATS}))


@blueprint.post("/desk/<community>/stalls/<int:stall_id>/pass/seats")
@for_roles(*PREPARERS)
def stall_pass_seats(stall_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = pass_of(reading(), here.id, stall_id)
    form = SeatsForm()
    done = acted(
        form,
        lambda session: acts.set_seats(
            session, here.id, stall_id, form.seats.count, by_id=by.id, now=clock()
        ),
        at={TooFewSeats: "seats"},
    )
    if not done:
        return _pass_page(known, form)
    flash(gettext("名额改好了。"), "done")
    return redirect(url_for(".stall_pass", stall_id=stall_id), code=303)


@blueprint.get("/desk/<community>/stalls/<int:stall_id>/pass/qr.png")
@for_roles(*PREPARERS)
def stall_pass_qr(stall_id: int) -> ResponseReturnValue:
    address = pass_address(pass_of(reading(), community().id, stall_id))
    if address is None:
        abort(404)
    return Response(qr_png(address), mimetype="image/png", headers={"Cache-Control": "no-store"})


@blueprint.route("/desk/<community>/stalls/<int:stall_id>/pass/renewal", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def stall_pass_renewal(stall_id: int) -> ResponseReturnValue:
    """What to do about a pass that somebody has photographed, or that was lost."""
    known = pass_of(reading(), community().id, stall_id)
    form = RenewalForm()
    form.offer(stands=known.stands)
    if request.method == "POST" and acted(form, lambda session: _renewed(session, form, stall_id)):
        flash(_renewed_words(form.what.data), "done")
        return redirect(url_for(".stall_pass", stall_id=stall_id), code=303)
    phones = phones_of(reading(), known.market_day_id, [stall_id])
    page = render_template(
        "sales/passes/renewal.html",
        form=form,
        known=known,
        unsent=sum(phone.unsent for phone in phones if phone.revoked_at is None),
    )
    return page, form.status


@blueprint.route("/desk/<community>/phones/<int:device_id>/revocation", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def phone_revocation(device_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    phone = phone_now(reading(), here.id, device_id)
    if phone is None:
        raise acts.NoSuchPhone
    form = Form()
    if request.method == "POST" and acted(
        form,
        lambda session: acts.show_out(session, here.id, device_id, by_id=by.id, now=clock()),
    ):
        say = gettext(
            "%(letter)s 机已经请出，空出一个名额。它再来要重新扫码。", letter=phone.letter
        )
        flash(say, "done")
        return redirect(url_for(".stall_pass", stall_id=phone.stall_id), code=303)
    return render_template("sales/passes/show_out.html", form=form, phone=phone), form.status


def _renewed(session: Session, form: RenewalForm, stall_id: int) -> None:
    here, by = community(), person()
    if form.what.data == STOP:
        acts.revoke_pass(session, here.id, stall_id, by_id=by.id, now=clock())
        return
    acts.renew_pass(
        session,
        RenewPass(community_id=here.id, stall_id=stall_id, show_out=form.what.data == SHOW_OUT),
        secret=new_pass_secret(),
        random_bytes=secrets.token_bytes,
        by_id=by.id,
        now=clock(),
    )


def _renewed_words(what: str) -> str:
    if what == STOP:
        return str(gettext("通行码已经停用。"))
    if what == SHOW_OUT:
        return str(
            gettext("换了新的通行码和四位数字，原来的手机都请出了。请打印新的，再告诉大家新数字。")
        )
    return str(gettext("换了新的通行码，已加入的手机照常用。请打印新的，把旧的收回来。"))


def _pass_page(known: PassNow, form: SeatsForm) -> ResponseReturnValue:
    page = render_template(
        "sales/passes/pass.html",
        form=form,
        known=known,
        day=day_here(known.market_day_id),
        address=pass_address(known),
        wrong_digits=_wrong_digits(known),
        phones=phones_of(reading(), known.market_day_id, [known.stall_id]),
    )
    return page, form.status


def _wrong_digits(known: PassNow) -> int:
    """How often wrong digits were tried at this pass in the last hour."""
    token = pass_token(known)
    if token is None:
        return 0
    guess = guess_at(KIND, token)
    return misses_since(reading(), guess.key_hash, clock() - guess.window)
