"""Given goods: taken in one after the other, and after the market donated on or returned."""

from __future__ import annotations

from itertools import groupby

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext

from market.actions.sales.intake import (
    MOST_DONOR,
    MOST_NAME,
    MOST_STICKER,
    Photo,
    TakeInGoods,
    settle_goods,
    take_in_goods,
)
from market.blueprints.sales import blueprint
from market.blueprints.sales.preparing import PREPARERS, READERS, day_here, may_prepare
from market.domain.errors import MarketError
from market.extensions import reading
from market.queries.sales.goods import (
    GoodsNow,
    GoodsState,
    goods_of,
    last_taken,
    next_sticker,
    photo_of,
)
from market.queries.sales.market_days import MarketDayNow
from market.queries.sales.offers import stalls_of
from market.web.access import community, for_roles, person
from market.web.forms import (
    ChoiceField,
    CountField,
    FileField,
    Form,
    MoneyField,
    TextField,
    TickField,
    TicksField,
    acted,
)
from market.web.pictures import MOST_BYTES, read_picture
from market.web.sessions import clock

KEPT_SECONDS = 30
_OUTCOMES = {"donated": GoodsState.DONATED, "returned": GoodsState.RETURNED}


class IntakeForm(Form):
    sticker = CountField(lazy_gettext("号码贴"), most=MOST_STICKER)
    name = TextField(lazy_gettext("是什么"), most=MOST_NAME)
    price = MoneyField(lazy_gettext("价格"), optional=True)
    donor = TextField(lazy_gettext("爱心捐赠人"), most=MOST_DONOR, least=0, optional=True)
    may_be_named = TickField(lazy_gettext("愿意公开姓名"))
    stall = ChoiceField(lazy_gettext("放在哪个摊位卖"))
    photo = FileField(lazy_gettext("照片"), optional=True)


class LeftForm(Form):
    pieces = TicksField(lazy_gettext("哪几件"))
    outcome = ChoiceField(lazy_gettext("怎么处理"))


@blueprint.url_value_preprocessor
def _take_photos(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """A photo is larger than anything else that is sent here; said before anybody reads the form."""
    if endpoint == "sales.goods_new":
        request.max_content_length = MOST_BYTES + 100_000


@blueprint.get("/desk/<community>/markets/<int:market_id>/goods")
@for_roles(*READERS)
def goods(market_id: int) -> ResponseReturnValue:
    day = day_here(market_id)
    return render_template(
        "sales/goods/list.html",
        day=day,
        goods=goods_of(reading(), day.id),
        may_prepare=may_prepare(),
    )


@blueprint.route("/desk/<community>/markets/<int:market_id>/goods/new", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def goods_new(market_id: int) -> ResponseReturnValue:
    day, by = day_here(market_id), person()
    form = _intake_form(day, by.id)
    if request.method == "POST" and form.validate():
        photo = _photo(form)
        if not form.errors and acted(
            form,
            lambda session: take_in_goods(
                session, _piece(form, market_id), photo=photo, by_id=by.id, now=clock()
            ),
        ):
            said = gettext("%(sticker)s 号“%(name)s”收下了，下一件。", **_said(form))
            flash(said, "done")
            return redirect(url_for(".goods_new", market_id=market_id), code=303)
    return render_template("sales/goods/new.html", form=form, day=day), form.status


@blueprint.route("/desk/<community>/markets/<int:market_id>/goods/left", methods=["GET", "POST"])
@for_roles(*PREPARERS)
def goods_left(market_id: int) -> ResponseReturnValue:
    """What was not sold, donor by donor: donated on or returned."""
    day, here, by = day_here(market_id), community(), person()
    pieces = goods_of(reading(), day.id)
    left = [piece for piece in pieces if piece.state is GoodsState.OFFERED]
    form = LeftForm()
    form.pieces.choices = [(str(piece.listing_id), piece.name) for piece in left]
    form.outcome.choices = [("donated", gettext("转捐出去")), ("returned", gettext("退还本人"))]
    done = request.method == "POST" and acted(
        form,
        lambda session: settle_goods(
            session,
            here.id,
            market_id,
            [int(number) for number in form.pieces.data or ()],
            _OUTCOMES[form.outcome.data],
            by_id=by.id,
            now=clock(),
        ),
    )
    if done:
        flash(ngettext("%(num)s 件处理好了。", "%(num)s 件处理好了。", done.result), "done")
        return redirect(url_for(".goods_left", market_id=market_id), code=303)
    page = render_template(
        "sales/goods/left.html",
        form=form,
        day=day,
        donors=_by_donor(left),
        settled=[piece for piece in pieces if piece.outcome],
    )
    return page, form.status


@blueprint.post("/desk/<community>/markets/<int:market_id>/goods/<int:listing_id>/return")
@for_roles(*PREPARERS)
def goods_back(market_id: int, listing_id: int) -> ResponseReturnValue:
    """A slip of the thumb: the piece is here after all."""
    here, by, form = community(), person(), Form()
    if acted(
        form,
        lambda session: settle_goods(
            session,
            here.id,
            market_id,
            [listing_id],
            GoodsState.OFFERED,
            by_id=by.id,
            now=clock(),
        ),
    ):
        flash(gettext("已经放回没卖掉的清单。"), "done")
    else:
        flash(gettext("没有改成，请刷新页面再试。"), "alert")
    return redirect(url_for(".goods_left", market_id=market_id), code=303)


@blueprint.get("/desk/<community>/goods/<int:listing_id>/photo")
@for_roles(*READERS)
def goods_photo(listing_id: int) -> ResponseReturnValue:
    webp = photo_of(reading(), community().id, listing_id)
    kept = {"Cache-Control": f"private, max-age={KEPT_SECONDS}"}
    return Response(webp, mimetype="image/webp", headers=kept)


def _intake_form(day: MarketDayNow, by_id: int) -> IntakeForm:
    """The next number, and beside it whatever was said of the piece before."""
    last = last_taken(reading(), day.id, by_id)
    data: dict[str, object] = {"sticker": next_sticker(reading(), day.id)}
    if last is not None:
        data |= {
            "stall": str(last.stall_id),
            "donor": last.donor,
            "may_be_named": last.may_be_named,
        }
    form = IntakeForm(data=data)
    form.stall.choices = [
        (str(stall.id), f"{stall.number} · {stall.name}") for stall in stalls_of(reading(), day.id)
    ]
    return form


def _photo(form: IntakeForm) -> Photo | None:
    """The picture, if one came; what is wrong with it stands at its field."""
    if form.photo.data is None:
        return None
    try:
        picture = read_picture(form.photo.data)
    except MarketError as error:
        form.refuse(error, field="photo")
        return None
    return Photo(picture.webp, picture.width, picture.height)


def _piece(form: IntakeForm, market_id: int) -> TakeInGoods:
    return TakeInGoods(
        community_id=community().id,
        market_day_id=market_id,
        stall_id=int(form.stall.data),
        sticker=form.sticker.count,
        name=form.name.text,
        price_minor=form.price.data,
        donor=form.donor.text,
        may_be_named=bool(form.may_be_named.data),
    )


def _said(form: IntakeForm) -> dict[str, object]:
    return {"sticker": form.sticker.count, "name": form.name.text}


def _by_donor(pieces: list[GoodsNow]) -> list[tuple[str, list[GoodsNow]]]:
    """Named donors first, those without a name last."""
    ordered = sorted(pieces, key=lambda piece: (not piece.donor, piece.donor, piece.sticker))
    return [(donor, list(rows)) for donor, rows in groupby(ordered, key=lambda one: one.donor)]
