"""An application written bit by bit: the same pages for the entrepreneur, a helper, and the desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session

from market.actions.livelihood.applications import (
    Whose,
    add_item,
    add_step,
    drop_item,
    drop_step,
    say_goal,
    submit_application,
    withdraw_application,
)
from market.actions.livelihood.milestones import TellReached, tell_reached
from market.actions.livelihood.reviews import appeal
from market.domain.livelihood.plan import (
    MOST_GOAL,
    MOST_ITEM,
    MOST_MILESTONE,
    MOST_WORDS,
    ApplicationState,
    BudgetLine,
    Step,
    SupportKind,
)
from market.extensions import reading
from market.queries.livelihood.access import EnterpriseHere
from market.queries.livelihood.applications import (
    ApplicationNotHere,
    ApplicationPage,
    application_page,
)
from market.web.access import person
from market.web.forms import (
    CardsField,
    DateField,
    Form,
    LinesField,
    MoneyField,
    TextField,
    acted,
)
from market.web.sessions import clock

KIND_ICONS = {
    "money": "cash",
    "goods": "box",
    "free_stall": "stall",
    "training": "book",
}


class GoalForm(Form):
    goal = LinesField(lazy_gettext("想做成什么"), most=MOST_GOAL)


class ItemForm(Form):
    name = TextField(lazy_gettext("买什么、付什么"), most=MOST_ITEM)
    amount = MoneyField(lazy_gettext("大约多少钱"), least_minor=1)


class StepForm(Form):
    milestone = TextField(lazy_gettext("先做到什么"), most=MOST_MILESTONE)
    due_on = DateField(lazy_gettext("哪天以前做到"))
    kind = CardsField(lazy_gettext("做到以后，要什么支持"))
    amount = MoneyField(lazy_gettext("要多少钱"), optional=True)


class AppealForm(Form):
    words = LinesField(lazy_gettext("为什么应该再看一遍"), most=MOST_WORDS)


class EvidenceForm(Form):
    words = LinesField(lazy_gettext("怎么看得出做到了"), most=MOST_WORDS)


class PressForm(Form):
    """Nothing but the token: the button is the word."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands who writes: an entrepreneur's own pages, or the desk."""

    whose: Whose
    layout: str
    prefix: str
    here: EnterpriseHere | None = None

    def address(self, page: str, **more: Any) -> str:
        return url_for(f".{self.prefix}{page}", application_id=self.whose.application_id, **more)

    @property
    def known(self) -> ApplicationPage:
        """Raises ApplicationNotHere."""
        return application_page(
            reading(),
            self.whose.community_id,
            self.whose.application_id,
            enterprise_id=self.whose.enterprise_id,
        )


def goal_page(place: Place) -> ResponseReturnValue:
    known = place.known
    form = GoalForm(data={"goal": known.application.goal})
    if request.method == "POST" and acted(
        form, lambda session: say_goal(session, place.whose, form.goal.text, now=clock())
    ):
        return redirect(place.address("application"), code=303)
    return _page(place, known, form, "goal")


def budget_page(place: Place) -> ResponseReturnValue:
    if request.method == "POST" and "drop" in request.form:
        return _dropped(place, drop_item, "application_budget")
    form = ItemForm()

    def add(session: Session) -> None:
        line = BudgetLine(form.name.text, form.amount.minor)
        add_item(session, place.whose, line, now=clock())

    if request.method == "POST" and acted(form, add):
        flash(gettext("已经加上“%(name)s”。", name=form.name.text), "done")
        return redirect(place.address("application_budget"), code=303)
    return _page(place, place.known, form, "budget")


def steps_page(place: Place) -> ResponseReturnValue:
    if request.method == "POST" and "drop" in request.form:
        return _dropped(place, drop_step, "application_steps")
    form = StepForm()
    form.kind.choices = [(str(kind), gettext(kind.label)) for kind in SupportKind]

    def add(session: Session) -> None:
        step = Step(
            SupportKind(form.kind.data), form.milestone.text, form.due_on.day, form.amount.data or 0
        )
        add_step(session, place.whose, step, now=clock())

    if request.method == "POST" and acted(form, add):
        flash(gettext("已经加上这一步。"), "done")
        return redirect(place.address("application_steps"), code=303)
    return _page(place, place.known, form, "steps", kind_icons=KIND_ICONS)


def check_page(place: Place) -> ResponseReturnValue:
    form = PressForm()
    by = person()
    if request.method == "POST" and acted(
        form, lambda session: submit_application(session, place.whose, by_id=by.id, now=clock())
    ):
        flash(gettext("申请交上来了，会有两位同事审核。"), "done")
        return redirect(place.address("application"), code=303)
    return _page(place, place.known, form, "check")


def withdraw(place: Place) -> ResponseReturnValue:
    form = PressForm()
    by = person()
    if acted(
        form, lambda session: withdraw_application(session, place.whose, by_id=by.id, now=clock())
    ):
        flash(gettext("申请已经撤回。"), "done")
        return redirect(place.address("application"), code=303)
    return _page(place, place.known, form, "check")


def appeal_page(place: Place) -> ResponseReturnValue:
    form = AppealForm()
    by = person()
    if request.method == "POST" and acted(
        form,
        lambda session: appeal(session, place.whose, form.words.text, by_id=by.id, now=clock()),
    ):
        flash(gettext("申诉收到了，会由另一位同事来看。"), "done")
        return redirect(place.address("application"), code=303)
    return _page(place, place.known, form, "appeal")


def evidence_page(place: Place, tranche_id: int) -> ResponseReturnValue:
    known = place.known
    step = next((one for one in known.steps if one.id == tranche_id), None)
    if step is None:
        raise ApplicationNotHere
    form = EvidenceForm()
    by = person()

    def tell(session: Session) -> None:
        told = TellReached(
            community_id=place.whose.community_id,
            tranche_id=tranche_id,
            words=form.words.text,
            enterprise_id=place.whose.enterprise_id,
        )
        tell_reached(session, told, by_id=by.id, now=clock())

    if request.method == "POST" and acted(form, tell):
        flash(gettext("收到了，同事看过以后就能放款。"), "done")
        return redirect(place.address("application"), code=303)
    return _page(place, known, form, "evidence", step=step)


def missing_words(known: ApplicationPage) -> list[str]:
    """What a draft still lacks, in the page's language."""
    return [str(gettext(name)) for name in known.plan.missing]


def is_draft(known: ApplicationPage) -> bool:
    return known.application.state is ApplicationState.DRAFT


def _dropped(place: Place, drop: Callable[..., None], page: str) -> ResponseReturnValue:
    number = request.form.get("drop", 0, type=int)
    form = PressForm()
    if acted(form, lambda session: drop(session, place.whose, number, now=clock())):
        flash(gettext("已经去掉了。"), "done")
    return redirect(place.address(page), code=303)


def _page(
    place: Place, known: ApplicationPage, form: Form, name: str, **more: object
) -> ResponseReturnValue:
    context: dict[str, object] = {"place": place, "layout": place.layout, "known": known, **more}
    if place.here is not None:
        context["here"] = place.here
    page = render_template(
        f"livelihood/plan/{name}.html", form=form, missing=missing_words(known), **context
    )
    return page, form.status
