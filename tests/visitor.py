"""Somebody with a browser that knows no scripts: opens pages, follows links, fills in forms by their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient

VOID = frozenset({"br", "img", "input", "link", "meta", "hr", "wbr", "source", "col"})
Typed = str | bool
"""What goes into a field: words, or whether it is ticked."""
NOT_SENT = frozenset({"submit", "button", "reset", "image", "file"})


@dataclass(slots=True)
class Node:
    """An element of a page; its words are those of everything within it."""

    tag: str
    attributes: dict[str, str]
    parent: Node | None = None
    inside: list[Node | str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """What a reader sees of it, blanks run together."""
        return " ".join(" ".join(self._pieces()).split())

    def _pieces(self) -> list[str]:
        found = []
        for one in self.inside:
            if isinstance(one, str):
                found.append(one)
            elif one.tag not in {"script", "style"}:
                found += one._pieces()  # noqa: SLF001 - a node of the same tree
        return found

    def all(self, *tags: str) -> list[Node]:
        """The elements of these kinds within it, in the page's order."""
        found: list[Node] = []
        for one in self.inside:
            if isinstance(one, Node):
                found += [one] if one.tag in tags else []
                found += one.all(*tags)
        return found

    def all_elements(self) -> list[Node]:
        """Everything within it, in the page's order."""
        found: list[Node] = []
        for one in self.inside:
            if isinstance(one, Node):
                found += [one, *one.all_elements()]
        return found

    def within(self, tag: str) -> Node | None:
        """The element of this kind that it stands in."""
        above = self.parent
        while above is not None and above.tag != tag:
            above = above.parent
        return above

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")


class _Reader(HTMLParser):
    """Builds the tree of a page; fails on a tag that closes what is not open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self._open = self.root

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self._open)
        self._open.inside.append(node)
        if tag not in VOID:
            self._open = node

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self._open.inside.append(Node(tag, {n: v or "" for n, v in attrs}, self._open))

    def handle_endtag(self, tag: str) -> None:
        if self._open.tag != tag or self._open.parent is None:
            message = f"</{tag}> closes <{self._open.tag}> at {self.getpos()}"
            raise AssertionError(message)
        self._open = self._open.parent

    def handle_data(self, data: str) -> None:
        self._open.inside.append(data)


def read(html: str) -> Node:
    """The tree of a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


@dataclass(frozen=True, slots=True)
class Page:
    """What came back: where the visitor is now, with which status, and what stands there."""

    address: str
    status: int
    text: str
    root: Node

    @property
    def words(self) -> str:
        [body] = self.root.all("body")
        return body.words

    @property
    def heading(self) -> str:
        [heading] = self.root.all("h1")
        return heading.words

    def links(self) -> list[Node]:
        return [link for link in self.root.all("a") if link.get("href")]

    def forms(self) -> list[Node]:
        return self.root.all("form")


@dataclass(frozen=True, slots=True)
class Sent:
    """A form filled in: where it goes, how, and what it says."""

    address: str
    posted: bool
    fields: dict[str, list[str]]


