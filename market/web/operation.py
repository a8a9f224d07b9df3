"""What whoever runs the server looks at: is it alive, is it ready, how much does it do."""

from __future__ import annotations

from flask import Flask
from flask.typing import ResponseReturnValue

from market.web.access import public


def install(app: Flask) -> None:
    app.add_url_rule("/healthz", "healthz", healthz)


@public
def healthz() -> ResponseReturnValue:
    """Alive: this process answers. It asks the database nothing."""
    return {"status": "alive"}
