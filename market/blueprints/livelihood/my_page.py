"""An entrepreneur's public page as she writes it: every word with its own switch, all off at first."""

from __future__ import annotations

import secrets

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session

from market.actions.livelihood.enterprises import MOST_NAME
from market.actions.livelihood.page import (
    MOST_BUYING,
    MOST_GOAL,
    MOST_PRODUCT,
    MOST_WORDS,
    NewPicture,
    WritePage,
    put_picture,
    withdraw_page,
    write_page,
)
from market.blueprints.livelihood import blueprint
from market.blueprints.livelihood.mine_pages import MinePage, offer_mine
from market.domain.errors import N_
from market.domain.livelihood.public_words import SHOWABLE
from market.extensions import reading, unit_of_work
from market.queries.livelihood.access import EnterpriseHere
from market.queries.public.enterprises import own_page, own_picture
from market.web.access import entrepreneur, for_entrepreneur
from market.web.forms import FileField, Form, LinesField, TextField, TickField, acted
from market.web.pictures import read_picture
from market.web.sessions import clock

_ADDRESS_BYTES = 24


class PageForm(Form):
    name = TextField(lazy_gettext("项目叫什么"), most=MOST_NAME)
    name_shown = TickField(lazy_gettext("让大家看到名字"))
    product = TextField(lazy_gettext("做什么、卖什么"), most=MOST_PRODUCT, optional=True)
    product_shown = TickField(lazy_gettext("让大家看到做什么"))
    words = LinesField(lazy_gettext("想说的话"), most=MOST_WORDS, optional=True)
    words_shown = TickField(lazy_gettext("让大家看到这些话"))
    buying = LinesField(lazy_gettext("平时怎么买"), most=MOST_BUYING, optional=True)
    buying_shown = TickField(lazy_gettext("让大家看到怎么买"))
    goal = LinesField(lazy_gettext("接下来想做到什么"), most=MOST_GOAL, optional=True)
    goal_shown = TickField(lazy_gettext("让大家看到想做到什么"))
    picture_shown = TickField(lazy_gettext("让大家看到产品照片"))
    support_shown = TickField(lazy_gettext("让大家看到哪几场市集支持过"))
    page_shown = TickField(lazy_gettext("公开这一页"))


class PictureForm(Form):
    picture = FileField(lazy_gettext("产品的照片，不要拍到人"))


@blueprint.route("/mine/page", methods=["GET", "POST"])
@for_entrepreneur
def my_page() -> ResponseReturnValue:
    here = entrepreneur()
    form = PageForm(obj=own_page(reading(), here.id))
    if request.method == "POST" and acted(
        form, lambda work: write_page(work, _said(form), by_id=here.person_id, now=clock())
    ):
        flash(_flash(form), "done")
        return redirect(url_for(".my_page"), code=303)
    return _page(form, PictureForm(formdata=None))


@blueprint.post("/mine/page/withdrawal")
@for_entrepreneur
def my_page_withdraw() -> ResponseReturnValue:
    here = entrepreneur()
    with unit_of_work() as work:
        withdraw_page(work, here.community_id, here.id, by_id=here.person_id, now=clock())
    flash(gettext("收回来了，现在谁也看不到。您写的字都还在。"), "done")
    return redirect(url_for(".my_page"), code=303)


@blueprint.route("/mine/page/picture", methods=["GET", "POST"])
@for_entrepreneur
def my_picture() -> ResponseReturnValue:
    here = entrepreneur()
    if request.method == "GET":
        known = own_picture(reading(), here.id)
        if known is None:
            abort(404)
        return Response(
            known.webp, mimetype="image/webp", headers={"Cache-Control": "private, no-store"}
        )
    form = PictureForm()
    if acted(form, lambda work: _put(work, here, form)):
        flash(gettext("照片换好了。"), "done")
        return redirect(url_for(".my_page"), code=303)
    return _page(PageForm(formdata=None, obj=own_page(reading(), here.id)), form)


@blueprint.post("/mine/page/picture/end")
@for_entrepreneur
def my_picture_end() -> ResponseReturnValue:
    here = entrepreneur()
    with unit_of_work() as work:
        put_picture(
            work,
            here.community_id,
            here.id,
            None,
            new_address=_address,
            by_id=here.person_id,
            now=clock(),
        )
    flash(gettext("照片删掉了。"), "done")
    return redirect(url_for(".my_page"), code=303)


def _said(form: PageForm) -> WritePage:
    here = entrepreneur()
    return WritePage(
        community_id=here.community_id,
        enterprise_id=here.id,
        name=form.name.text,
        product=form.product.text,
        words=form.words.text,
        goal=form.goal.text,
        buying=form.buying.text,
        shown=[one for one in SHOWABLE if form[f"{one}_shown"].data],
        page_shown=form.page_shown.data,
    )


def _put(work: Session, here: EnterpriseHere, form: PictureForm) -> None:
    drawn = read_picture(form.picture.data)
    put_picture(
        work,
        here.community_id,
        here.id,
        NewPicture(drawn.webp, drawn.width, drawn.height),
        new_address=_address,
        by_id=here.person_id,
        now=clock(),
    )


def _page(form: PageForm, picture_form: PictureForm) -> ResponseReturnValue:
    here = entrepreneur()
    page = render_template(
        "livelihood/mine/page.html",
        here=here,
        form=form,
        picture_form=picture_form,
        known=own_page(reading(), here.id),
        picture=own_picture(reading(), here.id),
        first=_sentence(here),
    )
    return page, max(form.status, picture_form.status)


def _flash(form: PageForm) -> str:
    if form.page_shown.data:
        return str(gettext("存好了，大家看到的就是这样。"))
    return str(gettext("存好了，还没有公开，只有您和帮手看得到。"))


def _sentence(here: EnterpriseHere) -> str:
    if own_page(reading(), here.id).page_shown:
        return str(gettext("您的页面是公开的，随时可以收回。"))
    return str(gettext("您的页面没有公开，只有您和帮手看得到。"))


def _address() -> str:
    return secrets.token_urlsafe(_ADDRESS_BYTES)


offer_mine(MinePage(50, "livelihood.my_page", N_("我的公开页"), "globe", _sentence))