class Visitor:
    """One person's browser; `page` is what it shows."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page = Page("/", 0, "", Node("", {}))

    def open(self, address: str, *, status: int = 200) -> Page:
        """Type an address, or scan it."""
        return self._show(self.client.get(address, headers=self._referrer()), address, status)

    def follow(self, words: str) -> Page:
        """Tap the link that says `words`."""
        found = [link for link in self.page.links() if words in link.words]
        assert found, f"no link says {words} on {self._here()}"
        return self.open(urljoin(self.page.address, found[0].get("href")))

    def send(
        self, button: str, typed: Mapping[str, Typed] | None = None, *, status: int = 200
    ) -> Page:
        """Fill in fields by what their labels say, and press the button that says `button`."""
        sent = self.filled(button, typed)
        sends: Any = self.client.post if sent.posted else self.client.get
        said = {"data" if sent.posted else "query_string": sent.fields}
        return self._show(
            sends(sent.address, headers=self._referrer(), **said), sent.address, status
        )

    def filled(self, button: str, typed: Mapping[str, Typed] | None = None) -> Sent:
        """What pressing this button would send, with fields filled in by what their labels say."""
        form, pressed = self._form_of(button)
        fields = _fields(form)
        for label, value in (typed or {}).items():
            _fill(form, fields, label, value, self._here())
        if pressed.get("name"):
            fields.setdefault(pressed.get("name"), []).append(pressed.get("value"))
        address = urljoin(
            self.page.address, pressed.get("formaction") or form.get("action") or self.page.address
        )
        return Sent(address, form.get("method").lower() == "post", fields)

    def _form_of(self, button: str) -> tuple[Node, Node]:
        by_id = {form.get("id"): form for form in self.page.forms()}
        for one in self.page.root.all("button"):
            form = by_id.get(one.get("form")) if one.get("form") else one.within("form")
            if form is not None and button in one.words and one.get("type") != "button":
                return form, one
        message = f"no button says {button} on {self._here()}"
        raise AssertionError(message)

    def _show(self, answer: Any, address: str, status: int) -> Page:
        asked = [address]
        while 300 <= answer.status_code < 400:
            address = urljoin(asked[-1], answer.headers["Location"])
            asked.append(address)
            assert len(asked) < 9, f"sent round in circles: {asked}"
            answer = self.client.get(_local(address), headers=self._referrer())
        text = answer.get_data(as_text=True)
        self.page = Page(_local(address), answer.status_code, text, read(text))
        assert answer.status_code == status, f"{answer.status_code} for {asked}: {self._here()}"
        return self.page

    def _referrer(self) -> dict[str, str]:
        return {"Referer": f"http://localhost{self.page.address}"} if self.page.status else {}

    def _here(self) -> str:
        words = self.page.words if self.page.root.all("body") else self.page.text
        return f"{self.page.address}: {words[:1500]}"


def _local(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _fields(form: Node) -> dict[str, list[str]]:
    """What the form would send as it stands."""
    fields: dict[str, list[str]] = {}
    for one in form.all("input", "textarea", "select"):
        name, kind = one.get("name"), one.get("type")
        if not name or kind in NOT_SENT or "disabled" in one.attributes:
            continue
        if kind in {"checkbox", "radio"} and "checked" not in one.attributes:
            continue
        fields.setdefault(name, []).extend(_value(one))
    return fields


def _value(one: Node) -> list[str]:
    if one.tag == "textarea":
        return ["".join(text for text in one.inside if isinstance(text, str)).removeprefix("\n")]
    if one.tag == "input":
        return [one.attributes.get("value", "on" if one.get("type") == "checkbox" else "")]
    options = one.all("option")
    chosen = [option for option in options if "selected" in option.attributes] or options[:1]
    return [option.attributes.get("value", option.words) for option in chosen]


def _fill(form: Node, fields: dict[str, list[str]], label: str, value: Typed, here: str) -> None:
    control = _control(form, label, here)
    name = control.get("name")
    if isinstance(value, bool):
        kept = [] if control.get("type") == "radio" else fields.get(name, [])
        own = _value(control)[0]
        fields[name] = [one for one in kept if one != own] + ([own] if value else [])
    elif control.tag == "select":
        found = [option for option in control.all("option") if value in option.words]
        assert found, f"{label} offers no {value} on {here}"
        fields[name] = [found[0].attributes.get("value", found[0].words)]
    else:
        fields[name] = [value]


def _control(form: Node, label: str, here: str) -> Node:
    """The control whose label is these words, else begins with them, else has them in it.

    `legend → label` looks only within the group of that name.
    """
    legend, _, within = label.rpartition(" → ")
    if legend:
        groups = [one for one in form.all("fieldset") if _legend(one).startswith(legend)]
        assert groups, f"no group is called {legend} on {here}"
        form, label = groups[0], within
    controls = form.all("input", "textarea", "select")
    by_id = {one.get("id"): one for one in controls}
    called = [(x.words, by_id[x.get("for")]) for x in form.all("label") if x.get("for") in by_id]
    called += [(one.get("aria-label"), one) for one in controls if one.get("aria-label")]
    found = (
        [one for words, one in called if words == label]
        or [one for words, one in called if words.startswith(label)]
        or [one for words, one in called if label in words]
    )
    assert found, f"nothing is called {label} on {here}"
    control = found[0]
    assert "disabled" not in control.attributes, f"{label} cannot be filled in on {here}"
    return control


def _legend(group: Node) -> str:
    return next((one.words for one in group.all("legend")), "")
