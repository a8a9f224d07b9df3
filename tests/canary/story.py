"""The demo's neighbourhood with a mark in every field of its vault, and what people do with the files."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import select
from werkzeug.test import TestResponse

from market.actions.proceeds.consents import RecordConsents, record_consents
from market.cli.demo.neighbourhood import SLUG
from market.domain.identity.files import FIELDS, FileKind
from market.domain.identity.reading import ReadingPurpose
from market.domain.proceeds.consent import ConsentTerms, Purpose
from market.domain.proceeds.wish import WishState
from market.extensions import unit_of_work
from market.models.livelihood import Enterprise
from market.models.people import Community, Person
from market.models.proceeds import Wish
from market.vault.documents import NewDocument, store_document
from market.vault.entrepreneurs import KeepEntrepreneur, keep_entrepreneur
from market.vault.files import FileHere, files_of, put_fields
from market.vault.store import OpenVault, Vault
from market.vault.wishes import file_of_wish
from tests.canary.marks import Mark, day_mark, number_mark, word_mark
from tests.people import form_token, post, sign_in

VAULT = f"/desk/{SLUG}/vault"
FAR = date.today() + timedelta(days=400)  # noqa: DTZ011 - of a year hence
SEEN = {"face": "no", "name": "no", "school": "no", "door": "no"}
CHOSEN = "guardian_kind"
"""The one field that is chosen from a list, so that it holds no words of anybody's."""
GONE_WRONG = "the disk says: "


@dataclass(slots=True)
class Story:
    """What was written where, and the head of every answer that anybody got meanwhile."""

    app: Flask
    vault: Vault
    community_id: int
    marks: list[Mark] = field(default_factory=list)
    heads: list[tuple[str, bytes]] = field(default_factory=list)
    filled: set[tuple[FileKind, str]] = field(default_factory=set)
    picture_of: str = ""
    _numbers: Iterator[int] = field(default_factory=count)

    def word(self, where: str) -> str:
        return self._kept(word_mark(where, next(self._numbers)))

    def fields(self, kind: FileKind, whose: str) -> dict[str, str]:
        """A mark for each field of such a file."""
        self.filled |= {(kind, name) for name in FIELDS[kind]}
        return {name: self._mark(name, f"{whose}, {name}") for name in FIELDS[kind]}

    def say(self, client: FlaskClient, address: str, typed: Mapping[str, object]) -> TestResponse:
        """Send a form; its answer may show what was typed, its head may not."""
        data = {**typed, "csrf_token": form_token(client)}
        answer = client.post(address, data=data)
        self.heads.append((address, f"{answer.status}\n{answer.headers}".encode()))
        return answer

    def _mark(self, name: str, where: str) -> str:
        if name == CHOSEN:
            return "parent"
        number = next(self._numbers)
        if name == "phone":
            return self._kept(number_mark(where, number))
        if name == "born_on":
            return self._kept(day_mark(where, number))
        return self._kept(word_mark(where, number))

    def _kept(self, mark: Mark) -> str:
        self.marks.append(mark)
        return mark.text


def tell(app: Flask) -> Story:
    """Files filled, read, searched, erased; a hold asked for, a photo passed; and what goes wrong."""
    with app.app_context(), unit_of_work() as session:
        here = session.scalars(select(Community).where(Community.slug == SLUG)).one()
        story = Story(app, app.extensions["vault"], here.id)
    labels = fill_the_files(story)
    worker, second, auditor = (signed(app, name) for name in ("zhima", "yunduo", "shiliu"))
    somebody_asks_to_bring(story)
    desk_work(story, worker, labels[0])
    auditor.get(f"{VAULT}/openings")
    story.say(auditor, f"{VAULT}/samples", {})
    a_photo_is_passed(story, worker, second)
    something_breaks(story, worker, labels[0])
    return story


def fill_the_files(story: Story) -> list[str]:
    """Every field of every file there is, whosever it is, and a document in each."""
    labels = []
    with story.app.app_context(), unit_of_work() as session:
        enterprises = session.scalars(select(Enterprise.code)).all()
    with story.vault.working() as opened:
        for code in enterprises:
            entrust(opened, story, code)
        for kind in FileKind:
            for file in files_here(opened, story, kind):
                put_fields(
                    opened,
                    file.id,
                    story.fields(kind, f"{kind} {file.label}"),
                    community_id=story.community_id,
                    now=datetime.now(UTC),
                    random_bytes=secrets.token_bytes,
                )
                keep_document(opened, story, file)
                labels += [file.label] if kind is FileKind.CHILD else []
    return labels


def entrust(opened: OpenVault, story: Story, code: str) -> None:
    """What an entrepreneur tells us about herself, before there is any such file in the demo."""
    command = KeepEntrepreneur(
        community_id=story.community_id,
        code=code,
        fields=story.fields(FileKind.ENTREPRENEUR, f"enterprise {code}"),
        keep_until=FAR,
        by_id=1,
    )
    keep_entrepreneur(opened, command, now=datetime.now(UTC), random_bytes=secrets.token_bytes)


def files_here(opened: OpenVault, story: Story, kind: FileKind) -> list[FileHere]:
    return files_of(opened, story.community_id, kind)


