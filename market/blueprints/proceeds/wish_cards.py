"""Cards to print: each wish that may be seen, for the board at the market."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.wish_desk import READERS, today
from market.extensions import reading
from market.queries.proceeds.wish_cards import BOARDS, WishCard, wish_cards
from market.web.access import community, for_roles
from market.web.preferences import in_language
from market.web.qr import qr_svg


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """A card in the page's language, with the code that leads to the wish's public page."""

    wish: WishCard
    words: str
    qr: Markup


@blueprint.get("/desk/<community>/wishes/cards")
@for_roles(*READERS)
def wish_board() -> ResponseReturnValue:
    asked = request.args.get("board", "")
    board = asked if asked in BOARDS else "waiting"
    cards = [
        PrintedCard(
            wish=one,
            words=in_language(one.words, one.words_en),
            qr=qr_svg(url_for("public.wish", code=one.code, _external=True)),
        )
        for one in wish_cards(reading(), community().id, board, today())
    ]
    return render_template("proceeds/wishes/cards.html", cards=cards, board=board)
