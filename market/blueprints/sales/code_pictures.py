"""Pictures of the payment codes: put up at the desk, shown by the phones of that market day."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from market.actions.sales.code_pictures import CodeOf, NoSuchCode, show_code, take_code_away
from market.actions.sales.intake import Photo
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import PREPARERS, READERS, day_here, may_prepare
from market.domain.errors import MarketError
from market.domain.sales.sale import Tender
from market.extensions import reading
from market.queries.sales.code_pictures import picture_of, pictures_here
from market.queries.sales.statements import codes_of
from market.web.access import community, for_devices, for_roles, person
from market.web.devices import device
from market.web.forms import FileField, Form, acted
from market.web.pictures import MOST_BYTES, read_picture
from market.web.sessions import clock

_KEPT_SECONDS = 7 * 86_400
"""The address changes with the picture, so a phone may keep it over a market without network."""


class CodePictureForm(Form):
    photo = FileField(lazy_gettext("收款码图片"))


@blueprint.url_value_preprocessor
def _take_pictures(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """A screenshot is larger than a form; said before anybody reads it."""
    if endpoint == "sales.code_picture_put":
        request.max_content_length = MOST_BYTES + 100_000


@blueprint.get("/desk/<community>/markets/<int:market_id>/payment-codes")
@for_roles(*READERS)
def code_pictures(market_id: int) -> ResponseReturnValue:
    return _page(market_id, CodePictureForm(formdata=None))


@blueprint.post("/desk/<community>/markets/<int:market_id>/payment-codes/<tender>/picture")
@for_roles(*PREPARERS)
def code_picture_put(market_id: int, tender: str) -> ResponseReturnValue:
    form, code, by = CodePictureForm(), _code(market_id, tender), person()
    photo = _read(form)
    if photo and acted(
        form, lambda session: show_code(session, code, photo, by_id=by.id, now=clock())
    ):
        flash(
            gettext(
                "图片已经放上去，手机下次打开收银页就能出示。请用自己的手机扫一次，看是不是这个账户。"
            ),
            "done",
        )
        return redirect(url_for(".code_pictures", market_id=market_id), code=303)
    return _page(market_id, form, wrong=tender)


@blueprint.post("/desk/<community>/markets/<int:market_id>/payment-codes/<tender>/removal")
@for_roles(*PREPARERS)
def code_picture_remove(market_id: int, tender: str) -> ResponseReturnValue:
    code, by = _code(market_id, tender), person()
    if acted(Form(), lambda session: take_code_away(session, code, by_id=by.id, now=clock())):
        flash(gettext("图片已经拿掉。"), "done")
    return redirect(url_for(".code_pictures", market_id=market_id), code=303)


@blueprint.get("/desk/<community>/markets/<int:market_id>/payment-codes/<tender>/picture.webp")
@for_roles(*READERS)
def code_picture(market_id: int, tender: str) -> ResponseReturnValue:
    return _webp(day_here(market_id).id, tender, "private, no-cache")


@blueprint.get("/till/payment-codes/<tender>.webp")
@for_devices
def till_code_picture(tender: str) -> ResponseReturnValue:
    """The same for a phone at a stall of that market day."""
    return _webp(device().market_day_id, tender, f"private, max-age={_KEPT_SECONDS}")


def _webp(market_day_id: int, tender: str, kept: str) -> Response:
    webp = picture_of(reading(), market_day_id, tender)
    if webp is None:
        abort(404)
    return Response(webp, mimetype="image/webp", headers={"Cache-Control": kept})


def _page(market_id: int, form: Form, *, wrong: str = "") -> ResponseReturnValue:
    day, here = day_here(market_id), community()
    codes = codes_of(reading(), here.id, day.id)
    page = render_template(
        "sales/code_pictures.html",
        day=day,
        form=form,
        forms_of={
            str(code.tender): _named(
                form if wrong == code.tender else CodePictureForm(formdata=None), code.tender
            )
            for code in codes
        },
        codes=codes,
        pictures=pictures_here(reading(), here.id, day.id),
        may_prepare=may_prepare(),
    )
    return page, form.status


def _named(form: Form, tender: str) -> Form:
    """The form of one code among several on the page: each field has a name of its own there."""
    form["photo"].id = form["photo"].label.field_id = f"photo-{tender}"
    return form


def _code(market_id: int, tender: str) -> CodeOf:
    known = {str(one): one for one in (Tender.WECHAT, Tender.ALIPAY)}
    if tender not in known:
        raise NoSuchCode
    return CodeOf(community_id=community().id, market_day_id=market_id, tender=known[tender])


def _read(form: CodePictureForm) -> Photo | None:
    """The picture; what is wrong with it stands at its field."""
    if not form.validate():
        return None
    try:
        picture = read_picture(form.photo.data)
    except MarketError as error:
        form.refuse(error, field="photo")
        return None
    return Photo(picture.webp, picture.width, picture.height)
