"""The phone's till without network: the page to keep, which is nobody's, and the worker that keeps it."""

from __future__ import annotations

import json
import re

from flask import Response, current_app, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from market.blueprints.sales import blueprint
from market.web.access import public
from market.web.headers import PICTURES_DRAWN_HERE
from market.web.static_files import names_below, static_address

_PATIENCE_MS = 4_000
"""So long a page may take to come before the kept one is shown."""
_KEEPERS = "js/till/worker/"
_ADDRESS = re.compile(r'(?:href|src)="(/s/[^"]+)"')
_SCRIPT = """import {{ serve }} from {keeper};

serve(self, {given});
"""


@blueprint.get("/till/shell")
@public
def till_shell() -> ResponseReturnValue:
    """The till's page without a token, a name or a price: for everybody the same, so anybody may ask."""
    response = make_response(_shell())
    response.headers["Content-Security-Policy"] = PICTURES_DRAWN_HERE
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/till/worker.js")
@public
def till_worker() -> ResponseReturnValue:
    """The service worker. It lies here, and not with the static files, because a worker may only keep
    pages below its own address; it names its version and all the files of that, so that it is another
    script with each new version."""
    modules = [name for name in names_below("js/till") if not name.startswith(_KEEPERS)]
    needed = {*_ADDRESS.findall(_shell()), *map(static_address, (*modules, "js/copy.js"))}
    given = {
        "version": current_app.config["STATIC_VERSION"],
        "page": url_for(".tills_home"),
        "shell": url_for(".till_shell"),
        "files": sorted(needed),
        "patience": _PATIENCE_MS,
    }
    script = _SCRIPT.format(
        keeper=json.dumps(static_address(_KEEPERS + "keeper.js")), given=json.dumps(given)
    )
    return Response(script, mimetype="text/javascript")


def _shell() -> str:
    return render_template(
        "sales/till/phone.html",
        token=None,
        bootstrap=None,
        turns_url=None,
        plain_url=url_for(".till_phone"),
        swap_url=url_for(".till_phone", _anchor="holder"),
    )
