"""Goes to every address anybody can, and to every one that the answers tell of, and keeps what came back."""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

LANGUAGES = ("zh", "en")
UNSPOKEN = frozenset({"static_file", "public.picture", "healthz", "readyz", "metrics", "openapi"})
"""The same bytes in every language."""
WELL_KNOWN = (
    "/robots.txt",
    "/sitemap.xml",
    "/favicon.ico",
    "/manifest.webmanifest",
    "/.well-known/security.txt",
    "/feeds/fulfilled.atom",
    "/api/v1/openapi.json",
    "/healthz",
    "/readyz",
    "/metrics",
)
"""Asked for by programs without being told of."""
_TEXTS = ("text/", "application/json", "application/javascript", "image/svg", "application/")
_PATH = re.compile(r"""(?<=["'(=\s,])(?:https?://localhost)?(/[\w\-.~%/]*(?:\?[\w\-.~%=&;+]*)?)""")
_QUOTED = re.compile(r"""(?:href|src|srcset|action|content|from|import|url)\W{1,3}([^"'\s>)]+)""")
NOWHERE = "nowhere"
"""What looks like an address and is none; some of them are asked for all the same."""
_MOST_NOWHERE = 40
_MOST_ASKED = 24
"""Filters, orders and formats of one page: they show parts of what the page itself shows."""
_FORMAT = re.compile(r"format=\w+")
_UNKEPT = ("lang", "type")


@dataclass(frozen=True, slots=True)
class Answer:
    """All that came back from one address, its head included."""

    address: str
    status: int
    kind: str
    told: bytes


class Crawler:
    """`most` of a kind of page, by its route; None for all of them."""

    def __init__(
        self,
        client: FlaskClient,
        *,
        most: int | None = None,
        at_most: Mapping[str, int] = {},
        languages: tuple[str, ...] = LANGUAGES,
    ) -> None:
        self._client = client
        self._routes = client.application.url_map.bind("localhost")
        self._most = most
        self._languages = languages
        self._at_most = {NOWHERE: _MOST_NOWHERE, **at_most}

    def crawl(self, starts: Iterable[str]) -> Iterator[Answer]:
        waiting, met = deque(starts), set[str]()
        of_a_kind, asked = Counter[tuple[str, str]](), Counter[str]()
        while waiting:
            address = waiting.popleft()
            endpoint, asks = self._kind(address)
            most = self._at_most.get(endpoint, self._most)
            if address in met or (most is not None and of_a_kind[endpoint, asks] >= most):
                continue
            if asks and asked[endpoint] >= _MOST_ASKED:
                continue
            met.add(address)
            of_a_kind[endpoint, asks] += 1
            asked[endpoint] += bool(asks)
            for language in self._languages[: 1 if endpoint in UNSPOKEN else None]:
                answer = self._ask(address, language)
                yield answer
                waiting.extend(one for one in told_of(answer) if one not in met)

    def _ask(self, address: str, language: str) -> Answer:
        headers = {"Accept-Language": language, "Referer": "http://localhost/"}
        with self._client.get(address, headers=headers) as answer:
            head = f"{answer.status}\n{answer.headers}".encode()
            return Answer(address, answer.status_code, answer.mimetype or "", head + answer.data)

    def _kind(self, address: str) -> tuple[str, str]:
        """The route, and which questions it asks; what has no route asks nothing."""
        parts = urlsplit(address)
        try:
            endpoint, _ = self._routes.match(parts.path)
        except (RequestRedirect, HTTPException):
            return NOWHERE, ""
        asks = sorted(one.partition("=")[0] for one in parts.query.split("&"))
        return endpoint, "&".join([*asks, *_FORMAT.findall(parts.query)])


def told_of(answer: Answer) -> set[str]:
    """Every address of ours in an answer: in links, scripts, styles, data, heads and plain text."""
    head, _, _ = answer.told.partition(b"\r\n\r\n")
    told = answer.told if answer.kind.startswith(_TEXTS) else head
    text = html.unescape(told.decode(errors="replace")).replace("\\/", "/")
    found = {match[1] for match in _PATH.finditer(text)}
    found |= {urljoin(answer.address, one) for one in _QUOTED.findall(text) if one[0] in "./?"}
    return {clean for one in found for clean in [_ours(one)] if clean}


def _ours(address: str) -> str:
    """Without what only says the same page in another language; '' for what is no address."""
    parts = urlsplit(address)
    asked = [one for one in parts.query.split("&") if one.partition("=")[0] not in _UNKEPT]
    path = unquote(parts.path)
    if parts.netloc not in {"", "localhost"} or "//" in path or not path.startswith("/"):
        return ""
    if "%25" in parts.query:
        return ""  # An address within an address within an address.
    return path + ("?" + "&".join(asked) if any(asked) else "")
