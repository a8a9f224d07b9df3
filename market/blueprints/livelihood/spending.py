"""What support was spent on: told with its receipt by one, looked at and let go by another."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.ledger.approvers import APPROVERS
from market.actions.ledger.move_records import MOST_NOTE
from market.actions.ledger.posting import NotEnoughMoney
from market.actions.livelihood.spending import (
    MOST_EVIDENCE,
    DecideSpending,
    ProposeSpending,
    SpendsMoreThanReleased,
    decide_spending,
    propose_spending,
)
from market.blueprints.livelihood import blueprint
from market.blueprints.livelihood.applications import RELEASERS, SECONDS
from market.blueprints.livelihood.desk import READERS
from market.domain.ledger.account import AccountKind, AccountRef
from market.extensions import reading
from market.queries.livelihood.applications import ApplicationNotHere, application_page
from market.queries.livelihood.spendings import SpendingRow, spending_of
from market.web.access import community, for_roles, person
from market.web.forms import ChoiceField, Form, MoneyField, TextField, acted
from market.web.payers import payers
from market.web.second_factor import asks_for_a_code
from market.web.sessions import clock

PAGE = "/desk/<community>/support/spending/<int:move_id>"


class SpendingForm(Form):
    amount = MoneyField(lazy_gettext("花了多少"), least_minor=1)
    paid_from = ChoiceField(lazy_gettext("钱从哪里付"))
    note = TextField(lazy_gettext("买了什么、付给谁"), most=MOST_NOTE)
    evidence = TextField(lazy_gettext("小票或收条的编号"), most=MOST_EVIDENCE)


class SpendingDecisionForm(Form):
    reason = TextField(lazy_gettext("不同意的理由"), most=MOST_NOTE, optional=True)


class SpendingTakeBackForm(Form):
    reason = TextField(lazy_gettext("为什么收回"), most=MOST_NOTE)


def _weighs(move_id: int) -> bool:
    """Whether a yes lets more money go than one person may refund alone."""
    if request.form.get("answer") != "yes":
        return False
    row = spending_of(reading(), community().id, move_id)
    return row.amount_minor > community().small_refund_minor


@blueprint.route(
    "/desk/<community>/applications/<int:application_id>/steps/<int:tranche_id>/spending",
    methods=["GET", "POST"],
)
@for_roles(*RELEASERS)
def spending_new(application_id: int, tranche_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = application_page(reading(), here.id, application_id)
    step = next((one for one in known.steps if one.id == tranche_id), None)
    if step is None:
        raise ApplicationNotHere
    form = SpendingForm()
    form.paid_from.choices = payers(here.id)
    if request.method == "POST":
        done = acted(
            form,
            lambda session: (
                propose_spending(
                    session,
                    ProposeSpending(
                        community_id=here.id,
                        tranche_id=tranche_id,
                        amount_minor=form.amount.minor,
                        paid_from=AccountRef.parse(form.paid_from.data),
                        evidence=form.evidence.text,
                        note=form.note.text,
                    ),
                    by_id=by.id,
                    now=clock(),
                ).id
            ),
            at={SpendsMoreThanReleased: "amount", NotEnoughMoney: "paid_from"},
        )
        if done:
            flash(gettext("用款已经登记，等另一位同事复核以后入账。"), "done")
            return redirect(url_for(".spending", move_id=done.result), code=303)
    page = render_template("livelihood/desk/spending_new.html", form=form, known=known, step=step)
    return page, form.status


@blueprint.get(PAGE)
@for_roles(*READERS)
def spending(move_id: int) -> ResponseReturnValue:
    return _spending(_row(move_id))


@blueprint.post(f"{PAGE}/decision")
@for_roles(*SECONDS)
@asks_for_a_code(_weighs)
def spending_decide(move_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    row = _row(move_id)
    form = _form(row)
    approved = request.form.get("answer") == "yes"
    if acted(
        form,
        lambda session: decide_spending(
            session,
            DecideSpending(
                community_id=here.id,
                move_id=move_id,
                approved=approved,
                reason=form.reason.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        said = gettext("已经同意，凭证入账了。") if approved else gettext("没有同意，钱没有动。")
        flash(said, "done")
        return redirect(url_for(".application", application_id=row.application_id), code=303)
    return _spending(_row(move_id), form)


def _row(move_id: int) -> SpendingRow:
    return spending_of(reading(), community().id, move_id)


def _form(move: SpendingRow) -> SpendingDecisionForm | SpendingTakeBackForm:
    """Somebody else decides; whoever told it may take it back, saying why."""
    mine = move.proposed_by_id == person().id
    return SpendingTakeBackForm() if mine else SpendingDecisionForm()


def _spending(
    move: SpendingRow,
    form: SpendingDecisionForm | SpendingTakeBackForm | None = None,
) -> ResponseReturnValue:
    form = form or _form(move)
    known = application_page(reading(), community().id, move.application_id)
    waits, mine = move.approved is None, move.proposed_by_id == person().id
    decides = bool(person().roles_in(community().id) & APPROVERS)
    page = render_template(
        "livelihood/desk/spending.html",
        form=form,
        move=move,
        known=known,
        advanced=move.account.startswith(str(AccountKind.PAYABLE)),
        may_decide=waits and not mine and decides,
        may_take_back=waits and mine and decides,
        ask_for=waits and mine,
        address=url_for(".spending", move_id=move.id, _external=True),
    )
    return page, form.status
