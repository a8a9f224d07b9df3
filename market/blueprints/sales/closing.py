"""Closing a till by plain forms: the blind count, the second word, the closure and its supplements."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.sales import counting
from market.actions.sales.closing import (
    CloseTill,
    VarianceUnexplained,
    close_late_sales,
    close_till,
)
from market.actions.sales.counting import (
    CountTill,
    NotSigned,
    confirm_count,
    count_till,
    sign_count,
)
from market.actions.sales.handing_over import HandOver, NotTaken, hand_over
from market.actions.sales.signing_off import PhonesNotSignedOff
from market.actions.sales.tills import NoSuchSafe
from market.blueprints.sales import blueprint
from market.blueprints.sales.closing_pages import closure_page, hand_over_form
from market.blueprints.sales.till_forms import (
    CloseForm,
    CountForm,
    PiecesTyped,
    SignForm,
)
from market.blueprints.sales.tills import SELLERS, till_here
from market.domain.errors import MarketError
from market.domain.people import Role
from market.domain.sales.signature import (
    SignatureTooShort,
    SignatureUnreadable,
)
from market.domain.sales.till import (
    SameCounter,
    SecondCounterMissing,
)
from market.extensions import reading
from market.queries.sales.closings import (
    count_of,
)
from market.queries.sales.tills import TillNow, box_income_may_be
from market.web.access import for_roles, person
from market.web.desk import may_enter
from market.web.forms import Form, acted
from market.web.sessions import clock

_FIELDS_OF_COUNT: dict[type[MarketError], str] = {
    SecondCounterMissing: "second_name",
    SameCounter: "second_name",
    counting.BoxIncomeNotHere: "box",
    counting.BoxIncomeTooLarge: "box",
}
_AT_SIGNATURE: dict[type[MarketError], str] = {
    NotSigned: "signature",
    SignatureTooShort: "strokes",
    SignatureUnreadable: "strokes",
}
_AT_HAND_OVER: dict[type[MarketError], str] = {
    SecondCounterMissing: "taker",
    SameCounter: "taker",
    NotTaken: "taken",
    NoSuchSafe: "holder",
    SignatureTooShort: "strokes",
    SignatureUnreadable: "strokes",
}


@blueprint.route("/till/<community>/<int:till_id>/count", methods=["GET", "POST"])
@for_roles(*SELLERS)
def till_count(till_id: int) -> ResponseReturnValue:
    """The count, before anybody sees what was expected: this page knows no sum of the till."""
    till = till_here(till_id)
    if request.method == "GET" and not till.sells:
        return redirect(url_for(".till_closure", till_id=till.id), code=303)
    form = CountForm(data={"first_name": person().name})
    typed = PiecesTyped(request.form)
    box = box_income_may_be(reading(), till.market_day_id)
    if (
        request.method == "POST"
        and form.validate()
        and not typed.problems
        and _counted(till, form, typed)
    ):
        return redirect(url_for(".till_closure", till_id=till.id), code=303)
    status = 422 if typed.problems else form.status
    return (
        render_template(
            "sales/till/count.html",
            till=till,
            form=form,
            rows=typed.rows,
            problems=typed.problems,
            box=box,
        ),
        status,
    )


@blueprint.post("/till/<community>/<int:till_id>/count/confirmation")
@for_roles(*Role)
def till_count_confirm(till_id: int) -> ResponseReturnValue:
    """The second counter's word, on her own phone."""
    till = till_here(till_id)
    form = Form()
    confirmed = acted(
        form,
        lambda session: confirm_count(
            session, till.community_id, till.id, by_id=person().id, now=clock()
        ),
    )
    if confirmed:
        return _confirmed(till)
    return closure_page(till_here(till_id), refused=form)


