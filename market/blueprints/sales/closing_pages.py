"""What the page of a counted till shows: the second counter's word, the reckoning, or the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.sales.quarantine import Reason
from market.actions.sales.signing_off import PLAIN_FORMS
from market.blueprints.sales.count_codes import code_of
from market.blueprints.sales.preparing import today
from market.blueprints.sales.till_forms import CloseForm, HandOverForm, SignForm
from market.domain.sales.holes import holes_text
from market.domain.sales.sale import Tender
from market.domain.sales.signature import HEIGHT, WIDTH, path_of
from market.domain.sales.till import expected_cash, needs_reason, variance_of
from market.extensions import reading
from market.queries.sales.after_closing import hand_over_of, late_sales_of
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
from market.queries.sales.opening import safes_of
from market.queries.sales.served import unserved
from market.queries.sales.sign_offs import named_by, phones_at
from market.queries.sales.tills import TillNow, TillState
from market.web.access import community, person
from market.web.filters import money_text
from market.web.forms import Form
from market.web.qr import qr_svg


def closure_page(
    till: TillNow,
    *,
    sign: SignForm | None = None,
    close: CloseForm | None = None,
    handed: HandOverForm | None = None,
    refused: Form | None = None,
) -> ResponseReturnValue:
    """What this till waits for: the second counter, the closing, or nothing more.

    `refused` is a form without fields that brought the page back, for its errors.
    """
    form = refused or sign or close or handed
    status = form.status if form else 200
    problems = refused.form_errors if refused else []
    if handed is not None and till.state is not TillState.CLOSED:
        # There is no form for it on the page of a till that has not closed.
        problems = handed.form_errors
    count = count_of(reading(), till.id)
    if count is None:
        return redirect(url_for(".till_count", till_id=till.id), code=303)
    aside = {
        "set_aside": set_aside_of(reading(), till.id),
        "aside_words": {str(reason): gettext(reason.label) for reason in Reason},
        "unserved": unserved(reading(), till.community_id, till_id=till.id),
        "today": today(),
    }
    if till.state is TillState.CLOSED:
        page = render_template(
            "sales/till/closed.html",
            till=till,
            count=count,
            form=close or handed,
            problems=problems,
            **aside,
            **_closed(till),
            **_handing_over(till, count, handed),
        )
    elif not count.confirmed:
        page = render_template(
            "sales/till/confirm.html",
            till=till,
            count=count,
            form=sign or SignForm(formdata=None),
            problems=problems,
            **_second_phone(till, count),
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
        "phones": phones_at(reading(), till.market_day_id, till.id),
        "holes_text": holes_text,
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
        "late_sales": late_sales_of(reading(), till.id),
        "phones": named_by(reading(), first.id),
        "plain_forms": PLAIN_FORMS,
        "message": _message(till, first, takings),
    }


def _second_phone(till: TillNow, count: CountNow) -> Mapping[str, object]:
    """What leads the second counter's own phone here: a code to scan, words to send."""
    if person().id != count.counted_by_id:
        return {}
    address = url_for(".count_second", code=code_of(till.id, count.counted_at), _external=True)
    ask = gettext(
        "%(second)s，“%(till)s”点出现金 %(counted)s，请您核对以后点确认：%(address)s",
        second=count.second_name,
        till=till.name,
        counted=money_text(count.counted_minor),
        address=address,
    )
    return {"code": qr_svg(address), "ask": ask}


def hand_over_form(till: TillNow, **given: str) -> HandOverForm:
    form = HandOverForm(data={"holder": till.safe_holder_id, **given})
    form.holder.choices = [
        (safe.holder_id, safe.name) for safe in safes_of(reading(), till.community_id)
    ]
    return form


def _handing_over(
    till: TillNow, count: CountNow, form: HandOverForm | None
) -> Mapping[str, object]:
    """Who took the envelope; before that the form for it, and words for whoever should."""
    handed = hand_over_of(reading(), till.id)
    drawn = {"strokes_box": f"0 0 {WIDTH} {HEIGHT}", "path_of": path_of, "handed": handed}
    if handed is not None or not count.counted_minor:
        return drawn
    safes = {safe.holder_id: safe.name for safe in safes_of(reading(), till.community_id)}
    ask = gettext(
        "%(who)s，“%(till)s”的现金 %(counted)s 点好装进信封了，在%(giver)s这里，请您来取：%(address)s",
        who=safes.get(till.safe_holder_id, gettext("您好")),
        till=till.name,
        counted=money_text(count.counted_minor),
        giver=count.first_name,
        address=url_for(".till_closure", till_id=till.id, _external=True),
    )
    hand_form = form or hand_over_form(till, giver=count.first_name)
    return {**drawn, "hand_form": hand_form, "hand_ask": ask}


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
