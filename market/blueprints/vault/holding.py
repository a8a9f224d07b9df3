"""我来带这样东西: a neighbour says on a wish's page that they bring the thing itself.

Open to anybody. What they are called and their telephone go into the vault and nowhere else; the
hold itself knows only its reference. Where the vault is closed nobody is asked for a telephone.
"""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session

from market import vault
from market.actions.ledger.audit import note
from market.actions.ledger.posting import local_day
from market.actions.proceeds.holds import AskHold, ask_hold
from market.blueprints.vault import blueprint
from market.blueprints.vault.opening import random_bytes, the_vault
from market.domain.errors import N_, Busy
from market.domain.identifiers import uuid7
from market.domain.identity.contact import KEPT_DAYS, MOST_CALLED, HoldContact
from market.domain.identity.reading import VaultClosed
from market.domain.proceeds.hold import DAYS_TO_CONFIRM
from market.extensions import reading
from market.queries.proceeds.holds import WishToBring, wish_to_bring
from market.web.access import public
from market.web.filters import local
from market.web.forms import Form, TextField, acted
from market.web.guessing import check_misses_from_here, count_miss_from_here
from market.web.preferences import in_language
from market.web.sessions import clock

WHAT = "wish to bring"
MOST_TYPED = 40
PAGE = "/wishes/<code>/hold"


class HoldsClosed(Busy):
    """A telephone could not be kept, so nobody is held to anything."""

    sentence = N_(
        "现在存不了电话，所以还没有登记。您填的内容还在，请过一会儿再试，"
        "或者到市集、社工站当面说一声。"
    )


class ContactForm(Form):
    called = TextField(lazy_gettext("怎么称呼"), most=MOST_CALLED)
    phone = TextField(lazy_gettext("电话"), most=MOST_TYPED)

    def contact(self) -> HoldContact:
        """Raises PhoneUnreadable."""
        return HoldContact(self.called.text, self.phone.text)


@blueprint.get(PAGE)
@public
def hold(code: str) -> ResponseReturnValue:
    wish = _wish(code)
    if wish is None:
        return _gone()
    if not wish.waits and not wish.held:
        return redirect(url_for("public.wish", code=wish.code), code=303)
    return _page(wish, ContactForm(formdata=None), _reference())


@blueprint.post(PAGE)
@public
def hold_ask(code: str) -> ResponseReturnValue:
    wish, form, reference = _wish(code), ContactForm(), _reference()
    if wish is None:
        return _gone()
    if acted(form, lambda session: _ask(session, wish, form, reference)):
        flash(
            gettext("记下了，谢谢您！社工会在 %(days)s 天内打电话来。", days=DAYS_TO_CONFIRM),
            "done",
        )
        return redirect(url_for(".hold", code=wish.code), code=303)
    return _page(_wish(code) or wish, form, reference)


def _wish(code: str) -> WishToBring | None:
    check_misses_from_here(WHAT)
    return wish_to_bring(reading(), code.upper(), _today())


def _gone() -> ResponseReturnValue:
    """The same page as the wish's own; counted, so that nobody can try all codes."""
    count_miss_from_here(WHAT)
    return render_template("public/gone.html"), 404


def _ask(session: Session, wish: WishToBring, form: ContactForm, reference: str) -> None:
    contact, now = form.contact(), clock()
    command = AskHold(
        community_id=wish.community_id, wish_id=wish.id, at_desk=False, reference=reference
    )
    ask_hold(session, command, by_id=None, now=now, random_bytes=random_bytes)
    today = local_day(session, wish.community_id, now)
    try:
        with the_vault().working() as opened:
            kept = vault.contacts.keep_contact(
                opened,
                reference,
                contact,
                community_id=wish.community_id,
                keep_until=today + timedelta(days=KEPT_DAYS),
                now=now,
                random_bytes=random_bytes,
            )
    except VaultClosed as closed:
        raise HoldsClosed from closed
    note(
        session,
        "vault_file_made",
        community_id=wish.community_id,
        now=now,
        file=kept.label,
        by=vault.contacts.NOBODY_OF_US,
    )


def _page(wish: WishToBring, form: ContactForm, reference: str) -> Response:
    # Whoever has typed something already finds it again, and is told in the form.
    asks = wish.waits and request.method == "GET"
    closed = asks and the_vault().closed_because() is not None
    page = render_template(
        "vault/hold.html",
        wish=wish,
        words=in_language(wish.words, wish.words_en),
        form=form,
        reference=reference,
        closed=closed,
        days=DAYS_TO_CONFIRM,
        kept_days=KEPT_DAYS,
    )
    status = 503 if closed else form.status
    response = make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _reference() -> str:
    """The name that the page was opened with, so that two taps ask once; else a new one."""
    try:
        return str(UUID(request.form.get("reference", "")))
    except ValueError:
        return str(uuid7(clock(), secrets.token_bytes))


def _today() -> date:
    """The day by which the public pages say what may be seen."""
    return local(clock()).date()
