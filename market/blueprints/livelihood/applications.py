"""Applications at the desk: entered from paper, reviewed by two, appeals answered, evidence seen."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.ledger.approvers import APPROVERS
from market.actions.ledger.holders import declare_interest
from market.actions.ledger.posting import local_day
from market.actions.livelihood.applications import Whose, begin_application
from market.actions.livelihood.milestones import MOST_NOTE, DecideEvidence, decide_evidence
from market.actions.livelihood.reviews import (
    AnswerAppeal,
    ReviewApplication,
    answer_appeal,
    review_application,
)
from market.blueprints.livelihood import blueprint, plan_pages
from market.blueprints.livelihood.desk import READERS, WRITERS
from market.blueprints.livelihood.my_application import words_of
from market.blueprints.livelihood.plan_pages import Place, PressForm
from market.domain.livelihood.plan import MOST_WORDS, ApplicationState, Origin
from market.domain.people import Role
from market.domain.proceeds.purpose import FundPurpose
from market.extensions import reading
from market.queries.livelihood.applications import ApplicationPage
from market.queries.livelihood.spendings import spendings_of
from market.queries.livelihood.support import enterprises_to_choose, interest_of
from market.queries.proceeds.funds import funds_of
from market.web.access import community, for_roles, person
from market.web.forms import CardsField, ChoiceField, Form, LinesField, TextField, TickField, acted
from market.web.sessions import clock

RELEASERS = (*WRITERS, Role.TREASURER)
"""Who proposes releases, and tells what support was spent on."""
SECONDS = tuple(APPROVERS)
"""Who reviews, answers appeals and looks at evidence."""
PAGE = "/desk/<community>/applications/<int:application_id>"
YES, NO = "yes", "no"


class PaperForm(Form):
    enterprise = ChoiceField(lazy_gettext("谁的申请"), coerce=int)


class ReviewForm(Form):
    answer = CardsField(
        lazy_gettext("您的意见"),
        choices=[(YES, lazy_gettext("同意")), (NO, lazy_gettext("不同意"))],
    )
    reason = LinesField(lazy_gettext("理由"), most=MOST_WORDS, optional=True)
    no_interest = TickField(lazy_gettext("我和申请人没有亲属或利益关系"))


class AnswerForm(Form):
    answer = CardsField(
        lazy_gettext("答复"),
        choices=[(YES, lazy_gettext("再审核一遍")), (NO, lazy_gettext("维持不同意"))],
    )
    words = LinesField(lazy_gettext("写给申请人的话"), most=MOST_WORDS)


class EvidenceDecisionForm(Form):
    answer = CardsField(
        lazy_gettext("做到了吗"),
        choices=[(YES, lazy_gettext("做到了")), (NO, lazy_gettext("还差一点"))],
    )
    note = TextField(lazy_gettext("差在哪里"), most=MOST_NOTE, optional=True)


@blueprint.route("/desk/<community>/applications/new", methods=["GET", "POST"])
@for_roles(*WRITERS)
def application_new() -> ResponseReturnValue:
    here, by = community(), person()
    form = PaperForm()
    form.enterprise.choices = enterprises_to_choose(reading(), here.id)
    if request.method == "POST":
        done = acted(
            form,
            lambda session: (
                begin_application(
                    session, here.id, form.enterprise.data, Origin.PAPER, by_id=by.id, now=clock()
                ).id
            ),
        )
        if done:
            return redirect(url_for(".application", application_id=done.result), code=303)
    return render_template("livelihood/desk/application_new.html", form=form), form.status


@blueprint.get(PAGE)
@for_roles(*READERS)
def application(application_id: int) -> ResponseReturnValue:
    return _application(application_id)


@blueprint.route(f"{PAGE}/goal", methods=["GET", "POST"])
@for_roles(*WRITERS)
def application_goal(application_id: int) -> ResponseReturnValue:
    return plan_pages.goal_page(_place(application_id))


@blueprint.route(f"{PAGE}/budget", methods=["GET", "POST"])
@for_roles(*WRITERS)
def application_budget(application_id: int) -> ResponseReturnValue:
    return plan_pages.budget_page(_place(application_id))


@blueprint.route(f"{PAGE}/steps", methods=["GET", "POST"])
@for_roles(*WRITERS)
def application_steps(application_id: int) -> ResponseReturnValue:
    return plan_pages.steps_page(_place(application_id))


@blueprint.route(f"{PAGE}/check", methods=["GET", "POST"])
@for_roles(*WRITERS)
def application_check(application_id: int) -> ResponseReturnValue:
    return plan_pages.check_page(_place(application_id))


@blueprint.post(f"{PAGE}/withdrawal")
@for_roles(*WRITERS)
def application_withdrawal(application_id: int) -> ResponseReturnValue:
    return plan_pages.withdraw(_place(application_id))


@blueprint.route(f"{PAGE}/appeal", methods=["GET", "POST"])
@for_roles(*WRITERS)
def application_appeal(application_id: int) -> ResponseReturnValue:
    return plan_pages.appeal_page(_place(application_id))


@blueprint.route(f"{PAGE}/steps/<int:tranche_id>/evidence", methods=["GET", "POST"])
@for_roles(*WRITERS)
def application_evidence(application_id: int, tranche_id: int) -> ResponseReturnValue:
    return plan_pages.evidence_page(_place(application_id), tranche_id)


@blueprint.post(f"{PAGE}/reviews")
@for_roles(*SECONDS)
def application_review(application_id: int) -> ResponseReturnValue:
    by, form = person(), ReviewForm()
    done = acted(
        form,
        lambda session: review_application(
            session,
            ReviewApplication(
                whose=_place(application_id).whose,
                approved=form.answer.data == YES,
                no_interest=form.no_interest.data,
                reason=form.reason.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    )
    if done:
        flash(_said(done.result), "done")
        return redirect(url_for(".application", application_id=application_id), code=303)
    return _application(application_id, form)


@blueprint.post(f"{PAGE}/interest")
@for_roles(*SECONDS)
def application_interest(application_id: int) -> ResponseReturnValue:
    """Whoever is related says so here, and from then on decides nothing about this applicant."""
    here, by = community(), person()
    known = _place(application_id).known
    form = ReviewForm(formdata=None)
    if acted(
        PressForm(),
        lambda session: declare_interest(
            session,
            here.id,
            person_id=by.id,
            party_id=known.application.party_id,
            by_id=by.id,
            now=clock(),
        ),
        on=form,
    ):
        flash(gettext("记下了。和这位申请人有关的事，都由别的同事来办。"), "done")
        return redirect(url_for(".application", application_id=application_id), code=303)
    return _application(application_id, form)


@blueprint.post(f"{PAGE}/appeal/answer")
@for_roles(*SECONDS)
def application_answer(application_id: int) -> ResponseReturnValue:
    by, form = person(), AnswerForm()
    if acted(
        form,
        lambda session: answer_appeal(
            session,
            AnswerAppeal(
                whose=_place(application_id).whose,
                granted=form.answer.data == YES,
                answer=form.words.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("答复已经写下，申请人会看到。"), "done")
        return redirect(url_for(".application", application_id=application_id), code=303)
    return _application(application_id, form)


@blueprint.post(f"{PAGE}/evidence/<int:evidence_id>/decision")
@for_roles(*SECONDS)
def evidence_decide(application_id: int, evidence_id: int) -> ResponseReturnValue:
    here, by, form = community(), person(), EvidenceDecisionForm()
    if acted(
        form,
        lambda session: decide_evidence(
            session,
            DecideEvidence(
                community_id=here.id,
                evidence_id=evidence_id,
                accepted=form.answer.data == YES,
                note=form.note.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("已经记下。"), "done")
        return redirect(url_for(".application", application_id=application_id), code=303)
    return _application(application_id, form)


def _place(application_id: int) -> Place:
    whose = Whose(community_id=community().id, application_id=application_id)
    return Place(whose, "layouts/desk.html", "")


def _application(application_id: int, form: Form | None = None) -> ResponseReturnValue:
    place = _place(application_id)
    known = place.known
    me = person()
    held = me.roles_in(community().id)
    interest = interest_of(reading(), known.application.party_id, me.id)
    second = bool(held & APPROVERS) and not interest
    page = render_template(
        "livelihood/desk/application.html",
        place=place,
        known=known,
        form=form,
        first_words=words_of(known),
        missing=plan_pages.missing_words(known),
        interest=gettext(interest.sentence) if interest else "",
        review=form if isinstance(form, ReviewForm) else ReviewForm(formdata=None),
        answer=form if isinstance(form, AnswerForm) else AnswerForm(formdata=None),
        decision=(
            form if isinstance(form, EvidenceDecisionForm) else EvidenceDecisionForm(formdata=None)
        ),
        may_write=bool(held & set(WRITERS)),
        may_review=second and _waits_for(known, me.id),
        may_answer=second and _appeal_waits_for(known, me.id),
        may_decide=second,
        me=me.id,
        today=local_day(reading(), community().id, clock()),
        may_release=bool(held & set(RELEASERS)) and not interest,
        funds=[
            fund
            for fund in funds_of(reading(), community().id)
            if fund.purpose is FundPurpose.ENTERPRISE
        ],
        spendings=spendings_of(reading(), community().id, application_id),
        address=url_for(".application", application_id=application_id, _external=True),
    )
    return page, form.status if form else 200


def _waits_for(known: ApplicationPage, person_id: int) -> bool:
    """Whether it waits for this person's word too."""
    said = {row.by_id for row in known.reviews if row.round == known.application.round}
    return known.application.state is ApplicationState.SUBMITTED and person_id not in said


def _appeal_waits_for(known: ApplicationPage, person_id: int) -> bool:
    appeal = known.appeal
    refused = {row.by_id for row in known.refusals}
    return appeal is not None and appeal.granted is None and person_id not in refused


def _said(state: ApplicationState) -> str:
    if state is ApplicationState.APPROVED:
        return str(gettext("两位同事都同意了，第一步做到以后就能放款。"))
    if state is ApplicationState.REFUSED:
        return str(gettext("没有同意，理由已经写给申请人。"))
    return str(gettext("记下了，还要另一位同事也审核一遍。"))
