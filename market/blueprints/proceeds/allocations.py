"""The allocation board: proposing a batch, and the second person's word."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.actions.ledger.approvers import APPROVERS
from market.actions.ledger.posting import local_day
from market.actions.proceeds.approval import Approved, ApproveProposal, approve_proposal
from market.actions.proceeds.proposals import (
    DeclineProposal,
    ProposeAllocations,
    decline_proposal,
    propose_allocations,
)
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.allocation_forms import (
    ApprovalForm,
    Board,
    BoardForm,
    DeclineForm,
    items_of,
    rule_asked,
    suggested,
    typed,
)
from market.blueprints.proceeds.wish_desk import holds
from market.domain.people import Role
from market.domain.proceeds.purpose import FundPurpose
from market.domain.proceeds.ranking import BOARD_RULES
from market.extensions import reading
from market.queries.proceeds.allocations import (
    ProposalPage,
    Waiting,
    days_with_costs,
    proposal_page,
    proposals_of,
    tranches_due,
    waiting_wishes,
)
from market.queries.proceeds.funds import FundNow, fund_now
from market.queries.proceeds.waiting import proposals_waiting
from market.web.access import community, for_roles, person
from market.web.desk import DeskWaiting, addressee, offer_waiting
from market.web.filters import money_text
from market.web.forms import Form, acted
from market.web.sessions import clock

PROPOSERS = (Role.SOCIAL_WORKER, Role.TREASURER, Role.ADMINISTRATOR)
READERS = (*PROPOSERS, Role.REVIEWER, Role.AUDITOR)
CHECK, CHANGE, PROPOSE = "check", "change", "propose"
"""The buttons: look at the answers, go back to change them, propose them."""

blueprint.record(
    lambda state: offer_waiting(
        state.app,
        DeskWaiting(
            order=20,
            endpoint="proceeds.proposals",
            icon="lantern",
            count=proposals_waiting,
            words=lambda number: ngettext(
                "%(num)s 份款项安排等您复核", "%(num)s 份款项安排等您复核", number
            ),
            arguments={"show": "waiting"},
        ),
    )
)


@blueprint.route("/desk/<community>/funds/<int:fund_id>/allocations/new", methods=["GET", "POST"])
@for_roles(*PROPOSERS)
def proposal_new(fund_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    fund = fund_now(reading(), here.id, fund_id)
    rule = rule_asked(request.values.get("rule"))
    form = BoardForm()
    if request.method == "GET":
        return _board(fund, suggested(fund, _waiting(fund), rule), form)
    board = typed(fund, _waiting(fund), rule)
    if not form.validate() or board.wrong:
        return _board(fund, board, form, status=422)
    if CHANGE in request.form:
        return _board(fund, board, form)
    if PROPOSE not in request.form:
        return _check(fund, board, form)
    done = acted(
        form,
        lambda session: propose_allocations(
            session,
            ProposeAllocations(
                community_id=here.id,
                fund_id=fund_id,
                rule=board.rule,
                items=items_of(fund, board),
                note=form.note.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    )
    if done:
        flash(gettext("已经提出，等另一位同事复核。"), "done")
        return redirect(url_for(".proposal", proposal_id=done.result.id), code=303)
    return _board(fund_now(reading(), here.id, fund_id), board, form, status=form.status)


@blueprint.get("/desk/<community>/proposals")
@for_roles(*READERS)
def proposals() -> ResponseReturnValue:
    waiting = request.args.get("show") == "waiting"
    return render_template(
        "proceeds/allocations/list.html",
        proposals=proposals_of(reading(), community().id, undecided=waiting),
        waiting=waiting,
    )


@blueprint.get("/desk/<community>/proposals/<int:proposal_id>")
@for_roles(*READERS)
def proposal(proposal_id: int) -> ResponseReturnValue:
    return _proposal(proposal_id, DeclineForm())


@blueprint.post("/desk/<community>/proposals/<int:proposal_id>/approval")
@for_roles(*APPROVERS)
def proposal_approve(proposal_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    form = DeclineForm(formdata=None)
    done = acted(
        ApprovalForm(),
        lambda session: approve_proposal(
            session,
            ApproveProposal(community_id=here.id, proposal_id=proposal_id),
            by_id=by.id,
            now=clock(),
        ),
        on=form,
    )
    if done:
        flash(lit_words(done.result), "done")
        return redirect(url_for(".proposal", proposal_id=proposal_id), code=303)
    return _proposal(proposal_id, form)


@blueprint.post("/desk/<community>/proposals/<int:proposal_id>/refusal")
@for_roles(*APPROVERS)
def proposal_decline(proposal_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    form = DeclineForm()
    if acted(
        form,
        lambda session: decline_proposal(
            session,
            DeclineProposal(community_id=here.id, proposal_id=proposal_id, reason=form.reason.text),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("已经退回，没有动任何款项。"), "done")
        return redirect(url_for(".proposal", proposal_id=proposal_id), code=303)
    return _proposal(proposal_id, form)


def _today() -> date:
    return local_day(reading(), community().id, clock())


def _waiting(fund: FundNow) -> list[Waiting]:
    """What this fund's money may go to: wishes, market days' costs, or tranches of plans."""
    if fund.purpose is FundPurpose.WISHES:
        return waiting_wishes(reading(), community().id, today=_today())
    if fund.purpose is FundPurpose.RUNNING_COSTS:
        return days_with_costs(reading(), community().id)
    return tranches_due(reading(), community().id)


def _board(
    fund: FundNow, board: Board, form: BoardForm, *, status: int = 200
) -> ResponseReturnValue:
    rules = list(BOARD_RULES) if fund.purpose is FundPurpose.WISHES else []
    page = render_template(
        "proceeds/allocations/board.html",
        fund=fund,
        board=board,
        form=form,
        problems=board.wrong,
        rules=rules,
        support=fund.purpose is FundPurpose.ENTERPRISE,
        rule_tabs=[
            {
                "text": gettext(rule.label),
                "href": url_for(".proposal_new", fund_id=fund.id, rule=str(rule)),
                "current": rule is board.rule,
            }
            for rule in rules
        ],
    )
    return page, status


def _check(fund: FundNow, board: Board, form: BoardForm) -> ResponseReturnValue:
    return render_template(
        "proceeds/allocations/check.html",
        fund=fund,
        board=board,
        form=form,
        button=_button(fund, board),
    )


def _button(fund: FundNow, board: Board) -> str:
    """What the button does, in its own words."""
    amount = money_text(board.total_minor)
    if fund.purpose is FundPurpose.WISHES and board.lights:
        return str(
            ngettext(
                "安排 %(amount)s，点亮 %(num)s 个心愿",
                "安排 %(amount)s，点亮 %(num)s 个心愿",
                board.lights,
                amount=amount,
            )
        )
    return str(gettext("安排 %(amount)s", amount=amount))


def _proposal(proposal_id: int, form: Form) -> ResponseReturnValue:
    shown = proposal_page(reading(), community().id, proposal_id, today=_today())
    me = person()
    held = me.roles_in(community().id)
    open_ = shown.proposal.approved is None
    own = shown.proposal.proposed_by_id == me.id
    page = render_template(
        "proceeds/allocations/proposal.html",
        shown=shown,
        form=form,
        may_approve=open_ and not own and bool(held & APPROVERS),
        may_take_back=open_ and own and bool(held & APPROVERS),
        may_return=holds(PROPOSERS),
        button=approval_button(shown),
        message=_message(shown) if open_ and own else "",
    )
    return page, form.status


def approval_button(shown: ProposalPage) -> str:
    amount = money_text(shown.proposal.amount_minor)
    if shown.lights:
        return str(
            ngettext(
                "批准：安排 %(amount)s，点亮 %(num)s 个心愿",
                "批准：安排 %(amount)s，点亮 %(num)s 个心愿",
                shown.lights,
                amount=amount,
            )
        )
    return str(gettext("批准：安排 %(amount)s", amount=amount))


def _message(shown: ProposalPage) -> str:
    """What the proposer sends to whoever is to approve."""
    facts = {
        "who": addressee(),
        "amount": money_text(shown.proposal.amount_minor),
        "address": url_for(".proposal", proposal_id=shown.proposal.id, _external=True),
    }
    wishes = sum(item.wish_id is not None for item in shown.items)
    if wishes:
        return str(
            ngettext(
                "%(who)s，有 %(num)s 个心愿共 %(amount)s 等您复核：%(address)s",
                "%(who)s，有 %(num)s 个心愿共 %(amount)s 等您复核：%(address)s",
                wishes,
                **facts,
            )
        )
    if any(item.tranche_id is not None for item in shown.items):
        return str(gettext("%(who)s，有创业支持款 %(amount)s 等您复核：%(address)s", **facts))
    return str(gettext("%(who)s，有市集成本 %(amount)s 等您复核：%(address)s", **facts))


def lit_words(approved: Approved) -> str:
    amount = money_text(approved.amount_minor)
    if approved.lit:
        return str(
            ngettext(
                "已经安排 %(amount)s，点亮了 %(num)s 个心愿。",
                "已经安排 %(amount)s，点亮了 %(num)s 个心愿。",
                len(approved.lit),
                amount=amount,
            )
        )
    return str(gettext("已经安排 %(amount)s。", amount=amount))
