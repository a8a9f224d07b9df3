"""Wishes at the desk: what each needs next, a new one, one with all its records, mending, opening."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.actions.proceeds.steps import EndWish, end_wish
from market.actions.proceeds.wishes import (
    ChangeWish,
    CostBelowFunded,
    EnterWish,
    OpenWish,
    ReferenceNotFound,
    change_wish,
    enter_wish,
    open_wish,
)
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.wish_desk import (
    READERS,
    SECONDS,
    SPENDERS,
    WRITERS,
    holds,
    next_step,
    timeline,
    today,
)
from market.blueprints.proceeds.wish_forms import KIND_ICONS, WishForm, end_form, wish_form
from market.blueprints.proceeds.wish_sheet import wish_columns
from market.domain.errors import N_
from market.domain.proceeds.wish import Theme, UnknownReference, WishState
from market.domain.proceeds.wish_content import NumberCouldIdentify
from market.domain.proceeds.wish_task import FOR_SOMEBODY_ELSE, WishTask
from market.extensions import reading
from market.queries.people.who import CommunityHere
from market.queries.proceeds.commitments import allocations_to_wish, moves_of_wish
from market.queries.proceeds.pictures import pictures_of_wish
from market.queries.proceeds.thanks import thanks_of_wish
from market.queries.proceeds.waiting import companions_waiting, wishes_to_read
from market.queries.proceeds.wishes import (
    WishAtDesk,
    WishAtHand,
    all_finished_wishes,
    finished_wishes,
    tasks_by_number,
    wish_at_hand,
    wish_queue,
)
from market.web.access import community, for_roles, person
from market.web.desk import DeskPage, DeskWaiting, offer, offer_waiting
from market.web.forms import Form, acted
from market.web.sessions import clock
from market.web.sheets import ALL_ROWS, Sheet, asked_format, sheet_answer

blueprint.record(
    lambda state: offer(
        state.app,
        DeskPage(
            30,
            "proceeds.wishes",
            N_("心愿"),
            "lantern",
            under=("proceeds.wish", "proceeds.purchase", "proceeds.return"),
        ),
    )
)
blueprint.record(
    lambda state: offer_waiting(
        state.app,
        DeskWaiting(
            order=20,
            endpoint="proceeds.wishes",
            icon="question",
            count=wishes_to_read,
            words=lambda number: ngettext(
                "%(num)s 个心愿等您读一遍", "%(num)s 个心愿等您读一遍", number
            ),
            arguments={"task": str(WishTask.READ)},
        ),
        DeskWaiting(
            order=25,
            endpoint="proceeds.wishes",
            icon="company",
            count=companions_waiting,
            words=lambda number: ngettext(
                "%(num)s 个陪伴心愿等您确认", "%(num)s 个陪伴心愿等您确认", number
            ),
            arguments={"task": str(WishTask.CONFIRM)},
        ),
    )
)


@blueprint.get("/desk/<community>/wishes")
@for_roles(*READERS)
def wishes() -> ResponseReturnValue:
    here, now = community(), today()
    if request.args.get("show") == "over":
        if asked_format():
            return _file(all_finished_wishes(reading(), here.id, now, ALL_ROWS))
        number = request.args.get("page", 1, type=int)
        return render_template(
            "proceeds/wishes/over.html",
            page=finished_wishes(reading(), here.id, now, page=number),
        )
    queue = wish_queue(reading(), here.id, now)
    asked = request.args.get("task", "")
    task = WishTask(asked) if asked in list(WishTask) else None
    only_late = "late" in request.args
    shown = [
        wish
        for wish in queue
        if (task is None or wish.task is task) and (wish.late or not only_late)
    ]
    if asked_format():
        return _file(shown)
    return render_template(
        "proceeds/wishes/queue.html",
        numbers=tasks_by_number(shown if only_late else queue),
        all_numbers=tasks_by_number(queue),
        wishes=shown,
        task=task,
        late=sum(wish.late for wish in queue),
        only_late=only_late,
        for_somebody_else=FOR_SOMEBODY_ELSE,
        may_write=holds(WRITERS),
        may_read=holds(SECONDS),
    )


def _file(rows: Sequence[WishAtDesk]) -> ResponseReturnValue:
    return sheet_answer(Sheet(str(gettext("心愿")), wish_columns(), rows, [community().name]))


@blueprint.route("/desk/<community>/wishes/new", methods=["GET", "POST"])
@for_roles(*WRITERS)
def wish_new() -> ResponseReturnValue:
    here, by = community(), person()
    form = wish_form()
    form.show_costs()
    if request.method == "POST" and form.read_costs():
        done = acted(
            form,
            lambda session: enter_wish(
                session,
                EnterWish(
                    community_id=here.id,
                    content=form.content(),
                    reference=form.reference.text or None,
                    reason=form.reason.text,
                ),
                by_id=by.id,
                now=clock(),
                random_bytes=secrets.token_bytes,
            ),
            at={
                NumberCouldIdentify: "text",
                UnknownReference: "reference",
                ReferenceNotFound: "reference",
            },
        )
        if done:
            flash(gettext("已经记下。接着登记同意书，再请一位同事读一遍。"), "done")
            return redirect(url_for(".wish", wish_id=done.result.id), code=303)
    return _content_page("proceeds/wishes/new.html", form, here)


@blueprint.get("/desk/<community>/wishes/<int:wish_id>")
@for_roles(*READERS)
def wish(wish_id: int) -> ResponseReturnValue:
    return _wish_page(wish_id, Form())


@blueprint.route("/desk/<community>/wishes/<int:wish_id>/content", methods=["GET", "POST"])
@for_roles(*WRITERS)
def wish_content(wish_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = wish_at_hand(reading(), here.id, wish_id, today())
    form = wish_form(known)
    form.show_costs([(cost.name, cost.amount_minor) for cost in known.costs])
    if request.method == "POST" and form.read_costs():
        done = acted(
            form,
            lambda session: change_wish(
                session,
                ChangeWish(
                    community_id=here.id,
                    wish_id=wish_id,
                    content=form.content(),
                    reason=form.reason.text,
                ),
                by_id=by.id,
                now=clock(),
            ),
            at={NumberCouldIdentify: "text", CostBelowFunded: "costs"},
        )
        if done:
            flash(_said_of_change(known, done.result.state), "done")
            return redirect(url_for(".wish", wish_id=wish_id), code=303)
    return _content_page("proceeds/wishes/content.html", form, here, known)


@blueprint.post("/desk/<community>/wishes/<int:wish_id>/opening")
@for_roles(*WRITERS)
def wish_open(wish_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    form = Form()
    done = acted(
        form,
        lambda session: open_wish(
            session, OpenWish(community_id=here.id, wish_id=wish_id), by_id=by.id, now=clock()
        ),
    )
    if done:
        flash(gettext("挂上心愿墙了，等待下一次市集点亮。"), "done")
        return redirect(url_for(".wish", wish_id=wish_id), code=303)
    return _wish_page(wish_id, form)


@blueprint.route("/desk/<community>/wishes/<int:wish_id>/ending", methods=["GET", "POST"])
@for_roles(*WRITERS)
def wish_ending(wish_id: int) -> ResponseReturnValue:
    here, by = community(), person()
    known = wish_at_hand(reading(), here.id, wish_id, today())
    form = end_form()
    if request.method == "POST" and acted(
        form,
        lambda session: end_wish(
            session,
            EndWish(
                community_id=here.id,
                wish_id=wish_id,
                expired=form.how.data == str(WishState.EXPIRED),
                note=form.note.text,
            ),
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("已经记下，公开页面上马上就看不到它了。"), "done")
        return redirect(url_for(".wish", wish_id=wish_id), code=303)
    page = render_template("proceeds/wishes/ending.html", form=form, known=known)
    return page, form.status


def _wish_page(wish_id: int, form: Form) -> ResponseReturnValue:
    here, me = community(), person()
    known = wish_at_hand(reading(), here.id, wish_id, today())
    page = render_template(
        "proceeds/wishes/wish.html",
        form=form,
        known=known,
        wish=known.wish,
        theme=Theme(known.wish.theme).label if known.wish.theme in list(Theme) else "",
        steps=timeline(known),
        next_step=next_step(known.wish, written_by_me=known.written_by_id == me.id),
        allocations=allocations_to_wish(reading(), wish_id),
        moves=moves_of_wish(reading(), wish_id),
        pictures=pictures_of_wish(reading(), wish_id),
        thanks=thanks_of_wish(reading(), wish_id),
        may_read=holds(SECONDS),
        may_write=holds(WRITERS),
        may_spend=holds(SPENDERS),
        me=me.id,
        address=url_for(".wish", wish_id=wish_id, _external=True),
    )
    return page, form.status


def _content_page(
    template: str, form: WishForm, here: CommunityHere, known: WishAtHand | None = None
) -> ResponseReturnValue:
    wrong = any(row.error for row in form.costs)
    page = render_template(
        template,
        form=form,
        known=known,
        kind_icons=KIND_ICONS,
        ceiling_minor=here.wish_ceiling_minor,
        problems=[row.error for row in form.costs if row.error],
        found=form.found(),
    )
    return page, 422 if wrong else form.status


def _said_of_change(known: WishAtHand, state: str) -> str:
    if state == WishState.DRAFT and known.wish.state is not WishState.DRAFT:
        return str(gettext("已经改好，暂时不公开。请一位同事把新的内容再读一遍。"))
    return str(gettext("已经改好。"))