@blueprint.post("/till/<community>/<int:till_id>/count/signature")
@for_roles(*SELLERS)
def till_count_sign(till_id: int) -> ResponseReturnValue:
    """The second counter's word, on the first one's phone: her name, drawn or typed, and her tick."""
    till = till_here(till_id)
    form = SignForm()
    if form.validate() and not form.sure.data:
        count = count_of(reading(), till.id)
        form.refuse(NotSigned(second=count.second_name if count else ""), field="sure")
        return closure_page(till, sign=form)
    signed = acted(
        form,
        lambda session: sign_count(
            session,
            till.community_id,
            till.id,
            signature=form.signature.text,
            strokes=form.strokes.text,
            by_id=person().id,
            now=clock(),
        ),
        at=_AT_SIGNATURE,
    )
    return _confirmed(till) if signed else closure_page(till_here(till_id), sign=form)


@blueprint.get("/till/<community>/<int:till_id>/closure")
@for_roles(*Role)
def till_closure(till_id: int) -> ResponseReturnValue:
    till = till_here(till_id)
    if till.sells:
        # Whoever may not count looks at what has been sold so far.
        onward = ".till_count" if may_enter("sales.till_count") else ".till_sales"
        return redirect(url_for(onward, till_id=till.id), code=303)
    return closure_page(till)


@blueprint.post("/till/<community>/<int:till_id>/closure")
@for_roles(*SELLERS)
def till_closure_add(till_id: int) -> ResponseReturnValue:
    till = till_here(till_id)
    form = CloseForm()
    command = CloseTill(
        community_id=till.community_id,
        till_id=till.id,
        reason=form.reason.text,
        phones_reason=form.phones_reason.text,
    )
    if acted(
        form,
        lambda session: close_till(session, command, by_id=person().id, now=clock()),
        at={VarianceUnexplained: "reason", PhonesNotSignedOff: "phones_reason"},
    ):
        return redirect(url_for(".till_closure", till_id=till.id), code=303)
    return closure_page(till_here(till_id), close=form)


@blueprint.post("/till/<community>/<int:till_id>/supplements")
@for_roles(*SELLERS)
def till_supplement_add(till_id: int) -> ResponseReturnValue:
    till = till_here(till_id)
    form = CloseForm()
    command = CloseTill(community_id=till.community_id, till_id=till.id, reason=form.reason.text)
    done = acted(
        form, lambda session: close_late_sales(session, command, by_id=person().id, now=clock())
    )
    if not done:
        return closure_page(till, close=form)
    flash(gettext("补传记录已经结账，第 %(number)s 次。", number=done.result.number), "done")
    return redirect(url_for(".till_closure", till_id=till.id), code=303)


@blueprint.post("/till/<community>/<int:till_id>/hand-over")
@for_roles(*SELLERS)
def till_hand_over(till_id: int) -> ResponseReturnValue:
    """现金交接: who takes the envelope, the sum, two names."""
    till = till_here(till_id)
    form = hand_over_form(till)
    done = form.validate() and acted(
        form,
        lambda session: hand_over(
            session,
            HandOver(
                community_id=till.community_id,
                till_id=till.id,
                giver=form.giver.text,
                taker=form.taker.text,
                holder_id=form.holder.data,
                strokes=form.strokes.text,
                taken=form.taken.data,
            ),
            by_id=person().id,
            now=clock(),
        ),
        at=_AT_HAND_OVER,
    )
    if not done:
        return closure_page(till_here(till_id), handed=form)
    flash(gettext("现金交接已经记下。"), "done")
    return redirect(url_for(".till_closure", till_id=till.id), code=303)


def _counted(till: TillNow, form: CountForm, typed: PiecesTyped) -> bool:
    command = CountTill(
        community_id=till.community_id,
        till_id=till.id,
        pieces=typed.pieces,
        first_name=form.first_name.text,
        second_name=form.second_name.text,
        box_minor=form.box.data or 0,
        signed=form.signed.data,
    )
    by_id, now = person().id, clock()
    done = acted(
        form,
        lambda session: count_till(session, command, by_id=by_id, now=now),
        at=_FIELDS_OF_COUNT,
    )
    return done is not None


def _confirmed(till: TillNow) -> ResponseReturnValue:
    flash(gettext("两个人都确认了，可以对账结账。"), "done")
    return redirect(url_for(".till_closure", till_id=till.id), code=303)
