"""The demo's story, told in order through the same actions people use."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.cli.demo.album import fill_album
from market.cli.demo.children import file_demo_children
from market.cli.demo.disclosing import WHY, publish_sums
from market.cli.demo.holds import somebody_brings_a_thing
from market.cli.demo.lighting import agree_on_a_plan
from market.cli.demo.livelihood import (
    CARD,
    PIN,
    begin_weaving,
    earn_elsewhere,
    open_her_page,
    teach,
)
from market.cli.demo.markets import (
    add_late_sale,
    close_demo_till,
    open_demo_market,
    plan_demo_market,
    sell_through_the_morning,
    settle_market,
)
from market.cli.demo.neighbourhood import (
    CAST,
    PASSWORD,
    SLUG,
    Neighbourhood,
    found_neighbourhood,
)
from market.cli.demo.passes import prepare_passes
from market.cli.demo.preparing import prepare_by_hand
from market.cli.demo.refunds import refund_one
from market.cli.demo.services import offer_times, serve_today
from market.cli.demo.speaking import let_visitors_speak
from market.cli.demo.support import begin_on_paper, support_weaving
from market.cli.demo.wishes import (
    EARLIER,
    LATER,
    carry_on,
    enter_demo_wishes,
    leave_some_unfinished,
    light_what_can_be_lit,
)
from market.config import Settings
from market.extensions import reading, unit_of_work
from market.models.people import Community

ZONE = ZoneInfo("Asia/Shanghai")
SEED = 20261121


@click.command("demo")
@click.option("--if-empty", is_flag=True, help="Leave a database that is in use as it is.")
@with_appcontext
def demo(*, if_empty: bool) -> None:
    """Fill an empty database with a fictional neighbourhood, and say who may sign in."""
    settings: Settings = current_app.extensions["settings"]
    known = reading().scalars(select(Community.slug)).all()
    reading().close()
    in_use = known not in ([], [SLUG])
    if if_empty and (in_use or settings.production):
        return
    if settings.production:
        message = "the demo's people have a password everybody can read: not in production"
        raise click.ClickException(message)
    if in_use:
        message = "this database is not empty; give the demo one of its own (DATABASE_URL)"
        raise click.ClickException(message)
    if not known:
        with unit_of_work() as session:
            place = tell_the_story(session, now=datetime.now(UTC))
            file_demo_children(session, place, now=datetime.now(UTC))
            somebody_brings_a_thing(session, place, now=datetime.now(UTC))
    _say_who_may_sign_in()


def tell_the_story(session: Session, *, now: datetime) -> Neighbourhood:
    """A past market wholly settled, one open now, one to come, and wishes in every state."""
    rng = random.Random(SEED)  # noqa: S311 - a story that is the same each time
    today = now.astimezone(ZONE).date()
    past = today - timedelta(days=28)
    place = found_neighbourhood(session, now=_at(past - timedelta(days=30), 9))
    weaving = begin_weaving(session, place, now=_at(past - timedelta(days=29), 10))
    enter_demo_wishes(session, place, rng, EARLIER, now=_at(past - timedelta(days=12), 10))
    past_id = _past_market(session, place, rng, past)
    lit = light_what_can_be_lit(session, place, now=_at(past + timedelta(days=2), 10))
    carry_on(session, place, lit, first_at=_at(past + timedelta(days=4), 14))
    leave_some_unfinished(session, place, rng, now=_at(today - timedelta(days=6), 10))
    fill_album(session, place, past_id, now=_at(past + timedelta(days=2), 11))
    publish_sums(session, place, past_id, now=_at(today - timedelta(days=5), 9), why=WHY)
    enter_demo_wishes(session, place, rng, LATER, now=_at(today - timedelta(days=5), 10))
    earn_elsewhere(session, place, now=now)
    open_her_page(session, place, weaving, now=now)
    support_weaving(session, place, weaving, begun=_at(past + timedelta(days=3), 10), now=now)
    teach(session, place, weaving, now=now)
    begin_on_paper(session, place, now=now)
    started = now - timedelta(hours=2)
    market = open_demo_market(
        session, place, "秋收市集：把暖和带回家", starts_at=started, zone_day=today
    )
    prepare_passes(session, place, market)
    prepare_by_hand(session, place, market.market_day_id, by="zhima", now=started)
    agree_on_a_plan(session, place, market.market_day_id, now=started - timedelta(days=1))
    sell_through_the_morning(session, place, market, rng, count=14, until=now)
    serve_today(session, place, market.market_day_id, rng, now=now)
    coming = plan_demo_market(
        session, place, "腊八市集：一碗粥，一盏灯", on=today + timedelta(days=14), now=now
    )
    offer_times(session, place, coming, rng, now=now)
    let_visitors_speak(session, place, now=now)
    return place


def _past_market(session: Session, place: Neighbourhood, rng: random.Random, on: date) -> int:
    market = open_demo_market(
        session, place, "桂花市集：邻居的手艺", starts_at=_at(on, 9), zone_day=on
    )
    sell_through_the_morning(session, place, market, rng, count=42, until=_at(on, 12))
    ends = _at(on, 12, 20)
    close_demo_till(
        session, place, market.tills[0], variance_minor=3_00, reason="有位邻居没要找零", now=ends
    )
    close_demo_till(session, place, market.tills[1], variance_minor=-1_00, reason="", now=ends)
    publish_sums(session, place, market.market_day_id, now=_at(on, 12, 40))
    add_late_sale(session, place, market, rng, now=_at(on, 13))
    refund_one(session, place, market, now=_at(on, 15))
    settle_market(session, place, market, now=_at(on + timedelta(days=1), 10))
    return market.market_day_id


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=ZONE).astimezone(UTC)


def _say_who_may_sign_in() -> None:
    click.echo("灯笼街社区（演示） 可以登录的人 / who may sign in:")
    for username, name, roles in CAST:
        held = "、".join(role.label for role in roles)
        click.echo(f"  {username:<10} {name}  {held}")
    click.echo(f"  密码 / password: {PASSWORD}")
    click.echo(f"  木兰的卡 / the entrepreneur's card: /mine/card/{CARD}  数字 / number: {PIN}")
