"""Reviewers from outside: asked in by the desk, and the few pages that are theirs."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import require_reviewer
from market.actions.ledger.posting import local_day
from market.actions.people.outside import (
    INVITERS,
    LASTS_DAYS,
    MOST_ORGANISATION,
    InviteOutside,
    invite_outside,
    withdraw_review,
)
from market.actions.proceeds.approval import ApproveProposal, approve_proposal
from market.actions.proceeds.proposals import DeclineProposal, decline_proposal
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.allocation_forms import ApprovalForm, DeclineForm
from market.blueprints.proceeds.allocations import approval_button, lit_words
from market.domain.errors import N_, Forbidden
from market.domain.people import Role
from market.extensions import reading
from market.queries.people.outside import MyReview, review_row, reviews_here, reviews_of
from market.queries.people.who import NoSuchPlace
from market.queries.proceeds.allocations import ProposalPage, proposal_page, proposals_of
from market.queries.proceeds.funds import funds_of
from market.web.access import community, for_roles, person, signed_in
from market.web.forms import CardsField, ChoiceField, Form, TextField, acted
from market.web.qr import qr_png
from market.web.second_factor import asks_for_a_code
from market.web.sessions import clock, new_token, token_hash

_SHOWN = "outside link"
"""Where the cookie of who asked somebody in keeps the token, so that its page can show it."""
_ALL = "all"


class ReviewOver(Forbidden):
    """The invitation has ended or was withdrawn; what was reviewed stands."""

    sentence = N_(
        "这次复核的邀请已经到期或撤回了，谢谢您帮忙。还需要您的话，请对方再发一个新的邀请。"
    )


class OutsideForm(Form):
    organisation = TextField(lazy_gettext("请谁来复核"), most=MOST_ORGANISATION)
    fund = ChoiceField(lazy_gettext("复核哪些款项安排"))
    days = CardsField(lazy_gettext("多长时间"))

    @property
    def command(self) -> InviteOutside:
        chosen = self.fund.data
        return InviteOutside(
            organisation=self.organisation.text,
            fund_id=None if chosen == _ALL else int(chosen),
            days=int(self.days.data),
        )


@blueprint.get("/desk/<community>/outside-reviewers")
@for_roles(*INVITERS, Role.AUDITOR)
def outside_reviewers() -> ResponseReturnValue:
    return render_template(
        "proceeds/outside/list.html",
        reviews=reviews_here(reading(), community().id),
        now=clock(),
        may_invite=bool(person().roles_in(community().id) & INVITERS),
    )


@blueprint.route("/desk/<community>/outside-reviewers/new", methods=["GET", "POST"])
@for_roles(*INVITERS)
@asks_for_a_code()
def outside_reviewer_new() -> ResponseReturnValue:
    form, here, by, token = OutsideForm(), community(), person(), new_token()
    funds = [(str(fund.id), fund.name) for fund in funds_of(reading(), here.id)]
    form.fund.choices = [(_ALL, gettext("所有等人复核的款项安排")), *funds]
    form.days.choices = [
        (str(days), ngettext("%(num)s 天", "%(num)s 天", days)) for days in LASTS_DAYS
    ]
    done = request.method == "POST" and acted(
        form,
        lambda work: invite_outside(
            work, form.command, token_hash(token), community_id=here.id, by_id=by.id, now=clock()
        ),
    )
    if done:
        session[_SHOWN] = [done.result, token]
        return redirect(url_for(".outside_reviewer", review_id=done.result), code=303)
    return render_template("proceeds/outside/new.html", form=form), form.status


@blueprint.get("/desk/<community>/outside-reviewers/<int:review_id>")
@for_roles(*INVITERS)
def outside_reviewer(review_id: int) -> ResponseReturnValue:
    """The link, shown to whoever made it, and once."""
    review = review_row(reading(), community().id, review_id)
    if review is None:
        raise NoSuchPlace
    return render_template(
        "proceeds/outside/link.html",
        review=review,
        address=_address(review_id) if review.reviewer is None and review.stands(clock()) else None,
        stands=review.stands(clock()),
        place=community().name,
    )


@blueprint.get("/desk/<community>/outside-reviewers/<int:review_id>/qr.png")
@for_roles(*INVITERS)
def outside_reviewer_qr(review_id: int) -> ResponseReturnValue:
    address = _address(review_id)
    if address is None:
        abort(404)
    return Response(qr_png(address), mimetype="image/png", headers={"Cache-Control": "no-store"})


@blueprint.post("/desk/<community>/outside-reviewers/<int:review_id>/withdrawal")
@for_roles(*INVITERS)
def outside_reviewer_withdraw(review_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    if acted(
        Form(),
        lambda work: withdraw_review(
            work, review_id, community_id=here.id, by_id=by.id, now=clock()
        ),
    ):
        flash(gettext("邀请已经撤回，对方从现在起不能再复核。"), "done")
    return redirect(url_for(".outside_reviewers"), code=303)


@blueprint.get("/review")
@signed_in
def my_reviews() -> ResponseReturnValue:
    """What somebody from outside was asked to look at."""
    mine = reviews_of(reading(), person().id)
    standing = [review for review in mine if review.stands(clock())]
    places = {review.community_id: review for review in standing}
    waiting = [
        (place, proposal)
        for place in places.values()
        for proposal in proposals_of(reading(), place.community_id, undecided=True)
        if any(
            review.community_id == place.community_id and review.covers(proposal.fund_id)
            for review in standing
        )
        and proposal.proposed_by_id != person().id
    ]
    return render_template(
        "proceeds/outside/mine.html", mine=mine, standing=standing, waiting=waiting
    )


@blueprint.get("/review/<community>/proposals/<int:proposal_id>")
@signed_in
def my_review(proposal_id: int) -> ResponseReturnValue:
    return _page(proposal_id, DeclineForm(formdata=None))


@blueprint.post("/review/<community>/proposals/<int:proposal_id>/approval")
@signed_in
def my_review_approve(proposal_id: int) -> ResponseReturnValue:
    _asked(proposal_id)
    here, by, form = community(), person(), DeclineForm(formdata=None)
    done = acted(
        ApprovalForm(),
        lambda work: approve_proposal(
            work,
            ApproveProposal(community_id=here.id, proposal_id=proposal_id),
            by_id=by.id,
            now=clock(),
        ),
        on=form,
    )
    if done:
        flash(lit_words(done.result), "done")
        return redirect(url_for(".my_reviews"), code=303)
    return _page(proposal_id, form)


@blueprint.post("/review/<community>/proposals/<int:proposal_id>/refusal")
@signed_in
def my_review_decline(proposal_id: int) -> ResponseReturnValue:
    shown = _asked(proposal_id)
    here, by, form = community(), person(), DeclineForm()

    def act(work: Session) -> None:
        require_reviewer(work, here.id, shown.proposal.fund_id, by.id, now=clock())
        decline_proposal(
            work,
            DeclineProposal(community_id=here.id, proposal_id=proposal_id, reason=form.reason.text),
            by_id=by.id,
            now=clock(),
        )

    if acted(form, act):
        flash(gettext("已经退回，没有动任何款项。"), "done")
        return redirect(url_for(".my_reviews"), code=303)
    return _page(proposal_id, form)


def _page(proposal_id: int, form: Form) -> ResponseReturnValue:
    shown = _asked(proposal_id)
    page = render_template(
        "proceeds/outside/proposal.html", shown=shown, form=form, button=approval_button(shown)
    )
    return page, form.status


def _asked(proposal_id: int) -> ProposalPage:
    """The batch, if whoever is here was asked to review it and still is.

    Raises NoSuchPlace, ReviewOver, NoSuchProposal.
    """
    here = community()
    mine = [review for review in reviews_of(reading(), person().id) if _is_of(review, here.id)]
    if not mine:
        raise NoSuchPlace
    standing = [review for review in mine if review.stands(clock())]
    if not standing:
        raise ReviewOver
    today = local_day(reading(), here.id, clock())
    shown = proposal_page(reading(), here.id, proposal_id, today=today)
    if not any(review.covers(shown.proposal.fund_id) for review in standing):
        raise NoSuchPlace
    return shown


def _is_of(review: MyReview, community_id: int) -> bool:
    return review.community_id == community_id


def _address(review_id: int) -> str | None:
    shown, token = session.get(_SHOWN) or (None, "")
    return url_for("people.join", token=token, _external=True) if shown == review_id else None
