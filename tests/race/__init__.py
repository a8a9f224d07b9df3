"""32 processes after the same last yuan: each has its own connection, and all start at once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from market.actions.proceeds.approval import ApproveProposal, approve_proposal
from market.app import create_app, flask_settings
from market.domain.errors import MarketError
from market.domain.people import Role
from market.extensions import db, let_go_of_the_database, unit_of_work
from market.models.ledger import Fund
from market.models.proceeds import Allocation, Proposal, ProposalItem, Wish
from market.web.retries import persistently
from tests.databases import settings_for
from tests.factories import NOW, make_fund
from tests.people import make_person
from tests.wishes import lay_money, make_open_wish, make_stage

RUNNERS = 32
YUAN = 100
_ENDLESS_MINOR = 10**9
_SOON_SECONDS = 120
_READY, _GOT, _TOO_LATE = "ready", "got it", "too late"

if TYPE_CHECKING:
    _End = Connection[Any, Any]


class Goal(StrEnum):
    """What the runners of a trial are after; only one of them may get it."""

    LAST_YUAN_OF_A_FUND = "fund"
    LAST_YUAN_OF_A_WISH = "wish"
    ONE_PROPOSAL = "proposal"


@dataclass(frozen=True, slots=True)
class Task:
    """One runner's part of a trial: a proposal of ¥1 to approve."""

    community_id: int
    fund_id: int
    proposal_id: int
    by_id: int


Act = Callable[[Task], None]
"""Done by every runner at the same moment; raises MarketError when it comes too late."""


