"""A neighbourhood for stories: its people, each at a browser of their own."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from market.extensions import db, unit_of_work
from market.models.ledger import Account
from tests import factories
from tests.people import Cast, make_cast, sign_in
from tests.visitor import Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Everybody a market day needs, signed in; `buyer` is anybody with a phone."""

    app: Flask
    community_id: int
    desk: str
    administrator: Visitor
    social_worker: Visitor
    treasurer: Visitor
    reviewer: Visitor
    auditor: Visitor
    volunteer: Visitor
    second_volunteer: Visitor
    buyer: Visitor

    def balance(self, kind: str) -> int:
        """Debits minus credits of all accounts of this kind."""
        with self.app.app_context(), Session(db.engine) as session:
            return (
                session.scalar(
                    select(func.sum(Account.balance_minor)).where(
                        Account.community_id == self.community_id, Account.kind == kind
                    )
                )
                or 0
            )

    def check_ledger(self) -> None:
        """The books hold, whatever happened."""
        checked = self.app.test_cli_runner().invoke(args=["check-ledger"])
        assert checked.exit_code == 0, checked.output


def neighbours_of(app: Flask, community_id: int, slug: str, cast: Cast) -> Neighbours:
    """Sit each of the cast down at a browser."""
    people = {}
    for part in (
        "administrator",
        "social_worker",
        "treasurer",
        "reviewer",
        "auditor",
        "volunteer",
        "second_volunteer",
    ):
        client = app.test_client()
        sign_in(client, getattr(cast, part))
        people[part] = Visitor(client)
    return Neighbours(
        app=app,
        community_id=community_id,
        desk=f"/desk/{slug}",
        buyer=Visitor(app.test_client()),
        **people,
    )


@pytest.fixture
def neighbours(app: Flask) -> Neighbours:
    """A community that has people, and nothing else yet."""
    with app.app_context(), unit_of_work() as session:
        here = factories.make_community(session, name="灯笼街社区")
        cast = make_cast(session, here)
        place = here.id, here.slug
    return neighbours_of(app, *place, cast)
