"""Scripts start anywhere: executable, plain POSIX sh, nothing of one machine in them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(path for path in (ROOT / "scripts").iterdir() if path.is_file())
STARTED = [path for path in SCRIPTS if path.suffix != ".sh"]
BASH_ONLY = re.compile(r"\[\[|<<<|<\(|\$'|&>|^\s*(?:function|source|local|declare)\s", re.MULTILINE)

# Put together here, so that this file does not find itself.
MACHINE_PATHS = tuple(f"/{folder}/" for folder in ("work", "root", "opt"))
REGISTRIES = tuple(
    f"{host}.{domain}"
    for host, domain in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry.npmjs", "org"),
        ("deb.debian", "org"),
    )
)
PIP_SOURCES = tuple(f"--{option}" for option in ("index-url", "extra-index-url", "find-links"))


@pytest.mark.parametrize("script", STARTED, ids=lambda path: path.name)
def test_a_script_can_be_started(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert script.read_text().startswith("#!/bin/sh\n")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_posix(script: Path) -> None:
    subprocess.run(["sh", "-n", script], check=True)
    assert BASH_ONLY.findall(script.read_text()) == []


@pytest.mark.parametrize("trace", MACHINE_PATHS + REGISTRIES + PIP_SOURCES)
def test_nothing_committed_names_a_machine_or_a_registry(trace: str) -> None:
    found = subprocess.run(
        ["git", "grep", "--ignore-case", "--line-number", "-I", "--fixed-strings", "-e", trace],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout == ""
    assert found.returncode == 1, found.stderr
