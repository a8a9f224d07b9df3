"""Kinds of wishes that are not taken here: the list, one of them to change, one of our own."""

from __future__ import annotations

import secrets

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.proceeds.refusals import SetRefusal, set_refusal
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.wish_desk import READERS, WRITERS, holds
from market.domain.proceeds.refusal import MOST_NAME, MOST_SENTENCE, MOST_WORDS
from market.extensions import reading
from market.queries.proceeds.rules import RefusalHere, refusal_here, refusals_here
from market.web.access import community, for_roles, person
from market.web.forms import Form, TextField, TickField, acted
from market.web.sessions import clock

LIST = "/desk/<community>/wishes/refused"


class RefusalForm(Form):
    name = TextField(lazy_gettext("哪一类"), most=MOST_NAME)
    words = TextField(lazy_gettext("有这些词就算"), most=MOST_WORDS)
    unless = TextField(lazy_gettext("同时有这些词就不算"), most=MOST_WORDS, optional=True)
    why = TextField(lazy_gettext("为什么不收"), most=MOST_SENTENCE)
    mend = TextField(lazy_gettext("可以怎么改"), most=MOST_SENTENCE)
    stands = TickField(lazy_gettext("现在不收这一类"))


@blueprint.get(LIST)
@for_roles(*READERS)
def wish_refusals() -> ResponseReturnValue:
    return render_template(
        "proceeds/wishes/refusals.html",
        kinds=refusals_here(reading(), community().id),
        ceiling_minor=community().wish_ceiling_minor,
        may_write=holds(WRITERS),
    )


@blueprint.route(f"{LIST}/new", methods=["GET", "POST"])
@for_roles(*WRITERS)
def wish_refusal_new() -> ResponseReturnValue:
    return _page(None, RefusalForm(data={"stands": True}))


@blueprint.route(f"{LIST}/<key>", methods=["GET", "POST"])
@for_roles(*WRITERS)
def wish_refusal(key: str) -> ResponseReturnValue:
    known = refusal_here(reading(), community().id, key)
    one = known.refusal
    form = RefusalForm(
        data={
            "name": gettext(one.name),
            "words": " ".join(one.words),
            "unless": " ".join(one.unless),
            "why": gettext(one.why),
            "mend": gettext(one.mend),
            "stands": known.stands,
        }
    )
    return _page(known, form)


def _page(known: RefusalHere | None, form: RefusalForm) -> ResponseReturnValue:
    done = form.is_submitted() and acted(
        form,
        lambda session: set_refusal(
            session,
            SetRefusal(
                community_id=community().id,
                key=known.refusal.key if known else None,
                name=form.name.text,
                words=form.words.text,
                unless=form.unless.text,
                why=form.why.text,
                mend=form.mend.text,
                stands=form.stands.data,
            ),
            by_id=person().id,
            now=clock(),
            random_bytes=secrets.token_bytes,
        ),
    )
    if done:
        flash(gettext("改好了，从下一个心愿起生效。"), "done")
        return redirect(url_for(".wish_refusals"), code=303)
    page = render_template("proceeds/wishes/refusal.html", form=form, known=known)
    return page, form.status
