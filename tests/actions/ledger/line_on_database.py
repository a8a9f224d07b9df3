"""The proceeds line as the actions keep it in a real database, in the shape the oracle is held to.

Each act is done by market/actions/ledger/line.py; what is compared is read back from the tables,
and moves are looked up by the queries that pages use.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from market.actions.ledger.line import (
    NotEnoughFree,
    Part,
    lay_box_income,
    lay_closure,
    lay_return,
    settle_refunds,
    take,
)
from market.actions.ledger.posting import post
from market.domain.identifiers import uuid7
from market.domain.ledger import posting_table
from market.domain.ledger.account import AccountRef
from market.domain.ledger.entry import Entry
from market.domain.ledger.line import Move, Span, tail, without_tail
from market.domain.ledger.posting_table import Takings
from market.domain.ledger.split import cut
from market.domain.sales import receipt_code
from market.models.ledger import (
    Fund,
    Laying,
    MoneyMove,
    RefundClaim,
    RefundSettlement,
    Taking,
)
from market.models.people import Community, Person
from market.models.proceeds import Allocation, AllocationReturn, Proposal, ProposalItem
from market.models.sales import (
    Closure,
    Device,
    MarketDay,
    Refund,
    RefundRequest,
    Sale,
    SalePosition,
    Stall,
    Till,
)
from market.queries.ledger.line import moves_after, moves_into
from market.queries.public.trace import contributions, places_of_sale
from tests import factories
from tests.domain.line_book import ClosureRow, FundRows, LineBook, RefundRow
from tests.domain.line_oracle import Owner, Source
from tests.factories import NOW
from tests.people import make_person

_Row = TypeVar("_Row")


@dataclass
class StoredFund(FundRows):
    """A fund's rows as they are stored; its moves are asked of the database."""

    session: Session = field(kw_only=True)
    id: int = field(kw_only=True)

    def _moves_after(self, questions: Sequence[tuple[Span, int]]) -> list[Move]:
        return list(moves_after(self.session, self.id)(questions))

    def _moves_into(self, questions: Sequence[tuple[Span, int]]) -> list[Move]:
        return list(moves_into(self.session, self.id)(questions))


