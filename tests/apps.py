"""Applications for tests: put together once for each kind of database, as new for each test.

Putting one together, and compiling its addresses, pages and statements anew, took longer than
most tests do.
"""

from __future__ import annotations

from contextvars import Context
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from werkzeug.test import TestResponse

from market.app import create_app
from market.extensions import let_go_of_the_database
from market.web.kept import Kept
from tests.databases import settings_for

KEPT_BYTES = 8_388_608


@dataclass(frozen=True, slots=True)
class _Shared:
    """An application with what it knew and was set to before anybody used it."""

    app: Flask
    extensions: dict[str, Any]
    config: dict[str, Any]


class Apps:
    """One application for each database URL; whoever got one hands it back."""

    def __init__(self, templates: BytecodeCache) -> None:
        self._templates = templates
        self._shared: dict[str, _Shared] = {}

    def own(self, database_url: str) -> Flask:
        """One that a test may change: more pages, other steps."""
        app = create_app(settings_for(database_url))
        app.jinja_env.bytecode_cache = self._templates
        app.test_client_class = ClientFromOutside
        return app

    def shared(self, database_url: str) -> Flask:
        """One that knows nothing of the tests before, and that refuses more pages and other steps."""
        if database_url not in self._shared:
            app = self.own(database_url)
            # Flask lets nobody set up an application that has answered once.
            app._got_first_request = True  # noqa: SLF001
            self._shared[database_url] = _Shared(app, dict(app.extensions), dict(app.config))
        found = self._shared[database_url]
        _make_as_new(found)
        return found.app

    def close(self, app: Flask) -> None:
        """Leave the database: it is replaced by a fresh one."""
        with app.app_context():
            let_go_of_the_database()


class ClientFromOutside(FlaskClient):
    """Each request starts as at a server: without the test's own context, in which `g` would outlive it."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return Context().run(super().open, *args, **kwargs)


def _make_as_new(shared: _Shared) -> None:
    app = shared.app
    app.extensions.clear()
    app.extensions.update(
        # What was kept belongs to another database.
        (name, Kept(KEPT_BYTES) if isinstance(value, Kept) else value)
        for name, value in shared.extensions.items()
    )
    app.config.clear()
    app.config.update(shared.config)
