"""An entrepreneur's consignment money: what is owed, by which market, and every movement."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from market.blueprints.livelihood import blueprint
from market.blueprints.livelihood.mine_pages import MinePage, offer_mine
from market.blueprints.livelihood.money_words import owed_sentence, share_words, today
from market.domain.errors import N_
from market.extensions import reading
from market.queries.livelihood.access import EnterpriseHere
from market.queries.sales.consigned_rest import rests_of
from market.queries.sales.consignments import consignor_now, movements_of
from market.queries.sales.consignor_statement import consignor_statement
from market.web.access import entrepreneur, for_entrepreneur


@blueprint.get("/mine/money")
@for_entrepreneur
def my_money() -> ResponseReturnValue:
    here = entrepreneur()
    known = consignor_now(reading(), here.community_id, here.party_id)
    return render_template(
        "livelihood/mine/money.html",
        here=here,
        known=known,
        first=owed_sentence(known.account, today()),
        today=today(),
        movements=movements_of(reading(), here.community_id, here.party_id),
    )


@blueprint.get("/mine/money/<int:market_id>")
@for_entrepreneur
def my_statement(market_id: int) -> ResponseReturnValue:
    here = entrepreneur()
    told = consignor_statement(reading(), here.community_id, here.party_id, market_id)
    return render_template(
        "livelihood/mine/statement.html",
        here=here,
        told=told,
        rests=[one for one in rests_of(reading(), here.party_id, market_id) if one.said],
        today=today(),
        share=share_words,
    )


def _owed(here: EnterpriseHere) -> str:
    known = consignor_now(reading(), here.community_id, here.party_id)
    return owed_sentence(known.account, today())


offer_mine(MinePage(10, "livelihood.my_money", N_("我的货款"), "cash", _owed))
