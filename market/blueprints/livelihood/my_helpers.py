"""Whom an entrepreneur lets in to her own pages: by a card, or somebody with an account here."""

from __future__ import annotations

import secrets

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext

from market.actions.livelihood.enterprises import (
    MOST_NAME,
    AlreadyHelper,
    HelperNeedsRole,
    NewCard,
    NoSuchAccess,
    name_helper,
    name_helper_with_card,
    stop_access,
)
from market.blueprints.livelihood import blueprint
from market.blueprints.livelihood.enterprises import card_to_print
from market.blueprints.livelihood.mine_pages import MinePage, offer_mine
from market.domain.errors import N_
from market.domain.livelihood.enterprise import Access
from market.extensions import reading, unit_of_work
from market.queries.ledger.holders import members
from market.queries.livelihood.access import EnterpriseHere, Standing, standing_accesses
from market.web.access import community, entrepreneur, for_entrepreneur
from market.web.forms import ChoiceField, Form, TextField, acted
from market.web.sessions import clock, new_token, token_hash


class HelperForm(Form):
    person = ChoiceField(lazy_gettext("社区里的人"), coerce=int)


class HelperCardForm(Form):
    name = TextField(lazy_gettext("帮手叫什么"), most=MOST_NAME)


@blueprint.route("/mine/helpers", methods=["GET", "POST"])
@for_entrepreneur
def my_helpers() -> ResponseReturnValue:
    """A helper who has an account here; helpers name no helpers."""
    here = entrepreneur()
    form = _form(HelperForm())
    if (
        request.method == "POST"
        and _is_hers(here, form)
        and acted(
            form,
            lambda work: name_helper(
                work,
                here.id,
                form.person.data,
                community_id=here.community_id,
                by_id=here.person_id,
                now=clock(),
            ),
            at={HelperNeedsRole: "person", AlreadyHelper: "person"},
        )
    ):
        flash(gettext("好了，从现在起能进您的页面帮您看。您的付款也不再能由这个人批准。"), "done")
        return redirect(url_for(".my_helpers"), code=303)
    return _page(form, HelperCardForm(formdata=None))


@blueprint.post("/mine/helpers/card")
@for_entrepreneur
def my_helper_card() -> ResponseReturnValue:
    here, token = entrepreneur(), new_token()
    form = HelperCardForm()
    if _is_hers(here, form) and acted(
        form,
        lambda work: name_helper_with_card(
            work,
            NewCard(
                community_id=here.community_id,
                enterprise_id=here.id,
                token_hash=token_hash(token),
                name=form.name.text,
            ),
            by_id=here.person_id,
            now=clock(),
            random_bytes=secrets.token_bytes,
        ),
    ):
        return card_to_print(
            token, form.name.text, here.name, community().name, url_for(".my_helpers")
        )
    return _page(_form(HelperForm(formdata=None)), form)


@blueprint.post("/mine/helpers/<int:access_id>/end")
@for_entrepreneur
def my_helper_end(access_id: int) -> ResponseReturnValue:
    here = entrepreneur()
    helpers = {one.access_id for one in _helpers(here)}
    if here.by_helper or access_id not in helpers:
        raise NoSuchAccess
    with unit_of_work() as work:
        stop_access(work, access_id, enterprise_id=here.id, by_id=here.person_id, now=clock())
    flash(gettext("好了，这位帮手从现在起进不来了。"), "done")
    return redirect(url_for(".my_helpers"), code=303)


def _form(form: HelperForm) -> HelperForm:
    form.person.choices = list(members(reading(), entrepreneur().community_id))
    return form


def _is_hers(here: EnterpriseHere, form: Form) -> bool:
    if here.by_helper:
        form.form_errors.append(gettext("帮手只能由本人来指定。"))
    return not here.by_helper


def _helpers(here: EnterpriseHere) -> list[Standing]:
    known = standing_accesses(reading(), here.id)
    return [one for one in known if one.kind is Access.HELPER]


def _page(form: HelperForm, card_form: HelperCardForm) -> ResponseReturnValue:
    here = entrepreneur()
    page = render_template(
        "livelihood/mine/helpers.html",
        here=here,
        form=form,
        card_form=card_form,
        helpers=_helpers(here),
        first=_sentence(here),
    )
    return page, max(form.status, card_form.status)


def _sentence(here: EnterpriseHere) -> str:
    number = len(_helpers(here))
    if not number:
        return str(gettext("只有您自己能进这些页面。"))
    return str(
        ngettext("有 %(num)s 位帮手能进这些页面。", "有 %(num)s 位帮手能进这些页面。", number)
    )


offer_mine(MinePage(60, "livelihood.my_helpers", N_("我的帮手"), "people", _sentence))
