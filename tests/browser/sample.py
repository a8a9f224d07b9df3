"""A page as somebody was shown it, in both languages, and asking for one."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.people import form_token
from tests.walking import drawing

CHINESE = {"Accept-Language": "zh"}
ENGLISH = {"Accept-Language": "en"}
Fields = Mapping[str, str | bytes | list[str]]
"""What is typed or ticked, and as bytes what is in a file."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A page as somebody was shown it, who can ask for its files too.

    `again` is what has to be sent for it; None if its address is enough.
    """

    client: FlaskClient
    address: str
    html: str
    again: Fields | None = None


def ask(
    client: FlaskClient, address: str, fields: Fields | None = None
) -> Iterator[tuple[str, Sample]]:
    """The page that is drawn at an address, or for what is sent there, with its template's name."""
    with drawing(client.application) as drawn:
        answer = _answer(client, address, fields, CHINESE)
    with answer:
        if answer.mimetype != "text/html" or not drawn:
            return
        reached = answer.request.full_path.rstrip("?")
        # What was accepted is looked at where it led; what was refused is refused once more.
        again = None if answer.history else fields
        yield drawn[-1], Sample(client, reached, answer.text, again)


def in_english(sample: Sample, template: str) -> str:
    """What this template draws there for somebody who reads English; '' if another one does."""
    with drawing(sample.client.application) as drawn:
        answer = _answer(sample.client, sample.address, sample.again, ENGLISH)
    with answer:
        return answer.text if drawn and drawn[-1] == template else ""


def _answer(
    client: FlaskClient, address: str, fields: Fields | None, headers: Mapping[str, str]
) -> TestResponse:
    if fields is None:
        return client.get(address, headers=headers, follow_redirects=True)
    typed = {
        name: (io.BytesIO(said), name) if isinstance(said, bytes) else said
        for name, said in fields.items()
    }
    return client.post(
        address,
        data={**typed, "csrf_token": form_token(client)},
        headers=headers,
        follow_redirects=True,
    )