def keep_document(opened: OpenVault, story: Story, file: FileHere) -> None:
    command = NewDocument(
        community_id=story.community_id,
        file_id=file.id,
        kind="evidence",
        content=story.word(f"document of {file.label}").encode(),
        keep_until=FAR,
        by_id=1,
    )
    store_document(opened, command, now=datetime.now(UTC), random_bytes=secrets.token_bytes)


def somebody_asks_to_bring(story: Story) -> None:
    """Once with a telephone nobody can dial, once with a good one, without signing in."""
    with story.app.app_context(), unit_of_work() as session:
        waiting = select(Wish.code).where(Wish.state == "open", Wish.funded_minor == 0)
        codes = session.scalars(waiting.where(Wish.kind != "company")).all()
    anybody = story.app.test_client()
    contact = story.fields(FileKind.HOLD_CONTACT, "somebody who brings a thing")
    answers = []
    for code in codes:
        typed = {"called": contact["name"], "phone": contact["phone"] + "x"}
        story.say(anybody, f"/wishes/{code}/hold", typed)
        good = typed | {"phone": contact["phone"]}
        answers.append(story.say(anybody, f"/wishes/{code}/hold", good).status_code)
    assert 303 in answers


def desk_work(story: Story, worker: FlaskClient, label: str) -> None:
    """What a social worker types into the vault's pages, right and wrong."""
    for wrong in ({"born_on": "2035-01-01"}, {"phone": ""}, {}):
        typed = story.fields(FileKind.CHILD, f"a file typed with {wrong or 'nothing wrong'}")
        typed |= {"keep_until": FAR.isoformat()} | wrong
        story.say(worker, f"{VAULT}/new", typed)
    changed = story.fields(FileKind.CHILD, "a file changed") | {"keep_until": FAR.isoformat()}
    story.say(worker, f"{VAULT}/{label}/changes", changed)
    for purpose in ReadingPurpose:
        story.say(worker, f"{VAULT}/{label}/readings", {"purpose": str(purpose)})
    sought = story.word("what was searched for")
    story.say(worker, f"{VAULT}/search", {"code": sought})
    story.say(worker, f"{VAULT}/{label}/wishes", {"code": sought})
    story.say(worker, f"{VAULT}/{label}/erasure", {"label": sought})
    for address in (f"/wishes/{sought}", f"/pictures/{sought}", f"/r/{sought}", f"/?q={sought}"):
        worker.get(address)


def a_photo_is_passed(story: Story, worker: FlaskClient, second: FlaskClient) -> None:
    """Of a thing that was delivered, with marks in all that a camera and its owner write into it."""
    with story.app.app_context(), unit_of_work() as session:
        wish = session.scalars(select(Wish).where(Wish.state == str(WishState.DELIVERED))).first()
        by = session.scalars(select(Person).where(Person.username == "zhima")).one()
        assert wish is not None
        today = datetime.now(UTC).date()
        terms = ConsentTerms(
            purposes=frozenset(Purpose),
            notice_version="2026-1",
            child_agreed=True,
            given_on=today,
            expires_on=today + timedelta(days=90),
        )
        command = RecordConsents(
            community_id=story.community_id, reference=wish.consent_ref, terms=terms
        )
        record_consents(session, command, by_id=by.id, now=datetime.now(UTC))
        story.picture_of = wish.code
    with story.vault.reading() as opened:
        file_id = file_of_wish(opened, story.community_id, story.picture_of)
        files = {file.id: file.label for file in files_here(opened, story, FileKind.CHILD)}
    for raw in (photo(story, "JPEG"), photo(story, "PNG")):
        sent = {"code": story.picture_of, "photo": (io.BytesIO(raw), story.word("a file's name"))}
        kept = story.say(worker, f"{VAULT}/{files[str(file_id)]}/pictures/new", sent)
        assert kept.status_code == 303, kept.text[:3000]
        assert post(second, kept.location, SEEN).status_code == 303


def photo(story: Story, kind: str) -> bytes:
    raw, words = io.BytesIO(), {}
    for place in ("description", "artist", "comment", "trailer"):
        words[place] = story.word(f"{place} of a {kind}")
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = words["description"], words["artist"]
    info = PngInfo()
    info.add_itxt("Comment", words["comment"], zip=True)
    extra = {"pnginfo": info} if kind == "PNG" else {"comment": words["comment"].encode()}
    Image.new("RGB", (320, 240), "white").save(raw, kind, exif=exif.tobytes(), **extra)
    return raw.getvalue() + words["trailer"].encode()


def something_breaks(story: Story, worker: FlaskClient, label: str) -> None:
    """An error whose message quotes what was being written."""
    words = GONE_WRONG + story.word("the message of an error")

    class Broken:
        def reading(self) -> None:
            raise RuntimeError(words)

        working = key_store = reading

    story.app.extensions["vault"] = Broken()
    story.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = story.say(worker, f"{VAULT}/{label}/readings", {"purpose": "delivery"})
    assert answer.status_code == 500
    story.app.config["PROPAGATE_EXCEPTIONS"] = None
    story.app.extensions["vault"] = story.vault


def signed(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    with app.app_context(), unit_of_work() as session:
        person = session.scalars(select(Person).where(Person.username == username)).one()
    sign_in(client, person)
    return client
