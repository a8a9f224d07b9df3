"""What every test may ask for: a fresh database, an application on it, a session, a client."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from sqlalchemy.orm import Session

from tests.postgres import Postgres, folder_in_memory, postgres_server
from tests.serving import Server, serving

if TYPE_CHECKING:
    from market.vault.store import Vault
    from tests.apps import Apps
    from tests.databases import Databases, PostgresDatabases, SqliteDatabases
    from tests.vaults import PostgresVaults, SqliteVaults, Vaults

# The application is imported where it is asked for: the tests of the domain start without it.
# ruff: noqa: PLC0415

# Applications, schemas and pages stay for the whole run: to look through them again and again for
# what could be let go takes a twentieth of it.
gc.set_threshold(20_000, 20, 50)

# A busy machine is no counterexample.
settings.register_profile("market", deadline=None)
settings.load_profile("market")
expect.set_options(timeout=20_000)

QUIET_CHROMIUM = [
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server that lives as long as this run of the tests."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_databases() -> Iterator[SqliteDatabases]:
    from tests.databases import SqliteDatabases

    with TemporaryDirectory(prefix="market-sqlite-", dir=folder_in_memory()) as folder:
        yield SqliteDatabases(Path(folder))


@pytest.fixture(scope="session")
def postgresql_databases(postgres: Postgres) -> PostgresDatabases:
    from tests.databases import PostgresDatabases

    return PostgresDatabases(postgres)


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Each kind in turn. Only one: `@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)`."""
    found: Databases = request.getfixturevalue(f"{request.param}_databases")
    return found


@pytest.fixture(scope="session")
def sqlite_vaults() -> Iterator[SqliteVaults]:
    from tests.vaults import SqliteVaults

    with TemporaryDirectory(prefix="market-vaults-", dir=folder_in_memory()) as folder:
        yield SqliteVaults(Path(folder))


@pytest.fixture(scope="session")
def postgresql_vaults(postgres: Postgres) -> PostgresVaults:
    from tests.vaults import PostgresVaults

    return PostgresVaults(postgres)


@pytest.fixture(params=["sqlite", "postgresql"])
def vaults(request: pytest.FixtureRequest) -> Vaults:
    """Each kind in turn. Only one: `@pytest.mark.parametrize("vaults", ["sqlite"], indirect=True)`."""
    found: Vaults = request.getfixturevalue(f"{request.param}_vaults")
    return found


@pytest.fixture
def vault(vaults: Vaults) -> Iterator[Vault]:
    """An empty vault of its own, which opens."""
    made = vaults.fresh()
    yield made
    vaults.drop(made)


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The URL of a freshly migrated, empty database."""
    url = databases.next()
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def compiled_templates() -> Iterator[BytecodeCache]:
    """Templates are compiled once, not once for each test: a page then takes 15 ms and not 400."""
    with TemporaryDirectory(prefix="market-templates-", dir=folder_in_memory()) as folder:
        yield FileSystemBytecodeCache(folder)


@pytest.fixture(scope="session")
def apps(compiled_templates: BytecodeCache) -> Apps:
    from tests.apps import Apps

    return Apps(compiled_templates)


@pytest.fixture
def app(request: pytest.FixtureRequest, database_url: str, apps: Apps) -> Iterator[Flask]:
    """An application on a fresh database, as new. `@pytest.mark.own_app`: one that may be changed."""
    own = request.node.get_closest_marker("own_app")
    app = apps.own(database_url) if own else apps.shared(database_url)
    yield app
    apps.close(app)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session that never commits, within an application context, so that `unit_of_work()` works beside it."""
    from market.extensions import db

    with app.app_context(), Session(db.engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def server(database_url: str) -> Iterator[Server]:
    """The real server in a process of its own, for browsers and for tests that kill it."""
    with serving(database_url) as running:
        yield running


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives browsers; a process has one."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium, which has no sandbox as root, and which asks nobody on the network."""
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox", *QUIET_CHROMIUM]
    )
    yield browser
    browser.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page on a volunteer's phone, in Chinese."""
    with browser.new_context(
        locale="zh-CN",
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
    ) as context:
        yield context.new_page()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """A page on the organisers' computer, in Chinese."""
    with browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800}) as context:
        yield context.new_page()
