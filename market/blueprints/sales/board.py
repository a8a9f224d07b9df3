"""The board of a market day: a page that stays open all day, and the part of it that is asked again."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import READERS, day_here
from market.domain.sales.holes import holes_text
from market.extensions import reading
from market.queries.sales.day_board import DayBoard, PhoneOnBoard, day_board
from market.queries.sales.market_days import MarketDayNow
from market.web.access import community, for_roles, person
from market.web.caching import revalidated
from market.web.filters import time_text
from market.web.sessions import clock


@blueprint.get("/desk/<community>/markets/<int:market_id>/board")
@for_roles(*READERS)
def board(market_id: int) -> ResponseReturnValue:
    day = day_here(market_id)
    return render_template("sales/board/board.html", day=day, **_shown(day, _board(day)))


@blueprint.get("/desk/<community>/markets/<int:market_id>/board/now")
@for_roles(*READERS)
def board_now(market_id: int) -> Response:
    """The part that changes; whoever has it as it is now is told so, and nothing is drawn."""
    day = day_here(market_id)
    now = _board(day)
    roles = sorted(person().roles_in(community().id))
    return revalidated(
        (day.name, _as_shown(now), roles),
        lambda: render_template("sales/board/_now.html", day=day, **_shown(day, now)),
    )


def _board(day: MarketDayNow) -> DayBoard:
    return day_board(reading(), day.id, now=clock())


def _shown(day: MarketDayNow, now: DayBoard) -> dict[str, object]:
    return {"board": now, "message": _message(day, now), "holes_text": holes_text, "as_of": clock()}


def _as_shown(board: DayBoard) -> tuple[object, ...]:
    """All that the board shows; of a phone's last contact the minute."""
    phones = [
        (
            one.at_till.phone.letter,
            one.at_till.phone.name,
            one.at_till.phone.stall,
            one.at_till.phone.unsent,
            one.at_till.phone.revoked_at,
            one.at_till.missing,
            one.at_till.holes,
            str(one.at_till.state),
            one.at_till.signed_off_at,
            one.late,
            _minute(one),
        )
        for one in board.phones
    ]
    return (board.tills, board.stalls, phones, board.set_aside)


def _minute(one: PhoneOnBoard) -> str:
    seen_at = one.at_till.phone.seen_at
    return f"{seen_at:%Y-%m-%d %H:%M}" if seen_at else ""


def _message(day: MarketDayNow, board: DayBoard) -> str:
    """What an organiser says in the group: who is asked for what. '' when nobody is."""
    lines = [*_asked_phones(board.late_phones), *_asked_tills(board)]
    if not lines:
        return ""
    return "\n".join([gettext("【%(market)s】请帮忙看一下：", market=day.name), *lines])


def _asked_phones(phones: Iterable[PhoneOnBoard]) -> Iterable[str]:
    for one in phones:
        phone = one.at_till.phone
        who = phone.name or phone.letter
        at = time_text(phone.seen_at) if phone.seen_at else gettext("还没有联系过")
        held = max(phone.unsent, one.at_till.missing)
        if held:
            yield ngettext(
                "%(who)s（%(letter)s 机）：还有 %(num)s 笔没传上来，上次联系 %(at)s，请打开收银页连一下网",
                "%(who)s（%(letter)s 机）：还有 %(num)s 笔没传上来，上次联系 %(at)s，请打开收银页连一下网",
                held,
                who=who,
                letter=phone.letter,
                at=at,
            )
        else:
            yield gettext(
                "%(who)s（%(letter)s 机）：上次联系 %(at)s，请打开收银页看一下",
                who=who,
                letter=phone.letter,
                at=at,
            )


def _asked_tills(board: DayBoard) -> Iterable[str]:
    for till in board.open_tills:
        yield gettext("“%(till)s”（%(who)s）还没有收摊", till=till.name, who=till.opened_by)
