"""A page as somebody was shown it, and asking for one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask.testing import FlaskClient

from tests.people import form_token
from tests.walking import drawing


@dataclass(frozen=True, slots=True)
class Sample:
    """A page as somebody was shown it, who can ask for its files too."""

    client: FlaskClient
    address: str
    html: str


def ask(
    client: FlaskClient, address: str, fields: Mapping[str, object] | None = None
) -> Iterator[tuple[str, Sample]]:
    """The page that is drawn at an address, or for what is sent there, with its template's name."""
    with drawing(client.application) as drawn:
        if fields is None:
            answer = client.get(address, follow_redirects=True)
        else:
            answer = client.post(
                address,
                data={**fields, "csrf_token": form_token(client)},
                follow_redirects=True,
            )
    with answer:
        if answer.mimetype == "text/html" and drawn:
            yield drawn[-1], Sample(client, address, answer.text)
