"""Money moved by two people: what waits, proposing each kind, one of them, and the second's word."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.actions.ledger.approvers import APPROVERS
from market.actions.ledger.move_limits import CommittedLess, OwedLess, VarianceLess
from market.actions.ledger.moves import (
    DecideMove,
    ProposeReversal,
    decide_move,
    propose_move,
    propose_reversal,
)
from market.actions.ledger.payout_signatures import (
    SignatureMissing,
    SignPayout,
    sign_payout,
)
from market.actions.ledger.posting import NotEnoughMoney
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.move_forms import (
    PayeeForm,
    ReasonForm,
    ReversalForm,
    missing_choices,
    move_form,
)
from market.blueprints.proceeds.move_words import ASKING, move_columns
from market.domain.errors import N_, MarketError
from market.domain.ledger.account import AccountKind
from market.domain.ledger.moves import REVERSIBLE, MoveKind
from market.domain.ledger.posting_table import FeeTooLarge, SameAccount
from market.domain.people import PayeeMayNotApprove, RelativeMayNotApprove, Role
from market.domain.sales.signature import HEIGHT, WIDTH, path_of
from market.domain.text import TextMissing
from market.extensions import reading
from market.queries.ledger.journal import voucher_page
from market.queries.ledger.moves import A_PAGE, MoveRow, MoveState, move_now, moves_of
from market.queries.ledger.payout_signatures import signature_of
from market.queries.ledger.waiting import moves_waiting
from market.web.access import community, for_roles, person
from market.web.desk import DeskPage, DeskWaiting, offer, offer_waiting
from market.web.forms import acted
from market.web.second_factor import asks_for_a_code
from market.web.sessions import clock
from market.web.sheets import ALL_ROWS, Sheet, asked_format, sheet_answer

MOVERS = (Role.TREASURER, Role.SOCIAL_WORKER, Role.ADMINISTRATOR)
"""Who may propose that money moves."""
LOOKERS = (*MOVERS, Role.REVIEWER, Role.AUDITOR)
OF_WISHES = frozenset({MoveKind.SPENDING, MoveKind.RETURN})
AT_FIELD: dict[type[MarketError], str] = {
    NotEnoughMoney: "amount",
    OwedLess: "amount",
    VarianceLess: "amount",
    CommittedLess: "amount",
    FeeTooLarge: "fee",
    SameAccount: "target",
    PayeeMayNotApprove: "party",
    RelativeMayNotApprove: "party",
}

PAID_OUT = frozenset({MoveKind.PAYOUT, MoveKind.REIMBURSEMENT, MoveKind.SPENDING})
"""What leaves the market's hands."""


def pays_out_much(move_id: int) -> bool:
    """Whether a yes lets more money go than one person may refund alone."""
    if request.form.get("answer") != "yes":
        return False
    row = move_now(reading(), community().id, move_id)
    return row.kind in PAID_OUT and row.amount_minor > community().small_refund_minor


blueprint.record(
    lambda state: offer(
        state.app,
        DeskPage(
            65,
            "proceeds.moves",
            N_("资金调拨"),
            "handover",
            under=("proceeds.move", "proceeds.reversal"),
        ),
    )
)
blueprint.record(
    lambda state: offer_waiting(
        state.app,
        DeskWaiting(
            order=60,
            endpoint="proceeds.moves",
            icon="handover",
            count=moves_waiting,
            words=lambda number: ngettext(
                "%(num)s 笔资金调拨等您复核", "%(num)s 笔资金调拨等您复核", number
            ),
        ),
    )
)


@blueprint.get("/desk/<community>/moves")
@for_roles(*LOOKERS)
def moves() -> ResponseReturnValue:
    show = request.args.get("show", "waiting")
    page = moves_of(
        reading(),
        community().id,
        state=MoveState.WAITING if show == "waiting" else None,
        proposed_by_id=person().id if show == "mine" else None,
        before=None if asked_format() else request.args.get("before", type=int),
        most=ALL_ROWS if asked_format() else A_PAGE,
    )
    if asked_format():
        return sheet_answer(
            Sheet(str(gettext("资金调拨")), move_columns(), page.rows, [community().name])
        )
    return render_template(
        "proceeds/moves/list.html",
        page_of_moves=page,
        show=show,
        me=person().id,
        may_move=may_move(),
    )


@blueprint.get("/desk/<community>/moves/new")
@for_roles(*MOVERS)
def move_kinds() -> ResponseReturnValue:
    return render_template("proceeds/moves/kinds.html", asking=ASKING)


