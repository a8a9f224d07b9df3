"""报送包 of a market day: in one tap the brief, the figures with their 口径, the passed pictures."""

from __future__ import annotations

import io

from flask import Response, render_template, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.blueprints.reports import blueprint
from market.domain.people import Role
from market.extensions import reading
from market.queries.public.album import passed_pictures
from market.queries.public.disclosures import figures_now
from market.queries.public.markets import MarketPage, market_page
from market.queries.sales.market_days import MarketDayNow, market_day_now
from market.queries.sales.rota import shifts_of
from market.queries.sales.served import served_people
from market.queries.sales.tills import NoSuchMarketDay
from market.web.access import community, for_roles
from market.web.disclosed import Line, columns, lines_of
from market.web.filters import date_text, datetime_text, money_text
from market.web.office import Brief, Part, brief_file, package_file
from market.web.sessions import clock
from market.web.sheets import Sheet, xlsx_of

SENDERS = (Role.SOCIAL_WORKER, Role.TREASURER, Role.ADMINISTRATOR)
FEW = 5
"""Fewer people than this are told as 少于 5."""


@blueprint.get("/desk/<community>/markets/<int:market_id>/package")
@for_roles(*SENDERS)
def package(market_id: int) -> ResponseReturnValue:
    day, found = _facts(market_id)
    return render_template(
        "reports/package.html",
        day=day,
        lines=_lines(found),
        pictures=len(passed_pictures(reading(), day.id)),
        closed=found.market.stage == "closed",
    )


@blueprint.get("/desk/<community>/markets/<int:market_id>/package.zip")
@for_roles(*SENDERS)
def package_zip(market_id: int) -> ResponseReturnValue:
    day, found = _facts(market_id)
    pictures = passed_pictures(reading(), day.id)
    files = [
        (gettext("活动简报.docx"), brief_file(_brief(day, found, pictures))),
        (gettext("数据和口径.xlsx"), xlsx_of(_sheet(day, found))),
    ]
    name = gettext("报送包-%(market)s.zip", market=day.name)
    return _file(package_file(files, pictures), name, "application/zip")


@blueprint.get("/desk/<community>/markets/<int:market_id>/package.docx")
@for_roles(*SENDERS)
def package_brief(market_id: int) -> ResponseReturnValue:
    day, found = _facts(market_id)
    content = brief_file(_brief(day, found, passed_pictures(reading(), day.id)))
    name = gettext("活动简报-%(market)s.docx", market=day.name)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return _file(content, name, kind)


@blueprint.get("/desk/<community>/markets/<int:market_id>/package.xlsx")
@for_roles(*SENDERS)
def package_figures(market_id: int) -> ResponseReturnValue:
    day, found = _facts(market_id)
    name = gettext("数据和口径-%(market)s.xlsx", market=day.name)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(xlsx_of(_sheet(day, found)), name, kind)


def _facts(market_id: int) -> tuple[MarketDayNow, MarketPage]:
    day = market_day_now(reading(), community().id, market_id)
    found = market_page(reading(), day.slug)
    if found is None:
        raise NoSuchMarketDay
    return day, found


def _lines(found: MarketPage) -> list[Line]:
    """The disclosure's rows, and how many took part; few people are not told one by one."""
    people = len({shift.name for shift in shifts_of(reading(), found.market.id)})
    served, _free = served_people(reading(), found.market.id)
    return [
        *lines_of(figures_now(found)),
        Line(gettext("摊位"), None, len(found.stalls), 1, gettext("这次市集设的摊位。")),
        Line(gettext("服务人次"), None, served, 1, gettext("轮到并做完的号和预约，免费的也算。")),
        Line(
            gettext("志愿者") if people >= FEW else gettext("志愿者（少于 5 人）"),
            None,
            people if people >= FEW else None,
            1,
            gettext("排班表上的人，同一个名字只算一次；不到 5 个就不写几个。"),
        ),
    ]


def _sheet(day: MarketDayNow, found: MarketPage) -> Sheet[Line]:
    notes = [found.community, f"{day.name} · {date_text(day.held_on)}", day.place]
    return Sheet(gettext("数据和口径"), columns(), _lines(found), notes)


def _brief(day: MarketDayNow, found: MarketPage, pictures: list[tuple[str, bytes]]) -> Brief:
    figures = figures_now(found)
    when = f"{date_text(day.held_on)} {day.starts_at:%H:%M}–{day.ends_at:%H:%M}"
    what = gettext(
        "%(when)s，%(place)s，%(stalls)s 个摊位。义卖收入 %(income)s，付给寄售人 %(consigned)s，"
        "净额 %(net)s，全部进入专款。",
        when=when,
        place=day.place,
        stalls=len(found.stalls),
        income=money_text(figures.income_minor),
        consigned=money_text(figures.consigned_minor),
        net=money_text(figures.net_minor),
    )
    lit = gettext(
        "这场市集的钱到达 %(wishes)s 个微心愿，共 %(amount)s。心愿是谁提的，这份材料不写，也不附名单。",
        wishes=figures.wishes,
        amount=money_text(figures.of_funds("wishes_minor")),
    )
    undone = gettext(
        "收摊后补传 %(late)s 张小票，退款 %(refunds)s 张、%(amount)s。",
        late=figures.late_sales,
        refunds=figures.refunds,
        amount=money_text(figures.refunds_minor),
    )
    return Brief(
        title=gettext("%(market)s 活动简报", market=day.name),
        under=f"{found.community} · {date_text(day.held_on)}",
        parts=(
            Part(gettext("一、基本情况"), (*found.hosts, what)),
            Part(gettext("二、点亮的心愿"), (lit,)),
            Part(gettext("三、数据和口径"), lines=tuple(_lines(found))),
            Part(gettext("四、补传和退款"), (undone,)),
            Part(gettext("五、做法和体会"), (gettext("（请在这里写两三句。）"),)),
        ),
        pictures=tuple(pictures),
        signed=f"{found.community}\n{gettext('数据截至 %(at)s', at=datetime_text(clock()))}",
    )


def _file(content: bytes, name: str, kind: str) -> Response:
    return send_file(
        io.BytesIO(content), mimetype=kind, as_attachment=True, download_name=name, max_age=0
    )
