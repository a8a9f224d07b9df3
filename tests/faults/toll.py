"""What a run of faults has cost: the phones' journals compared with the database. All three are to be 0."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from market.extensions import db, let_go_of_the_database
from market.models.sales import PhoneVoid, QuarantinedSale, Sale
from market.queries.ledger.check import check_community
from tests.faults.phone import ASIDE, Kept
from tests.faults.wire import Json
from tests.market_day import Day, kept_totals


@dataclass(frozen=True, slots=True)
class Toll:
    """`lost`: fixed on a phone and nowhere on the server. `doubled`: there more than once.
    `unbalanced`: what `check-ledger` finds, and sums of the till that are not those of the phones."""

    rows: int
    lost: int
    doubled: int
    unbalanced: tuple[str, ...]
    aside: int = 0

    @property
    def is_nothing(self) -> bool:
        return not (self.lost or self.doubled or self.unbalanced)

    def __str__(self) -> str:
        said = f"{self.rows} rows: {self.lost} lost, {self.doubled} doubled, "
        said += f"{len(self.unbalanced)} unbalanced"
        return said + (f", {self.aside} aside" if self.aside else "")


def toll_of(app: Flask, day: Day, kept: Sequence[Kept]) -> Toll:
    """Compare all that phones ever fixed with all that the database holds now."""
    with app.app_context(), Session(db.engine) as session:
        there = _hashes(session)
        set_aside = {one.hex() for one in session.scalars(select(QuarantinedSale.hash))}
        lost = [row for row in kept if not _is_there(row, there, set_aside)]
        known = {row.wire["hash"] for row in kept}
        ghosts = sum(hash_ not in known for hash_ in there.values())
        counted = sum(sales for sales, _, _ in kept_totals(session, day.till.id).values())
        due = sum(due for _, due, _ in kept_totals(session, day.till.id).values())
        wrong = [one.name for one in check_community(session, day.community.id) if not one.holds]
    with app.app_context():
        let_go_of_the_database()
    sales = _standing(kept)
    if due != sum(_due_minor(sale) for sale in sales):
        wrong.append("sums of the till")
    doubled = ghosts + max(0, counted - len(sales))
    aside = sum(row.state == ASIDE for row in kept)
    return Toll(len(kept), len(lost), doubled, tuple(wrong), aside)


def _hashes(session: Session) -> dict[str, str]:
    """The hash of each sale and each void that the server has, by id."""
    sales = session.execute(select(Sale.id, Sale.hash)).all()
    voids = session.execute(select(PhoneVoid.id, PhoneVoid.hash)).all()
    return {str(own_id): hash_.hex() for own_id, hash_ in (*sales, *voids)}


def _is_there(row: Kept, there: dict[str, str], set_aside: set[str]) -> bool:
    fixed: str = row.wire["hash"]
    return there.get(row.wire["id"]) == fixed or fixed in set_aside


def _standing(rows: Iterable[Kept]) -> list[Json]:
    """The sales that were not undone and not set aside."""
    arrived = [row.wire for row in rows if row.state != ASIDE]
    undone = {row["sale"] for row in arrived if row["kind"] == "void"}
    return [row for row in arrived if row["kind"] == "sale" and row["id"] not in undone]


def _due_minor(sale: Json) -> int:
    lines = sum(line["quantity"] * line["unit_price"] for line in sale["lines"])
    due: int = lines + sale["gift"]
    return due