def approve(task: Task) -> None:
    """What the application does when somebody approves."""

    def approved() -> None:
        with unit_of_work() as session:
            command = ApproveProposal(community_id=task.community_id, proposal_id=task.proposal_id)
            approve_proposal(session, command, by_id=task.by_id, now=NOW)

    persistently(approved)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many runners said that they got it, and how much was given away beyond what there was."""

    got: int
    over_minor: int


class Track:
    """The runners, kept alive from trial to trial, and the books they race on."""

    def __init__(self, database_url: str, act: Act = approve) -> None:
        self._app = create_app(settings_for(database_url))
        with self._app.app_context(), unit_of_work() as session:
            self._lay_out(session)
        self._runners = _Runners(database_url, act)

    def _lay_out(self, session: Session) -> None:
        self.stage = make_stage(session, laid_minor=_ENDLESS_MINOR)
        self.short = make_fund(session, self.stage.community, name="见底的专款").id
        self.proposer = self.stage.by
        self.approvers = [
            make_person(session, self.stage.community, Role.REVIEWER).id for _ in range(RUNNERS)
        ]
        wishes = [make_open_wish(session, self.stage) for _ in range(RUNNERS)]
        self.wishes = [wish.id for wish in wishes]
        self.short_wish = make_open_wish(session, self.stage).id
        session.execute(
            update(Wish).where(Wish.id.in_(self.wishes)).values(cost_minor=_ENDLESS_MINOR)
        )
        session.execute(update(Wish).where(Wish.id == self.short_wish).values(cost_minor=0))

    def trial(self, goal: Goal) -> Outcome:
        """One race for one yuan."""
        with self._app.app_context():
            with unit_of_work() as session:
                tasks = self._prepare(session, goal)
            got = self._runners.race(tasks)
            with Session(db.engine) as session:
                return Outcome(got, self._over(session))

    def close(self) -> None:
        self._runners.close()
        with self._app.app_context():
            let_go_of_the_database()

    def _prepare(self, session: Session, goal: Goal) -> list[Task]:
        if goal is Goal.LAST_YUAN_OF_A_FUND:
            lay_money(session, self.stage, YUAN, session.get_one(Fund, self.short))
            fund_id, wishes = self.short, self.wishes
        elif goal is Goal.LAST_YUAN_OF_A_WISH:
            session.execute(
                update(Wish)
                .where(Wish.id == self.short_wish)
                .values(cost_minor=Wish.cost_minor + YUAN, state="open")
            )
            fund_id, wishes = self.stage.fund.id, [self.short_wish] * RUNNERS
        else:
            fund_id, wishes = self.stage.fund.id, self.wishes[:1]
        proposals = self._propose(session, fund_id, wishes)
        if goal is Goal.ONE_PROPOSAL:
            proposals *= RUNNERS
        return [
            Task(self.stage.community.id, fund_id, proposal_id, by_id)
            for proposal_id, by_id in zip(proposals, self.approvers, strict=True)
        ]

    def _propose(self, session: Session, fund_id: int, wishes: list[int]) -> list[int]:
        """Proposals of ¥1 each, written all at once."""
        proposals = session.scalars(
            insert(Proposal).returning(Proposal.id, sort_by_parameter_order=True),
            [
                {
                    "community_id": self.stage.community.id,
                    "fund_id": fund_id,
                    "rule": "by_hand",
                    "note": "",
                    "proposed_by_id": self.proposer,
                    "proposed_at": NOW,
                }
                for _ in wishes
            ],
        ).all()
        session.execute(
            insert(ProposalItem),
            [
                {
                    "proposal_id": proposal_id,
                    "ordinal": 1,
                    "wish_id": wish_id,
                    "amount_minor": YUAN,
                }
                for proposal_id, wish_id in zip(proposals, wishes, strict=True)
            ],
        )
        return list(proposals)

    def _over(self, session: Session) -> int:
        """What is promised beyond what was laid, and beyond what the wish needs."""
        promised = _promised(session, Allocation.fund_id == self.short)
        laid = session.scalars(select(Fund.laid_minor).where(Fund.id == self.short)).one()
        given = _promised(session, Allocation.wish_id == self.short_wish)
        needed = session.scalars(select(Wish.cost_minor).where(Wish.id == self.short_wish)).one()
        return max(0, promised - laid) + max(0, given - needed)


class _Runners:
    """Processes that wait for one another before every trial, so that all start at once."""

    def __init__(self, database_url: str, act: Act) -> None:
        # Forked by a process that holds no connection and runs no thread, and that has read all code.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.race"])
        ready = context.Barrier(RUNNERS)
        self._ends: list[_End] = []
        self._processes = []
        for _ in range(RUNNERS):
            ours, theirs = context.Pipe()
            process = context.Process(target=_run, args=(database_url, act, theirs, ready))
            process.start()
            theirs.close()
            self._ends.append(ours)
            self._processes.append(process)
        self._hear()

    def race(self, tasks: list[Task]) -> int:
        """How many of them got what they were after."""
        for end, task in zip(self._ends, tasks, strict=True):
            end.send(task)
        return self._hear().count(_GOT)

    def close(self) -> None:
        for end in self._ends:
            end.send(None)
        for end, process in zip(self._ends, self._processes, strict=True):
            process.join(_SOON_SECONDS)
            end.close()

    def _hear(self) -> list[str]:
        """Every runner's word. RuntimeError if one fell over, which is not to come too late."""
        words = [
            end.recv() if end.poll(_SOON_SECONDS) else "a runner does not answer"
            for end in self._ends
        ]
        fallen = set(words) - {_READY, _GOT, _TOO_LATE}
        if fallen:
            raise RuntimeError("; ".join(sorted(fallen)))
        return words


def _run(database_url: str, act: Act, end: _End, ready: Barrier) -> None:
    """One runner's life: a task at a time, until there is none."""
    # No more of the application than a unit of work needs: 32 whole ones take seconds to make.
    app = Flask(__name__)
    app.config.from_mapping(flask_settings(settings_for(database_url)))
    db.init_app(app)
    with app.app_context():
        with db.engine.connect():
            end.send(_READY)
        while (task := end.recv()) is not None:
            ready.wait(_SOON_SECONDS)
            end.send(_tried(act, task))
        let_go_of_the_database()


def _tried(act: Act, task: Task) -> str:
    try:
        act(task)
    except MarketError:
        return _TOO_LATE
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return _GOT


def _promised(session: Session, of: ColumnElement[bool]) -> int:
    found = session.scalar(
        select(func.sum(Allocation.amount_minor - Allocation.returned_minor)).where(of)
    )
    return int(found or 0)


@contextmanager
def track(database_url: str, act: Act = approve) -> Iterator[Track]:
    laid_out = Track(database_url, act)
    try:
        yield laid_out
    finally:
        laid_out.close()


@contextmanager
def runners(database_url: str, act: Act) -> Iterator[Callable[[list[Task]], int]]:
    """Processes for a race of another kind: given a task for each, says how many got it."""
    running = _Runners(database_url, act)
    try:
        yield running.race
    finally:
        running.close()
