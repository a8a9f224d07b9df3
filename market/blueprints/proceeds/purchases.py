"""Buying what a wish hopes for, and returning what it does not need: proposed by one, decided by another."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.ledger.move_limits import CommittedLess
from market.actions.ledger.move_records import MOST_NOTE
from market.actions.ledger.posting import NotEnoughMoney
from market.actions.proceeds.purchasing import (
    DecidePurchase,
    ProposePurchase,
    decide_purchase,
    propose_purchase,
)
from market.actions.proceeds.returns import (
    DecideReturn,
    ProposeReturn,
    decide_return,
    propose_return,
)
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.moves import pays_out_much
from market.blueprints.proceeds.purchase_form import PurchaseForm
from market.blueprints.proceeds.wish_desk import (
    READERS,
    SECONDS,
    SPENDERS,
    holds,
    today,
)
from market.domain.ledger.account import AccountKind, AccountRef
from market.domain.ledger.moves import MoveKind
from market.domain.people import PayeeMayNotApprove, RelativeMayNotApprove
from market.extensions import reading
from market.queries.proceeds.commitments import (
    MoveNotHere,
    WishMove,
    allocation_at_desk,
    allocations_to_wish,
    items_of_purchase,
    wish_move,
)
from market.queries.proceeds.wishes import wish_at_hand
from market.web.access import community, for_roles, person
from market.web.filters import money_text
from market.web.forms import CardsField, Form, MoneyField, TextField, acted
from market.web.payers import payers
from market.web.second_factor import asks_for_a_code
from market.web.sessions import clock

WHOLE, PART = "whole", "part"


class ReturnForm(Form):
    what = CardsField(lazy_gettext("退多少"))
    amount = MoneyField(lazy_gettext("只退一部分时，退多少"), optional=True, least_minor=1)
    reason = TextField(lazy_gettext("为什么退"), most=MOST_NOTE)


class DecisionForm(Form):
    reason = TextField(lazy_gettext("不同意的理由"), most=MOST_NOTE, optional=True)


class TakeBackForm(Form):
    reason = TextField(lazy_gettext("为什么收回"), most=MOST_NOTE)


@dataclass(frozen=True, slots=True)
class Payment:
    """How a purchase falls out of what is committed: spent, and given back at once."""

    committed_minor: int
    spent_minor: int

    @property
    def back_minor(self) -> int:
        return max(0, self.committed_minor - self.spent_minor)


@blueprint.route("/desk/<community>/wishes/<int:wish_id>/purchase", methods=["GET", "POST"])
@for_roles(*SPENDERS)
def purchase_new(wish_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = wish_at_hand(reading(), here.id, wish_id, today())
    form = PurchaseForm()
    form.paid_from.choices = payers(here.id)
    form.show_items(known.costs)
    if request.method == "POST" and form.read_items(known.costs):
        done = acted(
            form,
            lambda session: (
                propose_purchase(
                    session,
                    ProposePurchase(
                        community_id=here.id,
                        wish_id=wish_id,
                        amount_minor=form.amount_minor,
                        paid_from=AccountRef.parse(form.paid_from.data),
                        evidence=form.evidence.text,
                        note=form.note.text,
                        items=form.items,
                    ),
                    by_id=by.id,
                    now=clock(),
                ).id
            ),
            at={
                NotEnoughMoney: "paid_from",
                PayeeMayNotApprove: "paid_from",
                RelativeMayNotApprove: "paid_from",
            },
        )
        if done:
            flash(gettext("采购已经登记，等另一位同事复核以后入账。"), "done")
            return redirect(url_for(".purchase", move_id=done.result), code=303)
    page = render_template(
        "proceeds/wishes/purchase_new.html",
        form=form,
        known=known,
        committed_minor=_committed(wish_id),
        problems=[row.error for row in form.rows if row.error],
    )
    return page, 422 if any(row.error for row in form.rows) else form.status


@blueprint.get("/desk/<community>/purchases/<int:move_id>")
@for_roles(*READERS)
def purchase(move_id: int) -> ResponseReturnValue:
    move = _move_here(move_id, MoveKind.SPENDING)
    if move.wish_id is None:
        # What supports an enterprise has a page of its own.
        return redirect(url_for("livelihood.spending", move_id=move_id), code=303)
    return _purchase_page(move)


@blueprint.post("/desk/<community>/purchases/<int:move_id>/decision")
@for_roles(*SECONDS)
@asks_for_a_code(pays_out_much)
def purchase_decide(move_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    move = _move_here(move_id, MoveKind.SPENDING)
    if move.wish_id is None:
        raise MoveNotHere
    form = _decision_form(move)
    approved = request.form.get("answer") == "yes"
    if acted(
        form,
        lambda session: decide_purchase(
            session,
            DecidePurchase(
                community_id=here.id,
                move_id=move_id,
                approved=approved,
                reason=form.reason.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(_said(approved=approved), "done")
        return redirect(url_for(".purchase", move_id=move_id), code=303)
    return _purchase_page(_move_here(move_id, MoveKind.SPENDING), form)


@blueprint.route(
    "/desk/<community>/commitments/<int:allocation_id>/return", methods=["GET", "POST"]
)
@for_roles(*SPENDERS)
def return_new(allocation_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    row = allocation_at_desk(reading(), here.id, allocation_id)
    form = ReturnForm(data={"what": WHOLE})
    form.what.choices = [
        (WHOLE, gettext("全部退回，%(amount)s", amount=money_text(row.left_minor))),
        (PART, gettext("只退一部分")),
    ]
    if request.method == "POST":
        done = acted(
            form,
            lambda session: (
                propose_return(
                    session,
                    ProposeReturn(
                        community_id=here.id,
                        allocation_id=allocation_id,
                        reason=form.reason.text,
                        amount_minor=None if form.what.data == WHOLE else form.amount.data or 0,
                    ),
                    by_id=by.id,
                    now=clock(),
                ).id
            ),
            at={CommittedLess: "amount"},
        )
        if done:
            flash(gettext("已经记下，等另一位同事复核以后退回。"), "done")
            return redirect(url_for(".return_page", move_id=done.result), code=303)
    page = render_template("proceeds/wishes/return_new.html", form=form, allocation=row)
    return page, form.status


@blueprint.get("/desk/<community>/returns/<int:move_id>")
@for_roles(*READERS)
def return_page(move_id: int) -> ResponseReturnValue:
    return _return_page(_move_here(move_id, MoveKind.RETURN))


@blueprint.post("/desk/<community>/returns/<int:move_id>/decision")
@for_roles(*SECONDS)
def return_decide(move_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    form = _decision_form(_move_here(move_id, MoveKind.RETURN))
    approved = request.form.get("answer") == "yes"
    if acted(
        form,
        lambda session: decide_return(
            session,
            DecideReturn(
                community_id=here.id,
                move_id=move_id,
                approved=approved,
                reason=form.reason.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(_said(approved=approved), "done")
        return redirect(url_for(".return_page", move_id=move_id), code=303)
    return _return_page(_move_here(move_id, MoveKind.RETURN), form)


def _move_here(move_id: int, kind: MoveKind) -> WishMove:
    return wish_move(reading(), community().id, move_id, kind)


def _decision_form(move: WishMove) -> DecisionForm | TakeBackForm:
    """Somebody else decides; whoever proposed it may take it back, saying why."""
    return TakeBackForm() if move.proposed_by_id == person().id else DecisionForm()


def _purchase_page(
    move: WishMove, form: DecisionForm | TakeBackForm | None = None
) -> ResponseReturnValue:
    form = form or _decision_form(move)
    page = render_template(
        "proceeds/wishes/purchase.html",
        form=form,
        move=move,
        items=items_of_purchase(reading(), move.id),
        payment=Payment(_committed(move.wish_id or 0), move.amount_minor),
        advanced=move.account.startswith(str(AccountKind.PAYABLE)),
        address=url_for(".purchase", move_id=move.id, _external=True),
        **_second_word(move),
    )
    return page, form.status


def _return_page(
    move: WishMove, form: DecisionForm | TakeBackForm | None = None
) -> ResponseReturnValue:
    form = form or _decision_form(move)
    page = render_template(
        "proceeds/wishes/return.html",
        form=form,
        move=move,
        allocation=allocation_at_desk(reading(), community().id, move.allocation_id or 0),
        address=url_for(".return_page", move_id=move.id, _external=True),
        **_second_word(move),
    )
    return page, form.status


def _second_word(move: WishMove) -> dict[str, object]:
    """Who may decide on this move, and whom to ask."""
    waits, mine = move.approved is None, move.proposed_by_id == person().id
    return {
        "may_decide": waits and not mine and holds(SECONDS),
        "may_take_back": waits and mine and holds(SECONDS),
        "ask_for": waits and mine,
    }


def _committed(wish_id: int) -> int:
    return sum(row.left_minor for row in allocations_to_wish(reading(), wish_id))


def _said(*, approved: bool) -> str:
    if approved:
        return str(gettext("已经同意，凭证入账了。"))
    return str(gettext("没有同意，钱没有动。"))
