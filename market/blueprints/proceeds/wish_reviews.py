"""Many wishes read on one page: each as the public will see it, with its own three answers."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.actions.proceeds.reviews import review_wish
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.wish_desk import SECONDS
from market.blueprints.proceeds.wish_findings import Marked, findings_of
from market.blueprints.proceeds.wish_forms import ReviewForm, review_form
from market.domain.errors import N_, Invalid
from market.extensions import reading
from market.queries.proceeds.reviewing import WishToRead, wishes_to_review
from market.web.access import community, for_roles, person
from market.web.forms import Form, acted
from market.web.sessions import clock


class NothingAnswered(Invalid):
    """A batch sent back without one answer."""

    sentence = N_("还没有回答。读完一个心愿，就答它下面的三个问题；没读的可以先空着。")


@dataclass(frozen=True, slots=True)
class Reading:
    """A wish on the page with its own form; `found` is what its author gave a reason for."""

    wish: WishToRead
    form: ReviewForm
    found: tuple[Marked, ...]

    @property
    def answered(self) -> bool:
        form = self.form
        return any((form.neighbours.data, form.school.data, form.hurt.data, form.note.data))

    @property
    def seen(self) -> bytes:
        """The hash of the content that was on the page when the answers were given."""
        try:
            return bytes.fromhex(request.form.get(f"seen-{self.wish.id}", ""))
        except ValueError:
            return b""


@blueprint.route("/desk/<community>/wishes/reviews", methods=["GET", "POST"])
@for_roles(*SECONDS)
def wish_reviews() -> ResponseReturnValue:
    form = Form()
    readings = _readings()
    if request.method == "POST" and form.validate():
        answered = [one for one in readings if one.answered]
        done = {one.wish.id for one in answered if _read(one)}
        if not answered:
            form.refuse(NothingAnswered())
        if done:
            number = len(done)
            flash(ngettext("记下了 %(num)s 个心愿。", "记下了 %(num)s 个心愿。", number), "done")
        if answered and len(done) == len(answered):
            return redirect(url_for(".wish_reviews"), code=303)
        readings = [one for one in readings if one.wish.id not in done]
    wrong = max((one.form.status for one in readings if one.answered), default=200)
    page = render_template(
        "proceeds/wishes/reviews.html",
        form=form,
        readings=readings,
        problems=_problems(readings),
    )
    return page, max(wrong, form.status)


def _readings() -> list[Reading]:
    rows = wishes_to_review(reading(), community().id, person().id)
    return [Reading(row, review_form(f"w{row.id}-"), findings_of(row)) for row in rows]


def _read(one: Reading) -> bool:
    here, by = community(), person()
    return bool(
        acted(
            one.form,
            lambda session: review_wish(
                session,
                one.form.command(here.id, one.wish.id, one.seen),
                by_id=by.id,
                now=clock(),
            ),
        )
    )


def _problems(readings: list[Reading]) -> list[str]:
    """For the summary on top: which wish lacks an answer or was refused."""
    return [
        str(gettext("心愿 %(code)s 的回答还差一点", code=one.wish.code))
        for one in readings
        if one.form.errors
    ]
