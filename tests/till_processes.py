"""Several processes at one till at the same moment, each with a connection of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask
from sqlalchemy.orm import Session

from market.actions.sales.closing import AlreadyClosed, CloseTill, close_till
from market.actions.sales.recording import Result, record_sales
from market.app import flask_settings
from market.domain.sales.sale import Sale
from market.extensions import db, let_go_of_the_database, unit_of_work
from market.web.retries import persistently
from tests.databases import settings_for
from tests.market_day import LATER

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    _End = Connection[Any, Any]

_SOON_SECONDS = 120
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Send:
    """A phone uploads sales."""

    till_id: int
    sales: Sequence[Sale]

    def __call__(self, session: Session) -> list[Result]:
        return record_sales(session, self.till_id, self.sales, received_at=LATER)


@dataclass(frozen=True, slots=True)
class Close:
    """Somebody closes the till; says whether it was they who did."""

    community_id: int
    till_id: int
    by_id: int

    def __call__(self, session: Session) -> bool:
        command = CloseTill(community_id=self.community_id, till_id=self.till_id, reason="同时收摊")
        try:
            close_till(session, command, by_id=self.by_id, now=LATER)
        except AlreadyClosed:
            return False
        return True


def all_at_once(database_url: str, acts: Sequence[Callable[[Session], Answer]]) -> list[Answer]:
    """Run each act in a unit of work of a process of its own; all start at the same moment."""
    # Forked by a process that holds no connection and runs no thread, and that has read all code.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.till_processes"])
    ready = context.Barrier(len(acts))
    running = []
    for act in acts:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_run, args=(database_url, act, theirs, ready))
        process.start()
        theirs.close()
        running.append((process, ours))
    answers: list[Answer] = []
    for process, ours in running:
        said: tuple[str, Any] = ("silent", None)
        if ours.poll(_SOON_SECONDS):
            said = ours.recv()
        process.join(_SOON_SECONDS)
        ours.close()
        if said[0] != "done":
            message = f"a process did not do its part: {said}"
            raise RuntimeError(message)
        answers.append(said[1])
    return answers


def _run(database_url: str, act: Callable[[Session], Any], end: _End, ready: Barrier) -> None:
    app = Flask(__name__)
    app.config.from_mapping(flask_settings(settings_for(database_url)))
    db.init_app(app)

    def acted() -> Any:
        with unit_of_work() as session:
            return act(session)

    with app.app_context():
        with db.engine.connect():
            ready.wait(_SOON_SECONDS)
        try:
            end.send(("done", persistently(acted)))
        except Exception as error:
            end.send((type(error).__name__, str(error)))
        let_go_of_the_database()
