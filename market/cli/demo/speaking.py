"""Two visitors of the demo's pages said a word: one was answered, one waits."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.public.concerns import Say, answer_concern, say
from market.cli.demo.neighbourhood import Neighbourhood
from market.domain.public.concern import ConcernKind
from market.models.public import Concern

SAID = (
    (ConcernKind.WRONG, "/markets", "桂花市集的地点写成了东门，那天其实在小广场。"),
    (ConcernKind.OTHER, "/", "腊八市集能不能早点公布有哪些摊位？想带老人来理发。"),
)
ANSWER = "谢谢您！地点已经改过来了，公告栏上的也换了。"


def let_visitors_speak(session: Session, place: Neighbourhood, *, now: datetime) -> None:
    codes = [
        say(
            session,
            Say(community_id=place.community_id, kind=kind, about=about, words=words),
            now=now - timedelta(hours=hours),
            random_bytes=secrets.token_bytes,
        )
        for (kind, about, words), hours in zip(SAID, (40, 3), strict=True)
    ]
    first = session.scalars(select(Concern.id).where(Concern.code == codes[0])).one()
    answer_concern(
        session,
        place.community_id,
        first,
        ANSWER,
        by_id=place.id_of("zhima"),
        now=now - timedelta(hours=20),
    )
