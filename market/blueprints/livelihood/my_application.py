"""An entrepreneur asks for support on her own pages, sees how far it is, and says what she reached."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from market.actions.livelihood.applications import Whose, begin_application
from market.blueprints.livelihood import blueprint, plan_pages
from market.blueprints.livelihood.mine_pages import MinePage, offer_mine
from market.blueprints.livelihood.plan_pages import Place, PressForm
from market.domain.errors import N_
from market.domain.livelihood.plan import REVIEWERS, ApplicationState, Origin
from market.extensions import reading
from market.queries.livelihood.access import EnterpriseHere
from market.queries.livelihood.applications import (
    ApplicationPage,
    StepRow,
    application_page,
    applications_of,
)
from market.web.access import entrepreneur, for_entrepreneur, person
from market.web.filters import date_text, listed_text, money_text
from market.web.forms import acted
from market.web.sessions import clock

PAGE = "/mine/applications/<int:application_id>"


@blueprint.route("/mine/applications", methods=["GET", "POST"])
@for_entrepreneur
def my_applications() -> ResponseReturnValue:
    here, by = entrepreneur(), person()
    form = PressForm()
    if form.is_submitted():
        origin = Origin.HELPER if here.by_helper else Origin.OWN
        done = acted(
            form,
            lambda session: (
                begin_application(
                    session, here.community_id, here.id, origin, by_id=by.id, now=clock()
                ).id
            ),
        )
        if done:
            address = url_for(".my_application", application_id=done.result)
            return redirect(address, code=303)
    rows = applications_of(reading(), here.community_id, enterprise_id=here.id)
    standing = {ApplicationState.DRAFT, ApplicationState.SUBMITTED}
    page = render_template(
        "livelihood/mine/applications.html",
        here=here,
        form=form,
        rows=rows,
        may_begin=not any(row.state in standing for row in rows),
        first_words=_door_words(here),
    )
    return page, form.status


@blueprint.get(PAGE)
@for_entrepreneur
def my_application(application_id: int) -> ResponseReturnValue:
    place = _place(application_id)
    known = place.known
    return render_template(
        "livelihood/mine/application.html",
        here=place.here,
        place=place,
        known=known,
        first_words=words_of(known),
        missing=plan_pages.missing_words(known),
        form=PressForm(formdata=None),
    )


@blueprint.route(f"{PAGE}/goal", methods=["GET", "POST"])
@for_entrepreneur
def my_application_goal(application_id: int) -> ResponseReturnValue:
    return plan_pages.goal_page(_place(application_id))


@blueprint.route(f"{PAGE}/budget", methods=["GET", "POST"])
@for_entrepreneur
def my_application_budget(application_id: int) -> ResponseReturnValue:
    return plan_pages.budget_page(_place(application_id))


@blueprint.route(f"{PAGE}/steps", methods=["GET", "POST"])
@for_entrepreneur
def my_application_steps(application_id: int) -> ResponseReturnValue:
    return plan_pages.steps_page(_place(application_id))


@blueprint.route(f"{PAGE}/check", methods=["GET", "POST"])
@for_entrepreneur
def my_application_check(application_id: int) -> ResponseReturnValue:
    return plan_pages.check_page(_place(application_id))


@blueprint.post(f"{PAGE}/withdrawal")
@for_entrepreneur
def my_application_withdrawal(application_id: int) -> ResponseReturnValue:
    return plan_pages.withdraw(_place(application_id))


@blueprint.route(f"{PAGE}/appeal", methods=["GET", "POST"])
@for_entrepreneur
def my_application_appeal(application_id: int) -> ResponseReturnValue:
    return plan_pages.appeal_page(_place(application_id))


@blueprint.route(f"{PAGE}/steps/<int:tranche_id>/evidence", methods=["GET", "POST"])
@for_entrepreneur
def my_application_evidence(application_id: int, tranche_id: int) -> ResponseReturnValue:
    return plan_pages.evidence_page(_place(application_id), tranche_id)


def words_of(known: ApplicationPage) -> str:
    """How an application stands, as one sentence."""
    match known.application.state:
        case ApplicationState.DRAFT:
            return _draft_words(known)
        case ApplicationState.SUBMITTED:
            left = REVIEWERS - known.application.said
            return str(gettext("申请交上来了，还在等 %(left)s 位同事审核。", left=left))
        case ApplicationState.REFUSED:
            return _refused_words(known)
        case ApplicationState.WITHDRAWN:
            return str(gettext("这份申请撤回了，可以再写一份。"))
    return next_words(known.steps)


def next_words(steps: tuple[StepRow, ...]) -> str:
    """What an approved plan comes to next."""
    for step in steps:
        facts = {"number": step.number, "what": step.milestone, "day": date_text(step.due_on)}
        amount = money_text(step.left_minor or step.amount_minor)
        if step.left_minor:
            return str(
                gettext(
                    "第 %(number)s 批的支持，还有 %(amount)s 可以用。",
                    number=step.number,
                    amount=amount,
                )
            )
        if step.waits:
            return str(gettext("第 %(number)s 步的材料交上来了，等同事看。", number=step.number))
        if not step.reached:
            return str(gettext("下一步：%(day)s 以前做到“%(what)s”。", **facts))
        if step.kind.costs and not step.released:
            return str(
                gettext(
                    "第 %(number)s 步做到了，%(amount)s 正等两位同事放款。",
                    number=step.number,
                    amount=amount,
                )
            )
    return str(gettext("每一步都做到了，支持也都到了。"))


def _draft_words(known: ApplicationPage) -> str:
    missing = plan_pages.missing_words(known)
    if missing:
        return str(gettext("申请还没写完，还差：%(what)s。", what=listed_text(missing)))
    return str(gettext("申请写好了，看一遍就可以提交。"))


def _refused_words(known: ApplicationPage) -> str:
    appeal = known.appeal
    if appeal is None:
        return str(gettext("这次没有同意。您可以申诉，会由另一位同事来看。"))
    if appeal.granted is None:
        return str(gettext("您的申诉收到了，正等另一位同事答复。"))
    return str(gettext("申诉看过了，还是没有同意。可以改一改，再申请一次。"))


def _place(application_id: int) -> Place:
    here = entrepreneur()
    whose = Whose(
        community_id=here.community_id, application_id=application_id, enterprise_id=here.id
    )
    return Place(whose, "layouts/mine.html", "my_", here)


def _door_words(here: EnterpriseHere) -> str:
    rows = applications_of(reading(), here.community_id, enterprise_id=here.id)
    if not rows:
        return str(gettext("还没有申请过。钱、物资、免费摊位、培训，都可以申请。"))
    known = application_page(reading(), here.community_id, rows[0].id, enterprise_id=here.id)
    return words_of(known)


offer_mine(MinePage(40, "livelihood.my_applications", N_("申请支持"), "flag", _door_words))
