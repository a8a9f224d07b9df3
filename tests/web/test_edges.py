"""The edges of the web: headers, hosts, proxies, bodies and addresses nobody should send."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from market.app import create_app
from market.config import settings_from_environment
from market.domain.people import Role
from market.extensions import unit_of_work
from market.web.access import public
from market.web.addresses import local_path
from market.web.sessions import TOKEN
from tests.databases import settings_for
from tests.factories import make_community
from tests.people import form_token, make_person, post, sign_in

only_sqlite = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def production(database_url: str) -> Flask:
    return create_app(
        replace(
            settings_for(database_url),
            production=True,
            trusted_hosts=("market.example",),
            proxies=1,
        )
    )


@only_sqlite
@pytest.mark.parametrize("path", ["/sign-in", "/healthz", "/nowhere", "/s/x/css/base.css"])
def test_every_answer_carries_the_headers_that_guard_it(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    answer.close()
    headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@only_sqlite
def test_in_production_the_cookie_is_bound_to_the_host_and_to_https(production: Flask) -> None:
    answer = production.test_client().get("/sign-in", base_url="https://market.example")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-market=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


@only_sqlite
@pytest.mark.parametrize("path", ["/healthz", "/sign-in", "/nowhere"])
def test_another_host_s_name_is_refused(production: Flask, path: str) -> None:
    answer = production.test_client().get(path, base_url="https://elsewhere.example")
    assert answer.status_code == 400
    assert "elsewhere" not in answer.text


@only_sqlite
def test_exactly_as_many_proxies_are_believed_as_were_set(production: Flask) -> None:
    @public
    def seen() -> dict[str, str]:
        return {"from": str(request.remote_addr), "scheme": request.scheme, "host": request.host}

    production.add_url_rule("/seen", "seen", seen)
    headers = {
        "X-Forwarded-For": "198.51.100.1, 203.0.113.9",
        "X-Forwarded-Proto": "http, https",
        "X-Forwarded-Host": "elsewhere.example",
    }
    answer = production.test_client().get(
        "/seen", base_url="http://market.example", headers=headers
    )
    assert answer.json == {"from": "203.0.113.9", "scheme": "https", "host": "market.example"}


@pytest.mark.own_app
@only_sqlite
def test_without_a_proxy_nobody_s_word_counts(app: Flask) -> None:
    @public
    def seen() -> str:
        return f"{request.remote_addr} {request.scheme}"

    app.add_url_rule("/seen", "seen", seen)
    headers = {"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "https"}
    assert app.test_client().get("/seen", headers=headers).text == "127.0.0.1 http"


@only_sqlite
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_body_too_large_gets_a_page_in_the_page_s_language(
    client: FlaskClient, language: str
) -> None:
    client.set_cookie("lang", language)
    token = form_token(client)
    answer = client.post("/sign-in", data={"csrf_token": token, "username": "x" * 10_000_000})
    assert answer.status_code == 413
    words = {"zh": "内容太大", "en": "too large"}[language]
    assert words in answer.text


@only_sqlite
def test_a_truncated_body_is_a_400(client: FlaskClient) -> None:
    body = b'--cut\r\nContent-Disposition: form-data; name="username"\r\n\r\nwan'
    answer = client.open(
        "/sign-in",
        method="POST",
        input_stream=io.BytesIO(body),
        content_length=5_000,
        content_type="multipart/form-data; boundary=cut",
    )
    assert answer.status_code == 400
    assert "<h1>" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/join/%00",
        "/desk/%00/people",
        "/sign-in?next=%00",
        "/?state=%00",
        "/me/sessions/99999999999999999999/end",
        "/%ff%fe",
        "/s/%00/x",
        "/s/x/../../etc/passwd",
    ],
)
def test_an_absurd_address_is_turned_away_before_the_database(
    client: FlaskClient, path: str
) -> None:
    with client.application.app_context(), unit_of_work() as work:
        person = make_person(work, make_community(work), Role.ADMINISTRATOR)
    sign_in(client, person)
    assert post(client, path).status_code in {400, 404, 405}
    assert client.get(path).status_code in {400, 404, 405}


@only_sqlite
@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/sign-out", 405), ("/me/name/more", 404)]
)
def test_an_address_that_leads_nowhere_gets_a_page_with_ways_on(
    client: FlaskClient, path: str, status: int
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert "<h1>" in answer.text
    if status == 405:
        assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/me?x=1", True),
        ("/", True),
        ("//elsewhere", False),
        ("/\\elsewhere", False),
        ("https://elsewhere", False),
        ("me", False),
        ("", False),
        ("/\t/elsewhere", False),
    ],
)
def test_only_paths_of_this_site_are_followed(address: str, kept: bool) -> None:  # noqa: FBT001
    assert (local_path(address) == address) is kept


@only_sqlite
def test_the_language_is_asked_for_remembered_or_the_browser_s(app: Flask) -> None:
    def language(client: FlaskClient, path: str, browser: str = "") -> str:
        headers = {"Accept-Language": browser} if browser else {}
        return client.get(path, headers=headers).text.partition('<html lang="')[2][:2]

    fresh = app.test_client()
    assert language(fresh, "/sign-in") == "zh"
    assert language(fresh, "/sign-in", "en-GB,en;q=0.9") == "en"
    assert language(fresh, "/sign-in", "fr") == "zh"
    assert language(fresh, "/sign-in?lang=en", "zh") == "en"
    assert language(fresh, "/sign-in", "zh") == "en"
    assert language(fresh, "/sign-in?lang=fr", "zh") == "en"
    assert language(fresh, "/sign-in?lang=zh") == "zh"


@only_sqlite
def test_large_type_is_remembered(client: FlaskClient) -> None:
    assert 'data-type="large"' not in client.get("/sign-in").text
    assert 'data-type="large"' in client.get("/sign-in?type=large").text
    assert 'data-type="large"' in client.get("/sign-in").text
    assert 'data-type="large"' not in client.get("/sign-in?type=normal").text


@only_sqlite
def test_static_files_are_for_every_cache_and_know_no_cookie(client: FlaskClient) -> None:
    with client.session_transaction() as cookie:
        cookie[TOKEN] = "x"
    path = client.get("/sign-in").text.partition('href="/s/')[2].partition('"')[0]
    answer = client.get(f"/s/{path}")
    answer.close()
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Vary" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_production_refuses_to_start_without_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKET_ENV", "production")
    monkeypatch.setenv("TRUSTED_HOSTS", "market.example")
    monkeypatch.setenv("SECRET_KEY", "short")
    with pytest.raises(RuntimeError, match="SECRET_KEY"):
        settings_from_environment()


@only_sqlite
def test_a_switch_keeps_what_the_page_was_asked_for(client: FlaskClient) -> None:
    page = client.get("/sign-in?next=/me%3Fx%3D1&lang=zh").text
    assert 'href="?next=%2Fme%3Fx%3D1&amp;lang=en"' in page
    assert 'href="?next=%2Fme%3Fx%3D1&amp;lang=zh&amp;type=large"' in page


@only_sqlite
@pytest.mark.parametrize("path", ["//elsewhere.example", "//elsewhere.example/sign-in"])
def test_a_switch_leads_to_no_other_site(client: FlaskClient, path: str) -> None:
    page = client.get("/", environ_overrides={"PATH_INFO": path})
    assert page.status_code in {308, 404}
    assert 'href="//' not in page.text


def test_a_switch_on_an_answer_to_a_form_leads_to_a_page_that_can_be_shown(
    client: FlaskClient,
) -> None:
    with client.application.app_context(), unit_of_work() as work:
        here = make_community(work)
        person = make_person(work, here, Role.ADMINISTRATOR)
    sign_in(client, person)
    form = f"/desk/{here.slug}/people/{person.id}"
    answer = client.post(
        f"{form}/roles",
        data={"csrf_token": form_token(client), "role": "emperor"},
        headers={"Referer": f"http://localhost{form}"},
    )
    assert answer.status_code == 422
    assert f'href="{form}?lang=en"' in answer.text
