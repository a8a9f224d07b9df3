"""Templates hold to the content policy: no script, style or handler inside a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# A script element of JSON is read by our modules, and never run.
FORBIDDEN = re.compile(
    r"""<style\b|<script\b(?![^>]*\b(?:src=|type="application/json"))|\sstyle\s*=|\son[a-z]+\s*=""",
    re.IGNORECASE,
)
TEMPLATE_CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_nothing_inline(template: Path) -> None:
    assert FORBIDDEN.findall(TEMPLATE_CODE.sub("", template.read_text())) == []
