"""A busy day's books, written once for all tests that only look or put back what they change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from market.app import create_app
from market.extensions import let_go_of_the_database, unit_of_work
from tests.books import busy_day
from tests.databases import Databases, settings_for


@dataclass(frozen=True, slots=True)
class Written:
    """Where they are: `url` as the application may, `owner_url` as whoever migrates may."""

    url: str
    owner_url: str
    community_id: int


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def written(request: pytest.FixtureRequest) -> Iterator[Written]:
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    url = databases.fresh()
    app = create_app(settings_for(url))
    with app.app_context():
        with unit_of_work() as work:
            community_id = busy_day(work).community.id
        let_go_of_the_database()
    yield Written(url, databases.owner_url(url), community_id)
    databases.drop(url)
