"""Closing a till by plain forms: the blind count, the second word, the closure and its supplements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

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
from market.actions.sales.quarantine import Reason
from market.blueprints.sales import blueprint
from market.blueprints.sales.till_forms import CloseForm, CountForm, PiecesTyped, SignForm
from market.blueprints.sales.tills import SELLERS, till_here
from market.domain.errors import MarketError
from market.domain.people import Role
from market.domain.sales.sale import Tender
from market.domain.sales.till import (
    SameCounter,
    SecondCounterMissing,
    expected_cash,
    needs_reason,
    variance_of,
)
from market.extensions import reading
from market.queries.sales.closings import (
    ClosureRow,
    CountNow,
    box_then,
    cash_moves,
    closed_takings,
    closures_of,
    count_of,
    set_aside_of,
    waiting_takings,
)
from market.queries.sales.tills import TillNow, TillState, box_income_may_be
from market.web.access import community, for_roles, person
from market.web.desk import may_enter
from market.web.filters import money_text
from market.web.forms import Form, acted
from market.web.sessions import clock

_FIELDS_OF_COUNT: dict[type[MarketError], str] = {
    SecondCounterMissing: "second_name",
    SameCounter: "second_name",
    counting.BoxIncomeNotHere: "box",
    counting.BoxIncomeTooLarge: "box",
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
    return _closure_page(till_here(till_id), refused=form)


@blueprint.post("/till/<community>/<int:till_id>/count/signature")
@for_roles(*SELLERS)
def till_count_sign(till_id: int) -> ResponseReturnValue:
    """The second counter's word, on the first one's phone: her name and her tick."""
    till = till_here(till_id)
    form = SignForm()
    if form.validate() and not form.sure.data:
        count = count_of(reading(), till.id)
        form.refuse(NotSigned(second=count.second_name if count else ""), field="sure")
        return _closure_page(till, sign=form)
    signed = acted(
        form,
        lambda session: sign_count(
            session,
            till.community_id,
            till.id,
            signature=form.signature.text,
            by_id=person().id,
            now=clock(),
        ),
        at={NotSigned: "signature"},
    )
    return _confirmed(till) if signed else _closure_page(till_here(till_id), sign=form)


@blueprint.get("/till/<community>/<int:till_id>/closure")
@for_roles(*Role)
def till_closure(till_id: int) -> ResponseReturnValue:
    till = till_here(till_id)
    if till.sells:
        # Whoever may not count looks at what has been sold so far.
        onward = ".till_count" if may_enter("sales.till_count") else ".till_sales"
        return redirect(url_for(onward, till_id=till.id), code=303)
    return _closure_page(till)


@blueprint.post("/till/<community>/<int:till_id>/closure")
@for_roles(*SELLERS)
def till_closure_add(till_id: int) -> ResponseReturnValue:
    till = till_here(till_id)
    form = CloseForm()
    command = CloseTill(community_id=till.community_id, till_id=till.id, reason=form.reason.text)
    if acted(
        form,
        lambda session: close_till(session, command, by_id=person().id, now=clock()),
        at={VarianceUnexplained: "reason"},
    ):
        return redirect(url_for(".till_closure", till_id=till.id), code=303)
    return _closure_page(till_here(till_id), close=form)


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
        return _closure_page(till, close=form)
    flash(gettext("补传记录已经结账，第 %(number)s 次。", number=done.result.number), "done")
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


def _closure_page(
    till: TillNow,
    *,
    sign: SignForm | None = None,
    close: CloseForm | None = None,
    refused: Form | None = None,
) -> ResponseReturnValue:
    """What this till waits for: the second counter, the closing, or nothing more.

    `refused` is a form without fields that brought the page back, for its errors.
    """
    form = refused or sign or close
    status = form.status if form else 200
    problems = refused.form_errors if refused else []
    count = count_of(reading(), till.id)
    if count is None:
        return redirect(url_for(".till_count", till_id=till.id), code=303)
    aside = {
        "set_aside": set_aside_of(reading(), till.id),
        "aside_words": {str(reason): gettext(reason.label) for reason in Reason},
    }
    if till.state is TillState.CLOSED:
        page = render_template(
            "sales/till/closed.html",
            till=till,
            count=count,
            form=close,
            problems=problems,
            **aside,
            **_closed(till),
        )
    elif not count.confirmed:
        page = render_template(
            "sales/till/confirm.html",
            till=till,
            count=count,
            form=sign or SignForm(formdata=None),
            problems=problems,
        )
    else:
        page = render_template(
            "sales/till/close.html",
            till=till,
            count=count,
            form=close or CloseForm(formdata=None),
            problems=problems,
            **aside,
            **_reckoning(till, count),
        )
    return page, status


def _reckoning(till: TillNow, count: CountNow) -> Mapping[str, object]:
    """What a closing now would say: expected = float + cash sales + box income ± in and out."""
    takings = waiting_takings(reading(), till.id)
    moves = box_then(
        cash_moves(reading(), till.community_id, till.id), takings, box_minor=count.box_minor
    )
    expected_minor = expected_cash(moves)
    variance_minor = count.counted_minor - expected_minor
    threshold_minor = community().variance_reason_minor
    return {
        "takings": takings,
        "moves": moves,
        "expected_minor": expected_minor,
        "variance_minor": variance_minor,
        "variance": variance_of(variance_minor),
        "threshold_minor": threshold_minor,
        "must_explain": needs_reason(variance_minor, threshold_minor=threshold_minor),
    }


def _closed(till: TillNow) -> Mapping[str, object]:
    closures = closures_of(reading(), till.id)
    first = closures[0]
    takings = closed_takings(reading(), first.id)
    late = waiting_takings(reading(), till.id)
    return {
        "closures": closures,
        "first": first,
        "variance": variance_of(first.variance_minor or 0),
        "takings": [(tender, *takings[tender]) for tender in Tender if tender in takings],
        "moves": replace(
            cash_moves(reading(), till.community_id, till.id),
            cash_sales_minor=takings.get(Tender.CASH, (0, 0))[1],
            box_income_minor=first.box_minor,
        ),
        "late": late,
        "message": _message(till, first, takings),
    }


def _message(till: TillNow, closure: ClosureRow, takings: Mapping[str, tuple[int, int]]) -> str:
    """What one says in the group after closing; a text to copy."""
    lines = [
        gettext("【%(market)s】%(till)s 已收摊", market=till.market_day, till=till.name),
        gettext(
            "义卖 %(sales)s 笔，净额 %(net)s",
            sales=closure.sales,
            net=money_text(closure.net_minor),
        ),
    ]
    lines += [
        gettext(
            "%(tender)s %(sales)s 笔 %(amount)s",
            tender=gettext(tender.label),
            sales=takings[tender][0],
            amount=money_text(takings[tender][1]),
        )
        for tender in Tender
        if tender in takings
    ]
    if closure.box_minor:
        lines.append(gettext("另有无明细收入 %(amount)s", amount=money_text(closure.box_minor)))
    variance = closure.variance_minor or 0
    lines.append(
        gettext("点钱 %(counted)s，正好", counted=money_text(closure.counted_minor or 0))
        if variance == 0
        else gettext(
            "点钱 %(counted)s，%(way)s %(difference)s",
            counted=money_text(closure.counted_minor or 0),
            way=gettext(variance_of(variance).label),
            difference=money_text(abs(variance)),
        )
    )
    return "\n".join(lines)
