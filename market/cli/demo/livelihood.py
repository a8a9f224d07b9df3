"""The demo's entrepreneur: her enterprise, the card she comes in by, and a helper she named."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from market.actions.livelihood.courses import PlanCourse, mark_attendance, plan_course, sign_up
from market.actions.livelihood.enterprises import (
    BeginEnterprise,
    NewCard,
    begin_enterprise,
    choose_pin,
    issue_own_card,
    name_helper,
)
from market.actions.livelihood.income import ReportIncome, report_income
from market.actions.livelihood.mentoring import (
    WriteSession,
    pair,
    say_skills_taught,
    say_skills_wanted,
    write_session,
)
from market.actions.livelihood.page import WritePage, write_page
from market.actions.people.passwords import hash_password
from market.cli.demo.neighbourhood import Neighbourhood
from market.domain.livelihood.learning import Skill
from market.web.sessions import token_hash

CARD = "mulan-zhe-zhang-ka-zhi-gei-yan-shi"
"""What the weaver's card says; everybody may read it, as the demo's passwords."""
PIN = "270514"


def begin_weaving(session: Session, place: Neighbourhood, *, now: datetime) -> int:
    """The weaver's enterprise with her card, nangua helping her; gives its id."""
    by = place.id_of("zhima")
    begin = BeginEnterprise(
        community_id=place.community_id,
        person_name="",
        name="木兰编织",
        party_id=place.weaver_id,
    )
    enterprise = begin_enterprise(
        session, begin, by_id=by, now=now, random_bytes=secrets.token_bytes
    )
    new = NewCard(
        community_id=place.community_id,
        enterprise_id=enterprise.id,
        token_hash=token_hash(CARD),
    )
    card = issue_own_card(session, new, by_id=by, now=now, random_bytes=secrets.token_bytes)
    choose_pin(session, card.id, hash_password(PIN), now=now)
    name_helper(
        session,
        enterprise.id,
        place.id_of("nangua"),
        community_id=place.community_id,
        by_id=card.person_id,
        now=now,
    )
    return enterprise.id


def earn_elsewhere(session: Session, place: Neighbourhood, *, now: datetime) -> None:
    """What nangua wrote down for her of an order from the neighbours' chat."""
    report_income(
        session,
        ReportIncome(
            party_id=place.weaver_id,
            month=f"{now:%Y-%m}",
            amount_minor=120_00,
            note="小区群接龙，定做 4 个杯垫套装",
        ),
        by_id=place.id_of("nangua"),
        today=now.date(),
        now=now,
    )


def open_her_page(
    session: Session, place: Neighbourhood, enterprise_id: int, *, now: datetime
) -> None:
    """She shows what she makes and how to buy it; her goal stays her own."""
    write_page(
        session,
        WritePage(
            community_id=place.community_id,
            enterprise_id=enterprise_id,
            name="木兰编织",
            product="手编杯垫和小竹篮",
            words="棉线是自己染的，一个杯垫要编两个钟头。\n喜欢别的颜色，可以在市集上跟我说。",
            goal="攒够钱买一台卷线机",
            buying="平时在社工站一楼的货架上，也可以请社工站转告我定做。",
            shown=("name", "product", "words", "buying", "support", "picture"),
            page_shown=True,
        ),
        by_id=place.id_of("nangua"),
        now=now,
    )


def teach(session: Session, place: Neighbourhood, enterprise_id: int, *, now: datetime) -> None:
    """A course held and one to come, both with sign-ups; a mentor with two sessions."""
    maisui, zhima, nangua = (place.id_of(one) for one in ("maisui", "zhima", "nangua"))
    here = place.community_id
    baker = begin_enterprise(
        session,
        BeginEnterprise(community_id=here, person_name="小满（演示）", name="小满米糕"),
        by_id=zhima,
        now=now,
        random_bytes=secrets.token_bytes,
    )
    say_skills_taught(session, here, maisui, (Skill.PHOTOS, Skill.PRICING), now=now)
    say_skills_taught(session, here, nangua, (Skill.PACKAGING,), now=now)
    say_skills_wanted(session, enterprise_id, (Skill.PHOTOS, Skill.SELLING_ONLINE), now=now)
    say_skills_wanted(session, baker.id, (Skill.FOOD_SAFETY, Skill.PACKAGING), now=now)
    begun = now - timedelta(days=20)
    for title, skill, starts_at, teacher in (
        ("用手机把东西拍好看", Skill.PHOTOS, begun + timedelta(days=10), maisui),
        ("一张纸包得又快又好", Skill.PACKAGING, now + timedelta(days=5), nangua),
    ):
        plan = PlanCourse(
            community_id=here,
            skill=skill,
            title=title,
            place="社工站二楼",
            starts_at=starts_at.replace(hour=6, minute=0, second=0, microsecond=0),
            minutes=90,
            seats=8,
            teacher_id=teacher,
        )
        course = plan_course(session, plan, by_id=zhima, now=begun)
        for one in (enterprise_id, baker.id):
            sign_up(session, here, course.id, one, by_id=zhima, now=begun)
        if starts_at < now:
            mark_attendance(session, here, course.id, [enterprise_id], by_id=maisui, now=now)
    mentoring = pair(session, here, enterprise_id, maisui, by_id=zhima, now=begun)
    for days, shared, private in (
        (
            12,
            "一起挑了五张照片，把背景换成窗边的木桌。下次带三种颜色来。",
            "她担心卖贵了没人要，先不催。",
        ),
        (4, "算了一遍成本：棉线、工时、损耗，杯垫定 ¥18 不亏。", ""),
    ):
        held = now - timedelta(days=days)
        written = WriteSession(
            mentoring_id=mentoring.id,
            held_on=held.date(),
            minutes=60,
            shared=shared,
            private=private,
        )
        write_session(session, written, by_id=maisui, today=now.date(), now=held)
