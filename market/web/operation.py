"""What whoever runs the server looks at: is it alive, is it ready, how much does it do."""

from __future__ import annotations

import hmac
import os
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from market.config import ROOT, Settings
from market.extensions import reading
from market.web.access import public


def install(app: Flask) -> None:
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
    app.add_url_rule("/metrics", "metrics", metrics)


@public
def healthz() -> ResponseReturnValue:
    """Alive: this process answers. It asks the database nothing."""
    return {"status": "alive"}


@public
def readyz() -> ResponseReturnValue:
    """Ready: the database answers, and its tables are those this program was written for."""
    try:
        at = reading().scalars(text("SELECT version_num FROM alembic_version")).all()
    except SQLAlchemyError as error:
        current_app.logger.warning("not ready", exc_info=error)
        return {"status": "not ready", "reason": "the database does not answer"}, 503
    if set(at) != newest_migrations(ROOT / "migrations" / "versions"):
        return {"status": "not ready", "reason": "migrations are due: flask db upgrade"}, 503
    return {"status": "ready"}


@public
def metrics() -> ResponseReturnValue:
    """Figures for Prometheus, for whoever bears METRICS_TOKEN; without one set, for nobody."""
    settings: Settings = current_app.extensions["settings"]
    given = request.authorization
    bears = given.token if given and given.type == "bearer" else None
    if not settings.metrics_token:
        abort(404)
    if not bears or not hmac.compare_digest(bears.encode(), settings.metrics_token.encode()):
        return Response("", 401, {"WWW-Authenticate": "Bearer"})
    return Response(_figures(), content_type="text/plain; version=0.0.4; charset=utf-8")


@cache
def newest_migrations(folder: Path) -> frozenset[str]:
    """The migrations that no other follows. Alembic's own way takes a quarter of the start-up."""
    revisions, followed = set(), set()
    for file in folder.glob("*.py"):
        said = _assignments(file.read_text(encoding="utf-8"))
        revisions.add(said["revision"])
        followed.add(said["down_revision"])
    return frozenset(revisions - followed)


def _assignments(source: str) -> dict[str, str]:
    lines = (line.partition("=") for line in source.splitlines())
    return {
        name.partition(":")[0].strip(): value.strip().strip("'\"")
        for name, sign, value in lines
        if sign and name.startswith(("revision", "down_revision"))
    }


def _figures() -> bytes:
    # Only whoever asks for figures pays for what gathers them.
    from prometheus_client import REGISTRY, CollectorRegistry, generate_latest  # noqa: PLC0415
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)
