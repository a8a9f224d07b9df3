"""Many wishes at once from a spreadsheet: looked through row by row, the good ones written down."""

from __future__ import annotations

import secrets

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from market.actions.proceeds.wish_list import ListedRow, RowsTaken, enter_wishes
from market.actions.proceeds.wishes import EnterWish
from market.blueprints.proceeds import blueprint
from market.blueprints.proceeds.wish_desk import WRITERS
from market.blueprints.proceeds.wish_list_rows import RowHere, keys_sent, rows_cut, rows_sent
from market.domain.errors import N_, Invalid, MarketError
from market.domain.pasted_list import cut_list
from market.domain.proceeds.wish_list import MOST_WISHES, WISHES
from market.domain.proceeds.wish_task import WishTask
from market.extensions import reading
from market.queries.proceeds.wish_list import rows_taken_in
from market.web.access import community, for_roles, person
from market.web.forms import Form, acted
from market.web.pasting import PasteForm
from market.web.sessions import clock
from market.web.sheets import Column, Sheet, asked_format, sheet_answer

LIST = "/desk/<community>/wishes/list"


class NoRowKept(Invalid):
    """Every row was left out."""

    sentence = N_("一行也没有留下，请至少留一行，或者回去重新选表格。")


class NoRowGood(Invalid):
    """Rows are wanted, but none can be written down as it is."""

    sentence = N_("每一行都还要改，改好的才能记下来。")


@blueprint.get(LIST)
@for_roles(*WRITERS)
def wish_list() -> ResponseReturnValue:
    return _paste_page(PasteForm())


@blueprint.post(LIST)
@for_roles(*WRITERS)
def wish_list_look() -> ResponseReturnValue:
    """Cut what was brought into rows and show what was understood; nothing is written."""
    form = PasteForm()
    if not form.validate():
        return _paste_page(form)
    try:
        found = cut_list(form.pasted(), WISHES)
    except MarketError as error:
        form.refuse(error, field="text" if form.text.data else "file")
        return _paste_page(form)
    rows = rows_cut(community().id, found.rows)
    return _rows_page(Form(formdata=None), rows, unread=found.unread)


@blueprint.post(f"{LIST}/rows")
@for_roles(*WRITERS)
def wish_list_rows() -> ResponseReturnValue:
    """Write down the rows nothing stands against; the others stay on the page to be mended."""
    here, by, form = community(), person(), Form()
    rows = rows_sent(here.id)
    good = [row for row in rows if row.good]
    before = rows_taken_in(reading(), here.id, keys_sent())
    if not good and not before:
        kept = any(not row.skip for row in rows)
        if form.validate():
            form.refuse(NoRowGood() if kept else NoRowKept())
        return _rows_page(form, rows)
    listed = tuple(_listed(here.id, row) for row in good)
    done = acted(
        form,
        lambda session: enter_wishes(
            session,
            here.id,
            listed,
            by_id=by.id,
            now=clock(),
            random_bytes=secrets.token_bytes,
        ),
    )
    if not done:
        return _rows_page(form, rows)
    return _after(rows, done.result, again=len(before))


@blueprint.get(f"{LIST}/template")
@for_roles(*WRITERS)
def wish_list_template() -> ResponseReturnValue:
    """An empty table with our headings; its second sheet says what belongs into each column."""
    if not asked_format():
        return redirect(url_for(".wish_list_template", format="xlsx"))
    columns: list[Column[None]] = [
        Column(gettext(column.label), lambda _row: "", meaning=_MEANINGS[column.name]())
        for column in WISHES.columns
    ]
    return sheet_answer(Sheet(gettext("心愿登记表"), columns, []))


def _after(rows: list[RowHere], taken: RowsTaken, *, again: int) -> ResponseReturnValue:
    for row in rows:
        if row.key in taken.refused:
            row.refuse(taken.refused[row.key])
    rest = [row for row in rows if row.wrong]
    said = _said(len(taken.new), again + taken.again)
    if not rest:
        flash(said, "done")
        return redirect(url_for(".wishes", task=str(WishTask.READ)), code=303)
    return _rows_page(Form(formdata=None), rest, said=said)


def _said(new: int, again: int) -> str:
    words = []
    if new or not again:
        words.append(ngettext("记下了 %(num)s 个心愿", "记下了 %(num)s 个心愿", new))
    if again:
        words.append(
            ngettext(
                "%(num)s 个刚才已经记下，没有重复写", "%(num)s 个刚才已经记下，没有重复写", again
            )
        )
    return f"{gettext('，').join(words)}{gettext('。')}"


def _listed(community_id: int, row: RowHere) -> ListedRow:
    wish = row.wish
    if wish is None:
        message = "only rows that were understood are written down"
        raise LookupError(message)
    command = EnterWish(
        community_id=community_id,
        content=wish.content,
        reference=wish.reference,
        reason=wish.reason,
    )
    return ListedRow(row.key, command)


def _paste_page(form: PasteForm) -> ResponseReturnValue:
    columns = gettext("、").join(gettext(column.label) for column in WISHES.columns)
    page = render_template(
        "proceeds/wishes/list_paste.html", form=form, columns=columns, most=MOST_WISHES
    )
    return page, form.status


def _rows_page(
    form: Form, rows: list[RowHere], *, said: str = "", unread: object = ()
) -> ResponseReturnValue:
    page = render_template(
        "proceeds/wishes/list_rows.html",
        form=form,
        rows=rows,
        columns=WISHES.columns,
        wrong=[row for row in rows if row.wrong],
        problems=[row.problem for row in rows if row.wrong],
        good=sum(row.good for row in rows),
        said=said,
        unread=unread,
    )
    return page, form.status


_MEANINGS = {
    "kind": lambda: gettext("物品、学习、体验、陪伴里的一个；空着就由系统看文字猜，您再核对。"),
    "text": lambda: gettext("写愿望本身，例如“想要一套画笔”。不写名字、学校、小区、电话。"),
    "costs": lambda: gettext("一样东西写“画笔 45”，几样就写“画笔 45；画纸 15”。陪伴空着。"),
    "amount": lambda: gettext(
        "左边只写了一样东西的名字，价钱就写这里；左边都写了价钱，这里可以空着。"
    ),
    "theme": lambda: gettext("读书、文具、运动、画画手工等；空着就由系统猜，您再核对。"),
    "text_en": lambda: gettext("有英文页面时用，可以空着。"),
    "reference": lambda: gettext("同一家以前登记过同意书，就写纸上的编号；第一次空着。"),
    "reason": lambda: gettext("系统提醒了、又非留不可的词，在这里写一句为什么。"),
}
