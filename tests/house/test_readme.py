"""What the documents promise is there: scripts, commands, links and pictures."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from market.app import create_app
from tests.databases import settings_for

ROOT = Path(__file__).parents[2]
DOCUMENTS = ["README.md", "README.en.md", "CONTRIBUTING.md"]
OF_FLASK = {"db", "routes", "run", "shell"}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_script_named_in_a_document_exists(name: str) -> None:
    named = set(re.findall(r"\bscripts/[\w.]+\b", _text(name)))
    assert named
    assert [script for script in named if not (ROOT / script).is_file()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_flask_command_named_in_a_document_exists(name: str) -> None:
    named = set(re.findall(r"flask --app wsgi ([a-z][a-z-]*)", _text(name)))
    commands = create_app(settings_for("sqlite://")).cli
    known = set(commands.list_commands(click.Context(commands))) | OF_FLASK
    assert named - known == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_in_a_document_leads_somewhere(name: str) -> None:
    linked = re.findall(r"""(?:\]\(|src="|href=")([^)"#:]+)[)"#]""", _text(name))
    assert [target for target in linked if not (ROOT / target).exists()] == []


def _text(name: str) -> str:
    return (ROOT / name).read_text()
