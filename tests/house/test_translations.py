"""Every sentence a person reads can be translated, and stands in English too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]
ENGLISH = ROOT / "translations/en/LC_MESSAGES/messages.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
CHINESE = re.compile(r"[\u3400-\u9fff]+")
MARKS = {
    "N_",
    "_",
    "gettext",
    "lazy_gettext",
    "lazy_ngettext",
    "lazy_pgettext",
    "ngettext",
    "pgettext",
}
SAME_IN_EVERY_LANGUAGE = {"心愿市集", "中文", "年", "月", "日"}
TEMPLATE_LANGUAGE = Environment(
    autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"]
)
Text = str | list[str] | tuple[str, ...] | None
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGE_CODE = sorted(
    path for room in ("web", "blueprints") for path in (ROOT / "market" / room).rglob("*.py")
)


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> list[Message]:
    """Everything marked for translation in the code and the templates."""
    file = tmp_path_factory.mktemp("sentences") / "messages.pot"
    options = [f"--mapping={ROOT / 'babel.cfg'}", f"--output={file}", "--keywords=lazy_gettext"]
    extract = ["pybabel", "--quiet", "extract", *options, str(ROOT)]
    CommandLineInterface().run(extract)  # type: ignore[no-untyped-call]
    return [message for message in _read(file) if message.id]


@pytest.fixture(scope="module")
def english() -> Catalog:
    return _read(ENGLISH)


def test_every_sentence_stands_in_english(sentences: list[Message], english: Catalog) -> None:
    assert sentences
    assert [s.id for s in sentences if not _finished(_of(english, s))] == []


def test_a_translation_has_the_placeholders_of_its_sentence(
    sentences: list[Message], english: Catalog
) -> None:
    assert [
        s.id for s in sentences if _placeholders(s.id) != _placeholders(_said(_of(english, s)))
    ] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_says_nothing_outside_a_translation(template: Path) -> None:
    tree = TEMPLATE_LANGUAGE.parse(template.read_text())
    assert _chinese(_unmarked_in_template(tree)) == set()


@pytest.mark.parametrize("module", PAGE_CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_page_code_says_nothing_outside_a_translation(module: Path) -> None:
    tree = ast.parse(module.read_text())
    assert _chinese(_unmarked(tree)) == set()


def _read(file: Path) -> Catalog:
    with file.open("rb") as stream:
        return read_po(stream)


def _of(english: Catalog, sentence: Message) -> Message | None:
    return english.get(sentence.id, sentence.context)


def _finished(translation: Message | None) -> bool:
    return translation is not None and not translation.fuzzy and all(_forms(translation.string))


def _said(translation: Message | None) -> Text:
    return translation.string if translation else None


def _forms(text: Text) -> tuple[str, ...]:
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


def _placeholders(text: Text) -> set[str]:
    return {found for form in _forms(text) for found in PLACEHOLDER.findall(form)}


def _chinese(texts: Iterator[str]) -> set[str]:
    return {run for text in texts for run in CHINESE.findall(text)} - SAME_IN_EVERY_LANGUAGE


def _unmarked(node: ast.AST) -> Iterator[str]:
    """Strings that are neither marked for translation nor a docstring."""
    if isinstance(node, ast.Call) and _name(node.func) in MARKS | {"compile"}:
        # A pattern reads what people type; it says nothing.
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _unmarked(child)


def _unmarked_in_template(node: nodes.Node) -> Iterator[str]:
    if (
        isinstance(node, nodes.Call)
        and isinstance(node.node, nodes.Name)
        and node.node.name in MARKS
    ):
        return
    if isinstance(node, nodes.TemplateData):
        yield node.data
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in node.iter_child_nodes():
        yield from _unmarked_in_template(child)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