@blueprint.route("/desk/<community>/moves/new/<kind>", methods=["GET", "POST"])
@for_roles(*MOVERS)
def move_new(kind: str) -> ResponseReturnValue:
    here, by = community(), person()
    if kind not in ASKING:
        abort(404)
    wanted = MoveKind(kind)
    form = move_form(wanted, here.id)
    if request.method == "POST":
        done = acted(
            form,
            lambda session: (
                propose_move(session, form.command(here.id, wanted), by_id=by.id, now=clock()).id
            ),
            at=AT_FIELD,
        )
        if done:
            flash(gettext("已经记下，等另一位同事复核以后才入账。"), "done")
            return redirect(url_for(".move", move_id=done.result), code=303)
    page = render_template(
        "proceeds/moves/new.html",
        form=form,
        kind=wanted,
        asking=ASKING[wanted],
        missing=missing_choices(form),
    )
    return page, form.status


@blueprint.get("/desk/<community>/moves/<int:move_id>")
@for_roles(*LOOKERS)
def move(move_id: int) -> ResponseReturnValue:
    return _page(move_now(reading(), community().id, move_id), ReasonForm())


@blueprint.post("/desk/<community>/moves/<int:move_id>/decision")
@for_roles(*APPROVERS)
@asks_for_a_code(pays_out_much)
def move_decide(move_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    form = ReasonForm()
    approved = request.form.get("answer") == "yes"
    if acted(
        form,
        lambda session: decide_move(
            session,
            DecideMove(
                community_id=here.id,
                move_id=move_id,
                approved=approved,
                reason=form.reason.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
        at={TextMissing: "reason"},
    ):
        said = gettext("已经同意，凭证入账了。") if approved else gettext("没有同意，钱没有动。")
        flash(said, "done")
        return redirect(url_for(".move", move_id=move_id), code=303)
    return _page(move_now(reading(), here.id, move_id), form)


@blueprint.post("/desk/<community>/moves/<int:move_id>/signature")
@for_roles(*MOVERS)
def move_sign(move_id: int) -> ResponseReturnValue:
    """Who gets cash signs for it, on this phone or on paper."""
    here, by = community(), person()
    form = PayeeForm()
    if acted(
        form,
        lambda session: sign_payout(
            session,
            SignPayout(
                community_id=here.id,
                move_id=move_id,
                strokes=form.strokes.text,
                slip=form.slip.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
        at={SignatureMissing: "slip"},
    ):
        flash(gettext("签名已经记下，可以请另一位同事复核了。"), "done")
        return redirect(url_for(".move", move_id=move_id), code=303)
    return _page(move_now(reading(), here.id, move_id), ReasonForm(formdata=None), payee=form)


@blueprint.route("/desk/<community>/vouchers/<int:voucher_id>/reversal", methods=["GET", "POST"])
@for_roles(*MOVERS)
def reversal_new(voucher_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    shown = voucher_page(reading(), here.id, voucher_id)
    form = ReversalForm()
    if request.method == "POST":
        done = acted(
            form,
            lambda session: (
                propose_reversal(
                    session,
                    ProposeReversal(
                        community_id=here.id, voucher_id=voucher_id, note=form.note.text
                    ),
                    by_id=by.id,
                    now=clock(),
                ).id
            ),
        )
        if done:
            flash(gettext("已经记下，等另一位同事复核以后才冲正。"), "done")
            return redirect(url_for(".move", move_id=done.result), code=303)
    page = render_template("proceeds/moves/reversal.html", form=form, shown=shown)
    return page, form.status


def may_move() -> bool:
    """Whether this person may propose moves here, or only looks."""
    return bool(person().roles_in(community().id) & set(MOVERS))


def may_reverse(kind: str) -> bool:
    """Whether the page of a voucher of this kind offers to undo it."""
    return kind in REVERSIBLE and may_move()


blueprint.add_app_template_global(may_reverse, "may_reverse")


def _page(row: MoveRow, form: ReasonForm, *, payee: PayeeForm | None = None) -> ResponseReturnValue:
    me = person()
    signature = signature_of(reading(), row.id)
    in_cash = row.source is not None and row.source.kind is AccountKind.CASH_SAFE
    wants = row.kind is MoveKind.PAYOUT and in_cash and signature is None
    waiting = row.state is MoveState.WAITING and row.kind not in OF_WISHES
    decides = bool(me.roles_in(community().id) & APPROVERS)
    mine = row.proposed_by_id == me.id
    if mine:
        form.reason.label.text = gettext("为什么撤回")
    page = render_template(
        "proceeds/moves/move.html",
        form=form,
        move=row,
        may_decide=waiting and decides and not mine,
        may_withdraw=waiting and decides and mine,
        of_wish=row.kind in OF_WISHES,
        address=url_for(".move", move_id=row.id, _external=True),
        signature=signature,
        payee=(payee or PayeeForm(formdata=None)) if wants and waiting and may_move() else None,
        unsigned=wants and waiting,
        path_of=path_of,
        strokes_box=f"0 0 {WIDTH} {HEIGHT}",
    )
    return page, (payee or form).status