class StoredLine(LineBook):
    """A community of its own in a session that is never committed."""

    def __init__(self, session: Session, funds: int) -> None:
        super().__init__(0)
        self.session = session
        self.community: Community = factories.make_community(session)
        self.by: Person = make_person(session, self.community)
        self.safe = factories.make_holder(session, self.community)
        self.stored = [
            StoredFund(session=session, id=factories.make_fund(session, self.community).id)
            for _ in range(funds)
        ]
        self.funds = list[FundRows](self.stored)
        self.sale_ids: list[UUID] = []
        self.closure_ids: list[int] = []
        self.allocation_ids: list[int] = []
        self.refund_ids: list[int] = []
        self.income_ids: list[int] = []
        self._day = self._market_day((1,) * funds)

    def close(self, nets: Sequence[int], box_income: int, weights: tuple[int, ...]) -> None:
        till = self._market_day(weights)
        total = sum(nets) + box_income
        amounts = cut(total, weights)
        voucher_id = self._post(
            posting_table.closure(
                "",
                till_id=till.id,
                takings=Takings(cash_minor=total, funds=self._by_fund(amounts)),
            )
        )
        closure = self._added(
            Closure(
                till_id=till.id,
                number=2,
                sales=len(nets),
                net_minor=sum(nets),
                box_minor=box_income,
                merkle_root=bytes(32),
                voucher_id=voucher_id,
                closed_by_id=self.by.id,
                closed_at=NOW,
            )
        )
        self.closure_ids.append(closure.id)
        spans = self._sell(till, closure, nets)
        # Funds without a weight are no part of a split.
        split = [number for number, weight in enumerate(weights) if weight]
        lay_closure(
            self.session,
            closure.id,
            [
                Part(self.stored[number].id, ordinal, amounts[number])
                for ordinal, number in enumerate(split)
            ],
        )
        self.closures.append(ClosureRow(weights, total, spans))
        self._read_back()

    def lay_income(self, fund: int, amount: int) -> None:
        funds = {self.stored[fund].id: amount}
        self._post(posting_table.over_left("", till_id=self._day.id, funds=funds))
        move = self._added(
            MoneyMove(
                community_id=self.community.id,
                kind="over_cleared",
                amount_minor=amount,
                note="",
                proposed_by_id=self.by.id,
                proposed_at=NOW,
            )
        )
        lay_box_income(self.session, move.id, funds)
        self.income_ids.append(move.id)
        self._read_back()

    def allocate(self, fund: int, amount: int) -> bool:
        fund_id = self.stored[fund].id
        try:
            taken = take(self.session, fund_id, [amount])
        except NotEnoughFree:
            return False
        voucher_id = self._post(posting_table.allocation("", funds={fund_id: amount}))
        row = self._allocation(fund_id, amount, voucher_id)
        span = taken.spans[0]
        self._added(
            Taking(
                fund_id=fund_id,
                start_minor=span.start,
                end_minor=span.end,
                step=taken.step,
                allocation_id=row.id,
            )
        )
        self.allocation_ids.append(row.id)
        self.allocations.append((fund, span))
        self._read_back()
        return True

    def give_back(self, allocation: int, amount: int) -> None:
        fund, remaining = self.allocations[allocation]
        fund_id = self.stored[fund].id
        voucher_id = self._post(posting_table.returned("", funds={fund_id: amount}))
        row = self._added(
            AllocationReturn(
                allocation_id=self.allocation_ids[allocation],
                amount_minor=amount,
                reason="",
                voucher_id=voucher_id,
                returned_at=NOW,
            )
        )
        self.session.get_one(Allocation, row.allocation_id).returned_minor += amount
        lay_return(self.session, fund_id, tail(remaining, amount), return_id=row.id)
        self.allocations[allocation] = (fund, without_tail(remaining, amount))
        self._read_back()

    def file_refund(self, sale: int, amount: int) -> None:
        span = tail(self.remaining[sale], amount)
        paid = posting_table.refund(
            "",
            paid_from=AccountRef.cash_till(self._day.id),
            payables={},
            net_minor=amount,
        )
        refund = self._refund(sale, span, self._post(paid))
        for number, fund in enumerate(self.stored):
            laid = self.first_laid(sale, span, number)
            if laid.span.length:
                self._added(
                    RefundClaim(
                        refund_id=refund.id,
                        fund_id=fund.id,
                        start_minor=laid.span.start,
                        end_minor=laid.span.end,
                        step=laid.step,
                    )
                )
        self.refund_ids.append(refund.id)
        self.refunds.append(RefundRow(sale, span))
        self.remaining[sale] = without_tail(self.remaining[sale], amount)

    def settle(self, refund: int) -> bool:
        settle_refunds(self.session, self.community.id, by_id=self.by.id, now=NOW)
        self.session.flush()
        settled = set(self.session.scalars(select(RefundSettlement.refund_id)))
        for row, refund_id in zip(self.refunds, self.refund_ids, strict=True):
            row.settled = refund_id in settled
        self._read_back()
        return self.refunds[refund].settled

    def places(self, sale: int) -> Counter[Owner | None]:
        """What the page of a receipt says: how much of it each use has."""
        found: Counter[Owner | None] = Counter()
        for place in places_of_sale(self.session, self.sale_ids[sale]):
            if place.allocation_id is not None:
                owner: Owner | None = ("allocation", self.allocation_ids.index(place.allocation_id))
            elif place.refund_id is not None:
                owner = ("refund", self.refund_ids.index(place.refund_id))
            else:
                owner = None
            found[owner] += place.amount_minor
        return +found

    def given_to(self, allocation: int) -> Counter[int]:
        """What the page of a wish says: how much of it each sale gave."""
        found: Counter[int] = Counter()
        for one in contributions(self.session, [self.allocation_ids[allocation]]):
            if one.sale_id is not None:
                found[self.sale_ids.index(one.sale_id)] += one.amount_minor
        return +found

    def _sell(self, till: Till, closure: Closure, nets: Sequence[int]) -> dict[int, Span]:
        stall = self.session.scalars(
            select(Stall).where(Stall.market_day_id == till.market_day_id)
        ).one()
        device = self.session.scalars(
            select(Device).where(Device.market_day_id == till.market_day_id)
        ).one()
        spans: dict[int, Span] = {}
        position = 0
        for ordinal, net in enumerate(nets, start=1):
            span = Span(position, position + net)
            sale_id = uuid7(NOW, secrets.token_bytes)
            self.session.add(_sale(sale_id, till, device, stall, ordinal, net))
            self.session.flush()
            self.session.add(
                SalePosition(
                    sale_id=sale_id,
                    closure_id=closure.id,
                    ordinal=ordinal,
                    start_minor=span.start,
                    end_minor=span.end,
                )
            )
            spans[len(self.sales)] = span
            self.sales.append((len(self.closures), span))
            self.remaining.append(span)
            self.sale_ids.append(sale_id)
            position += net
        return spans

    def _market_day(self, weights: tuple[int, ...]) -> Till:
        """A market day with this split, one stall, one phone and one till."""
        day: MarketDay = factories.make_market_day(self.session, self.community, self.by)
        split = [
            (fund, weight) for fund, weight in zip(self.stored, weights, strict=True) if weight
        ]
        factories.make_policy(
            self.session,
            day,
            *((self.session.get_one(Fund, fund.id), weight) for fund, weight in split),
        )
        factories.make_stall(self.session, day)
        factories.make_device(self.session, day, self.by)
        return self._added(
            Till(
                market_day_id=day.id,
                number=1,
                name="",
                safe_holder_id=self.safe.id,
                float_minor=0,
                opened_by_id=self.by.id,
                opened_at=NOW,
            )
        )

    def _allocation(self, fund_id: int, amount: int, voucher_id: int | None) -> Allocation:
        proposal = self._added(
            Proposal(
                community_id=self.community.id,
                fund_id=fund_id,
                rule="by_hand",
                proposed_by_id=self.by.id,
                proposed_at=NOW,
            )
        )
        use = {"market_day_id": self._day.market_day_id, "amount_minor": amount}
        item = self._added(ProposalItem(proposal_id=proposal.id, ordinal=1, **use))
        return self._added(
            Allocation(
                fund_id=fund_id, item_id=item.id, voucher_id=voucher_id, allocated_at=NOW, **use
            )
        )

    def _refund(self, sale: int, span: Span, voucher_id: int | None) -> Refund:
        sale_id = self.sale_ids[sale]
        request = self._added(
            RefundRequest(
                sale_id=sale_id,
                lines=[],
                gift_minor=span.length,
                amount_minor=span.length,
                paid_from="tender",
                reason="",
                proposed_by_id=self.by.id,
                proposed_at=NOW,
            )
        )
        return self._added(
            Refund(
                request_id=request.id,
                sale_id=sale_id,
                number=1 + sum(row.sale == sale for row in self.refunds),
                amount_minor=span.length,
                consignor_minor=0,
                start_minor=span.start,
                end_minor=span.end,
                hash=bytes(32),
                voucher_id=voucher_id,
                paid_by_id=self.by.id,
                paid_at=NOW,
            )
        )

    def _by_fund(self, amounts: Sequence[int]) -> dict[int, int]:
        return {fund.id: minor for fund, minor in zip(self.stored, amounts, strict=True)}

    def _post(self, entry: Entry | None) -> int | None:
        if entry is None:
            return None
        return post(
            self.session, entry, community_id=self.community.id, by_id=self.by.id, now=NOW
        ).voucher_id

    def _added(self, row: _Row) -> _Row:
        self.session.add(row)
        self.session.flush()
        return row

    def _read_back(self) -> None:
        """What the tables now say of every line."""
        self.session.flush()
        for fund in self.stored:
            row = self.session.get_one(Fund, fund.id, populate_existing=True)
            fund.laid, fund.taken, fund.step = row.laid_minor, row.taken_minor, row.step
            fund.layings = [
                (Span(laying.start_minor, laying.end_minor), laying.step, self._source(laying))
                for laying in self.session.scalars(
                    select(Laying).where(Laying.fund_id == fund.id).order_by(Laying.start_minor)
                )
            ]
            fund.takings = [
                (Span(taking.start_minor, taking.end_minor), self._owner(taking))
                for taking in self.session.scalars(
                    select(Taking).where(Taking.fund_id == fund.id).order_by(Taking.start_minor)
                )
            ]

    def _source(self, laying: Laying) -> Source:
        if laying.closure_id is not None:
            return "closure", self.closure_ids.index(laying.closure_id)
        if laying.box_move_id is not None:
            return "income", self.income_ids.index(laying.box_move_id)
        returned = self.session.get_one(AllocationReturn, laying.return_id)
        return "return", self.allocation_ids.index(returned.allocation_id)

    def _owner(self, taking: Taking) -> Owner:
        if taking.allocation_id is not None:
            return "allocation", self.allocation_ids.index(taking.allocation_id)
        assert taking.refund_id is not None
        return "refund", self.refund_ids.index(taking.refund_id)


def _sale(sale_id: UUID, till: Till, device: Device, stall: Stall, sequence: int, net: int) -> Sale:
    """A sale that brought so much, all of it a gift."""
    return Sale(
        id=sale_id,
        till_id=till.id,
        device_id=device.id,
        stall_id=stall.id,
        sequence=sequence,
        code=receipt_code.mint(secrets.token_bytes),
        day_number=str(sequence),
        tender="cash",
        lines_minor=0,
        gift_minor=net,
        consignor_minor=0,
        net_minor=net,
        phone_at=NOW,
        recorded_at=NOW,
        received_at=NOW,
        hash=bytes(32),
    )
