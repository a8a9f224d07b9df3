"""An entrepreneur's own first page: what is hers, one sentence each."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from market.blueprints.livelihood import blueprint
from market.blueprints.livelihood.mine_pages import doors_of
from market.web.access import choose_enterprise, entrepreneur, for_entrepreneur, my_enterprises


@blueprint.get("/mine/")
@for_entrepreneur
def mine() -> ResponseReturnValue:
    here = entrepreneur()
    return render_template(
        "livelihood/mine/home.html",
        here=here,
        doors=doors_of(here),
        others=len(my_enterprises()) > 1,
    )


@blueprint.route("/mine/choice", methods=["GET", "POST"])
@for_entrepreneur
def mine_choice() -> ResponseReturnValue:
    """Whose pages, for somebody who helps several entrepreneurs."""
    if request.method == "POST":
        code = request.form.get("code", "")
        if code not in {one.code for one in my_enterprises()}:
            abort(404)
        choose_enterprise(code)
        return redirect(url_for(".mine"), code=303)
    return render_template(
        "livelihood/mine/choice.html", here=entrepreneur(), enterprises=my_enterprises()
    )
