"""The demo's children: all of them made up, in the demo's own vault alone."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.proceeds.identity import set_age_bands
from market.cli.demo.neighbourhood import Neighbourhood
from market.cli.vault.opened import has_vault, the_vault
from market.domain.identity.files import FileKind
from market.models.proceeds import Wish
from market.vault.ages import bands_of_wishes
from market.vault.files import NewFile, create_file, files_of
from market.vault.wishes import link_wish

# Name, birth date, guardian, of what kind, school.
CHILDREN = (
    ("灯小一", "2017-02-11", "灯大一", "parent", "灯笼街小学三（1）班"),
    ("灯小二", "2016-09-30", "灯奶奶", "grandparent", "灯笼街小学四（2）班"),
    ("灯小三", "2017-06-18", "灯大三", "parent", "灯笼街小学三（3）班"),
    ("灯小四", "2016-12-05", "灯外公", "grandparent", "灯笼街小学四（1）班"),
    ("灯小五", "2017-10-21", "灯大五", "parent", "灯笼街小学三（1）班"),
    ("灯小六", "2012-04-02", "灯姑姑", "relative", "灯笼街中学初三"),
)


def file_demo_children(session: Session, place: Neighbourhood, *, now: datetime) -> int:
    """Files for the wishes of the story; how many. None where the vault is closed or in use."""
    vault = the_vault() if has_vault() else None
    if vault is None or vault.closed_because() is not None:
        return 0
    codes = session.scalars(
        select(Wish.code).where(Wish.community_id == place.community_id).order_by(Wish.id)
    ).all()
    today = now.date()
    with vault.working() as opened:
        if files_of(opened, place.community_id, FileKind.CHILD):
            return 0
        made = [
            create_file(
                opened,
                _file_of(child, place, today),
                now=now,
                random_bytes=secrets.token_bytes,
            )
            for child in CHILDREN
        ]
        for number, code in enumerate(codes):
            link_wish(
                opened,
                made[number % len(made)].id,
                code,
                community_id=place.community_id,
                random_bytes=secrets.token_bytes,
            )
        set_age_bands(
            session, place.community_id, bands_of_wishes(opened, place.community_id, today), now=now
        )
    return len(made)


def _file_of(child: tuple[str, str, str, str, str], place: Neighbourhood, today: date) -> NewFile:
    name, born_on, guardian, guardian_kind, school = child
    return NewFile(
        community_id=place.community_id,
        kind=FileKind.CHILD,
        fields={
            "name": name,
            "born_on": born_on,
            "guardian": guardian,
            "guardian_kind": guardian_kind,
            "phone": "10000000000",
            "address": "灯笼街（虚构）",
            "school": school,
            "needs": "演示用，没有这个孩子",
        },
        keep_until=today + timedelta(days=730),
        by_id=place.id_of("zhima"),
    )
