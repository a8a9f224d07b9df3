"""Putting a market day off or calling it off, and the words to tell everybody."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.sales.postponing import MOST_REASON, ChangeMarket, put_off_market
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import PREPARERS, day_here
from market.domain.errors import N_
from market.extensions import reading
from market.queries.sales.changes import ChangeNow, changes_of
from market.queries.sales.market_days import MarketDayNow
from market.web.access import community, for_roles, person
from market.web.filters import date_text
from market.web.forms import CardsField, DateField, Form, LinesField, acted
from market.web.sessions import clock

PUT_OFF, CALL_OFF = "put_off", "call_off"


class ChangeForm(Form):
    what = CardsField(lazy_gettext("怎么改"))
    to_on = DateField(lazy_gettext("改到哪一天"), optional=True)
    reason = LinesField(lazy_gettext("原因"), most=MOST_REASON)

    def validate(self, extra_validators: object = None) -> bool:
        sound = bool(super().validate(extra_validators))
        if self.what.data == PUT_OFF and self.to_on.data is None and not self.to_on.errors:
            self.to_on.errors = [gettext(N_("请选一个新的日期。"))]
            return False
        return sound


@blueprint.route("/desk/<community>/markets/<int:market_id>/change", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def market_day_change(market_id: int) -> ResponseReturnValue:
    day, here, by = day_here(market_id), community(), person()
    form = ChangeForm(data={"what": PUT_OFF})
    form.what.choices = [(PUT_OFF, gettext("改期")), (CALL_OFF, gettext("取消"))]
    if request.method == "POST" and acted(
        form,
        lambda session: put_off_market(
            session,
            ChangeMarket(
                community_id=here.id,
                market_day_id=market_id,
                to_on=form.to_on.data if form.what.data == PUT_OFF else None,
                reason=form.reason.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("已经改好，公开页马上就换。下面的话可以复制到群里。"), "done")
        return redirect(url_for(".market_day_change", market_id=market_id), code=303)
    changes = changes_of(reading(), day.id)
    page = render_template(
        "sales/market_days/change.html",
        form=form,
        day=day_here(market_id),
        changes=changes,
        message=message_of(day, changes[0]) if changes else "",
    )
    return page, form.status


def message_of(day: MarketDayNow, change: ChangeNow) -> str:
    """What to say in the group about the last change."""
    facts = {
        "name": day.name,
        "old": date_text(change.from_on),
        "place": day.place,
        "reason": change.reason,
        "address": url_for("public.market", slug=day.slug, _external=True),
    }
    if change.to_on is None:
        return str(
            gettext(
                "【取消】%(name)s（%(old)s）这次不办了。原因：%(reason)s。"
                "已经预约和预订的邻居，请互相转告。%(address)s",
                **facts,
            )
        )
    return str(
        gettext(
            "【改期】%(name)s 由 %(old)s 改到 %(new)s，%(hours)s，地点：%(place)s。"
            "原因：%(reason)s。预约、预订和摊位通行码都照旧有效。%(address)s",
            new=date_text(change.to_on),
            hours=f"{day.starts_at:%H:%M}–{day.ends_at:%H:%M}",
            **facts,
        )
    )
