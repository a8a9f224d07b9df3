"""The one shape of a view that writes: form, unit of work, action, and the same page if refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import current_app
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from market.domain.errors import N_, Busy, MarketError, Missing
from market.extensions import reading, unit_of_work
from market.web.forms.base import Form
from market.web.retries import persistently

Result = TypeVar("Result")


class NothingWritten(Busy):
    """The database cannot write: the disk is full, or it has gone away."""

    sentence = N_(
        "系统暂时存不了东西，刚才这一步没有保存，您填的内容还在。请稍后再试，或告诉管理员。"
    )


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """An act that was written; always true, whatever the action gave back."""

    result: Result


def acted(
    form: Form,
    act: Callable[[Session], Result],
    *,
    at: Mapping[type[MarketError], str] | None = None,
    on: Form | None = None,
) -> Done[Result] | None:
    """Run `act` in a unit of work of its own if `form` is well-formed; None if it may not be.

    What a field or a rule has against it then stands on the form, everything typed is kept, and
    `form.status` is 422, 409, 403, 429 or 503. `at` leads an error to the field it is about; an
    error with a fact named `field` finds its own way; others stand on top of the page. `act` is
    run again where the database only asks for patience. What is Missing is raised: there is no
    page to show again.

        @blueprint.post("/desk/<community>/markets/<int:market_id>/stalls")
        @for_roles(Role.SOCIAL_WORKER)
        def add_stall(market_id: int) -> ResponseReturnValue:
            form = StallForm()
            done = acted(
                form,
                lambda session: add_a_stall(session, form.command(market_id), now=clock()),
                at={StallNumberTaken: "number"},
            )
            if done:
                return redirect(url_for(".stall", stall_id=done.result.id), code=303)
            return render_template("sales/stall_new.html", form=form), form.status
    """
    if not form.validate():
        return None
    try:
        return Done(persistently(lambda: _in_a_unit_of_work(act)))
    except Missing:
        raise
    except MarketError as error:
        (on or form).refuse(error, field=_field_of(error, at or {}))
    except OperationalError:
        current_app.logger.exception("the database refused to write")
        (on or form).refuse(NothingWritten())
    # The page is drawn again from what is true now, not from what was read before the refusal.
    reading().rollback()
    return None


def _in_a_unit_of_work(act: Callable[[Session], Result]) -> Result:
    with unit_of_work() as session:
        return act(session)


def _field_of(error: MarketError, at: Mapping[type[MarketError], str]) -> str | None:
    return next((field for kind, field in at.items() if isinstance(error, kind)), None)
