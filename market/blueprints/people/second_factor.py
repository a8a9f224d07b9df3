"""One's own app that shows codes, or card: set up, taken off; and what happens when it is lost."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from flask import flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from market.actions.ledger.approvers import APPROVERS
from market.actions.people.grid_card import COLUMNS, FIRST_QUESTION, ROWS
from market.actions.people.second_factor import (
    SALT_BYTES,
    decide_loss,
    remove_own,
    report_loss,
    set_up,
    use_code,
)
from market.blueprints.people import blueprint
from market.blueprints.people.forms import FactorBeginForm, GrantForm
from market.blueprints.people.proving import proof_of
from market.domain.people import Role
from market.extensions import reading
from market.queries.people.second_factor import factor_of, losses_of, losses_waiting
from market.queries.people.signing_in import credentials_by_id
from market.web.access import community, for_roles, person, signed_in
from market.web.desk import DeskWaiting, may_enter, offer_waiting
from market.web.forms import Form, acted
from market.web.qr import qr_svg
from market.web.second_factor import Asked, CodeForm, asked_of, code_taken, own_card, own_secret
from market.web.sessions import clock

_BEGUN = "factor"
"""Where the cookie of who is setting up keeps the salt and since when. No secret comes of it alone."""
_BEGUN_LASTS = timedelta(minutes=30)

blueprint.record(
    lambda state: offer_waiting(
        state.app,
        DeskWaiting(
            order=95,
            endpoint="people.factor_losses",
            icon="phone",
            count=losses_waiting,
            words=lambda number: ngettext(
                "%(num)s 位同事的验证器或口令卡报失，等您确认",
                "%(num)s 位同事的验证器或口令卡报失，等您确认",
                number,
            ),
        ),
    )
)


@blueprint.route("/me/second-factor", methods=["GET", "POST"])
@signed_in
def my_second_factor() -> ResponseReturnValue:
    """Before it is set up: the password. After: since when, and how to take it off."""
    known, begin = person(), FactorBeginForm()
    factor = factor_of(reading(), known.id)
    if request.method == "POST" and factor is None and _begun(begin):
        on_paper = request.form.get("way") == "card"
        chosen = ".my_grid_card" if on_paper else ".my_second_factor_new"
        return redirect(url_for(chosen), code=303)
    form = asked_of(factor).form(answered=False) if factor else CodeForm(formdata=None)
    page = render_template("people/my_second_factor.html", begin=begin, factor=factor, form=form)
    return page, begin.status


@blueprint.route("/me/second-factor/new", methods=["GET", "POST"])
@signed_in
def my_second_factor_new() -> ResponseReturnValue:
    """The secret, shown until one code was right, and never again."""
    salt, known, form = _salt_begun(), person(), CodeForm()
    if salt is None or factor_of(reading(), known.id) is not None:
        return redirect(url_for(".my_second_factor"), code=303)

    def act(work: Session, step: int) -> None:
        set_up(work, known.id, salt, step, session_id=known.session_id, now=clock())

    if request.method == "POST" and code_taken(form, Asked(salt), act):
        session.pop(_BEGUN, None)
        flash(gettext("手机验证器已经绑定。做到一半的事，请回到那一页，点“继续”。"), "done")
        return redirect(url_for(".me"), code=303)
    secret = own_secret(salt)
    address = _address_of(secret, known.username)
    page = render_template(
        "people/my_second_factor_new.html",
        form=form,
        code=qr_svg(address),
        address=address,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    )
    return _not_to_keep(page, form.status)


@blueprint.route("/me/second-factor/card", methods=["GET", "POST"])
@signed_in
def my_grid_card() -> ResponseReturnValue:
    """The card is printed, and read once: it counts from its first right answer."""
    salt, known = _salt_begun(), person()
    if salt is None or factor_of(reading(), known.id) is not None:
        return redirect(url_for(".my_second_factor"), code=303)
    asked = Asked(salt, FIRST_QUESTION)
    form = asked.form(answered=request.method == "POST")

    def act(work: Session, question: int) -> None:
        set_up(
            work, known.id, salt, question, session_id=known.session_id, now=clock(), on_paper=True
        )

    if request.method == "POST" and code_taken(form, asked, act):
        session.pop(_BEGUN, None)
        flash(gettext("口令卡可以用了。做到一半的事，请回到那一页，点“继续”。"), "done")
        return redirect(url_for(".me"), code=303)
    return render_template("people/my_grid_card.html", form=form), form.status


@blueprint.get("/me/second-factor/card/sheet")
@signed_in
def my_grid_card_sheet() -> ResponseReturnValue:
    """The card on paper, until it was read once, and never again."""
    salt, known = _salt_begun(), person()
    if salt is None or factor_of(reading(), known.id) is not None:
        return redirect(url_for(".my_second_factor"), code=303)
    page = render_template(
        "people/grid_card.html", card=own_card(salt), columns=COLUMNS, rows=ROWS, now=clock()
    )
    return _not_to_keep(page)


@blueprint.post("/me/second-factor/end")
@signed_in
def my_second_factor_end() -> ResponseReturnValue:
    known = person()
    factor = factor_of(reading(), known.id)
    if factor is None:
        return redirect(url_for(".my_second_factor"), code=303)
    asked = asked_of(factor)
    form = asked.form(answered=True)

    def act(work: Session, step: int) -> None:
        use_code(work, known.id, step, session_id=known.session_id, now=clock())
        remove_own(work, known.id, now=clock())

    if code_taken(form, asked, act):
        ended = gettext("口令卡已经作废。") if factor.on_paper else gettext("手机验证器已经解除。")
        flash(ended, "done")
        return redirect(url_for(".my_second_factor"), code=303)
    page = render_template(
        "people/my_second_factor.html",
        begin=FactorBeginForm(formdata=None),
        factor=factor,
        form=form,
    )
    return page, form.status


@blueprint.post("/desk/<community>/people/<int:person_id>/second-factor/loss")
@for_roles(Role.ADMINISTRATOR)
def factor_loss(person_id: int) -> ResponseReturnValue:
    here, by, form = community(), person(), GrantForm(formdata=None)
    if acted(
        Form(),
        lambda work: report_loss(work, person_id, community_id=here.id, by_id=by.id, now=clock()),
        on=form,
    ):
        flash(gettext("已经记下。要另一位同事确认以后，旧的才停用。"), "done")
        return redirect(url_for(".factor_losses"), code=303)
    return _losses(form)


@blueprint.get("/desk/<community>/people/second-factor/losses")
@for_roles(*APPROVERS)
def factor_losses() -> ResponseReturnValue:
    return _losses(Form(formdata=None))


@blueprint.post("/desk/<community>/people/<int:person_id>/second-factor/loss/decision")
@for_roles(*APPROVERS)
def factor_loss_decide(person_id: int) -> ResponseReturnValue:
    here, by, form = community(), person(), Form()
    confirmed = request.form.get("answer") == "yes"
    if acted(
        form,
        lambda work: decide_loss(
            work,
            person_id,
            community_id=here.id,
            confirmed=confirmed,
            by_id=by.id,
            now=clock(),
        ),
    ):
        said = (
            gettext("旧的已经停用，请这位同事在“我的账号”里重新绑定或打印。")
            if confirmed
            else gettext("报失已经撤回，照旧可用。")
        )
        flash(said, "done")
        return redirect(url_for(".factor_losses"), code=303)
    return _losses(form)


def _not_to_keep(page: str, status: int = 200) -> ResponseReturnValue:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _second_factor_is_off() -> bool:
    """Whether this person could turn the question for codes on, and it is off."""
    return may_enter("people.settings") and not community().second_factor_required


blueprint.add_app_template_global(_second_factor_is_off, "second_factor_is_off")


def _losses(form: Form) -> ResponseReturnValue:
    page = render_template(
        "people/factor_losses.html",
        form=form,
        losses=losses_of(reading(), community().id),
        me=person().id,
        address=url_for(".factor_losses", _external=True),
    )
    return page, form.status


def _begun(form: FactorBeginForm) -> bool:
    """Whether the password was right; this browser then holds a fresh salt."""
    if not form.validate():
        return False
    known = person()
    proof = proof_of(
        form, known.username, form.password.data, credentials_by_id(reading(), known.id)
    )
    if proof is None or acted(form, proof.settle) is None:
        return False
    session[_BEGUN] = [secrets.token_bytes(SALT_BYTES).hex(), clock().timestamp()]
    return True


def _salt_begun() -> bytes | None:
    salt, since = session.get(_BEGUN) or ("", 0.0)
    if not salt or clock() - datetime.fromtimestamp(since, UTC) > _BEGUN_LASTS:
        return None
    return bytes.fromhex(salt)


def _address_of(secret: str, username: str) -> str:
    """What an app reads from the code: whose account it is for, and where."""
    # Only who sets up an app pays for what names it.
    import pyotp  # noqa: PLC0415

    address: str = pyotp.TOTP(secret).provisioning_uri(
        name=username, issuer_name=str(gettext("心愿市集"))
    )
    return address
