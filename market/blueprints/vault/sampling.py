"""抽查: a random tenth of the fulfilled wishes, each beside its child's file with the names covered.

The draw and each file it opens are in the audit chain before anything is decrypted. Who looks sees
what is filled in, not who it is; and the chain holds the files' labels, never which wish is whose.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from flask import make_response, render_template
from flask.typing import ResponseReturnValue

from market import vault
from market.actions.ledger.audit import note
from market.blueprints.vault import blueprint
from market.blueprints.vault.opening import random_bytes, the_vault
from market.blueprints.vault.words import said_in_words
from market.domain.errors import N_, Refused
from market.domain.identity.files import FileKind
from market.domain.identity.reading import EVENT, Permit, ReadingPurpose
from market.domain.identity.sampling import SEED_BYTES, draw, sample_size
from market.domain.people import Role
from market.extensions import reading
from market.queries.proceeds.fulfilled import Fulfilled, fulfilled_among, fulfilled_codes
from market.web.access import community, for_roles, person
from market.web.desk import DeskPage, offer
from market.web.forms import Form, acted
from market.web.second_factor import asks_for_a_code
from market.web.sessions import clock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from market.vault.documents import DocumentHere
    from market.vault.files import FileHere

SAMPLERS = (Role.AUDITOR,)

blueprint.record(
    lambda state: offer(state.app, DeskPage(47, "vault.samples", N_("档案抽查"), "scale"))
)


class NothingFulfilled(Refused):
    """No wish came true yet."""

    sentence = N_("还没有送达的心愿，现在没有可以抽查的。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """One wish of the sample; without `file` none is linked, which is a finding too."""

    wish: Fulfilled
    file: FileHere | None = None
    rows: tuple[dict[str, str], ...] = ()
    documents: tuple[DocumentHere, ...] = ()
    keep_until: date | None = None


@blueprint.get("/desk/<community>/vault/samples")
@for_roles(*SAMPLERS)
def samples() -> ResponseReturnValue:
    return _page(Form())


@blueprint.post("/desk/<community>/vault/samples")
@for_roles(*SAMPLERS)
@asks_for_a_code()
def sample_draw() -> ResponseReturnValue:
    here, form, seed = community(), Form(), random_bytes(SEED_BYTES)
    drawn = fulfilled_among(reading(), here.id, draw(fulfilled_codes(reading(), here.id), seed))
    behind = _files_behind(drawn)
    done = acted(form, lambda session: _write_down(session, drawn, behind, seed))
    if done is None:
        return _page(form)
    response = make_response(
        render_template("vault/sample.html", sampled=_opened(drawn, behind), seed=seed.hex())
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page(form: Form) -> ResponseReturnValue:
    with the_vault().reading():
        pass
    among = len(fulfilled_codes(reading(), community().id))
    page = render_template("vault/samples.html", form=form, among=among, size=sample_size(among))
    return page, form.status


def _files_behind(drawn: list[Fulfilled]) -> dict[str, FileHere]:
    """The files of these wishes by the wishes' codes, unread."""
    here = community()
    with the_vault().reading() as opened:
        files = {one.id: one for one in vault.files.files_of(opened, here.id, FileKind.CHILD)}
        found = {wish.code: vault.wishes.file_of_wish(opened, here.id, wish.code) for wish in drawn}
    return {code: files[file_id] for code, file_id in found.items() if file_id in files}


def _write_down(
    session: Session, drawn: list[Fulfilled], behind: dict[str, FileHere], seed: bytes
) -> None:
    """The draw, then each file it opens, before any is. Raises NothingFulfilled."""
    if not drawn:
        raise NothingFulfilled
    here, by, now = community(), person(), clock()
    note(
        session,
        "vault_sample_drawn",
        community_id=here.id,
        now=now,
        seed=seed.hex(),
        drawn=len(drawn),
        by=by.id,
    )
    for label in sorted({file.label for file in behind.values()}):
        note(
            session,
            EVENT,
            community_id=here.id,
            now=now,
            file=label,
            purpose=str(ReadingPurpose.SAMPLE),
            by=by.id,
        )


def _opened(drawn: list[Fulfilled], behind: dict[str, FileHere]) -> list[Sampled]:
    here, by = community(), person()
    shown = []
    with the_vault().reading() as opened:
        for wish in drawn:
            file = behind.get(wish.code)
            if file is None:
                shown.append(Sampled(wish=wish))
                continue
            permit = Permit(
                community_id=here.id,
                file_id=file.id,
                purpose=ReadingPurpose.SAMPLE,
                by_id=by.id,
            )
            said = vault.files.fields_of(opened, permit)
            shown.append(
                Sampled(
                    wish=wish,
                    file=file,
                    rows=tuple(said_in_words(file.kind, said, masked=True)),
                    documents=tuple(vault.documents.documents_of(opened, here.id, file.id)),
                    keep_until=file.keep_until,
                )
            )
    return shown
