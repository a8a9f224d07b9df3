"""The second reader's three questions, and the consents behind a wish."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.ledger.approvers import NotOfThisCommunity
from market.actions.proceeds.consents import (
    WithdrawConsents,
    record_consents,
    withdraw_consents,
)
from market.actions.proceeds.pictures import take_back_picture
from market.actions.proceeds.reviews import review_wish
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.wish_desk import (
    SECONDS,
    WRITERS,
    colleagues,
    today,
)
from market.blueprints.proceeds.wish_findings import findings_of
from market.blueprints.proceeds.wish_forms import consent_form, review_form, withdrawal_form
from market.extensions import reading
from market.queries.proceeds.stopping import newest_half
from market.queries.proceeds.wishes import wish_at_hand
from market.web.access import community, for_roles, person
from market.web.forms import Form, acted
from market.web.sessions import clock
from market.web.stopping import stop_address


@blueprint.route("/desk/<community>/wishes/<int:wish_id>/review", methods=["GET", "POST"])
@for_roles(*SECONDS)
def wish_review(wish_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = wish_at_hand(reading(), here.id, wish_id, today())
    form = review_form()
    if request.method == "POST":
        done = acted(
            form,
            lambda session: review_wish(
                session,
                form.command(here.id, wish_id, _hash_read()),
                by_id=by.id,
                now=clock(),
            ),
        )
        if done:
            passed = form.command(here.id, wish_id, b"").passes
            said = (
                gettext("谢谢！读过了，三个问题都放心。")
                if passed
                else gettext("谢谢！已经退回去改，改好会再请您读。")
            )
            flash(said, "done")
            return redirect(url_for(".wish", wish_id=wish_id), code=303)
        known = wish_at_hand(reading(), here.id, wish_id, today())
    page = render_template(
        "proceeds/wishes/review.html",
        form=form,
        known=known,
        wish=known.wish,
        mine=known.written_by_id == by.id,
        found=findings_of(known),
    )
    return page, form.status


@blueprint.route("/desk/<community>/wishes/<int:wish_id>/consents", methods=["GET", "POST"])
@for_roles(*WRITERS)
def wish_consents(wish_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = wish_at_hand(reading(), here.id, wish_id, today())
    form = consent_form(today(), [one for one in colleagues() if one[0] != by.id])
    if request.method == "POST" and acted(
        form,
        lambda session: record_consents(
            session, form.command(here.id, known.consent_ref), by_id=by.id, now=clock()
        ),
        at={NotOfThisCommunity: "witness"},
    ):
        flash(gettext("同意书已经登记。"), "done")
        return redirect(url_for(".wish", wish_id=wish_id), code=303)
    half = newest_half(reading(), here.id, known.consent_ref)
    page = render_template(
        "proceeds/wishes/consents.html",
        form=form,
        known=known,
        printed=stop_address(half) is not None,
    )
    return page, form.status


@blueprint.route(
    "/desk/<community>/wishes/<int:wish_id>/consents/withdrawal", methods=["GET", "POST"]
)
@for_roles(*WRITERS)
def wish_withdrawal(wish_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = wish_at_hand(reading(), here.id, wish_id, today())
    form = withdrawal_form(known)
    if request.method == "POST" and acted(
        form,
        lambda session: withdraw_consents(
            session,
            WithdrawConsents(
                community_id=here.id, reference=known.consent_ref, purposes=form.chosen
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("已经撤回，公开页面上马上就看不到了。"), "done")
        return redirect(url_for(".wish", wish_id=wish_id), code=303)
    page = render_template("proceeds/wishes/withdrawal.html", form=form, known=known)
    return page, form.status


@blueprint.post("/desk/<community>/wishes/<int:wish_id>/pictures/<int:picture_id>/removal")
@for_roles(*WRITERS)
def wish_picture_removal(wish_id: int, picture_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    form = Form()
    if acted(
        form,
        lambda session: take_back_picture(session, here.id, picture_id, by_id=by.id, now=clock()),
    ):
        flash(gettext("照片已经撤下，原来的地址打不开了。"), "done")
    return redirect(url_for(".wish", wish_id=wish_id), code=303)


def _hash_read() -> bytes:
    """The hash of the content that was on the page when the answers were given."""
    try:
        return bytes.fromhex(request.form.get("seen", ""))
    except ValueError:
        return b""
