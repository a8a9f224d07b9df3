"""Static files under a prefix that carries a hash of them all, so that browsers may keep them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, Response, abort, current_app, send_from_directory

from market.web.access import public

YEAR_SECONDS = 31_536_000
_OF_ONE_PIECE = "js/till/"
"""The till's modules: those of two versions in one page would sell together what they do not share."""


def install(app: Flask) -> None:
    folder = Path(app.root_path) / "static"
    version = tree_hash(folder)

    @public
    def static_file(version: str, name: str) -> Response:
        if version != current and name.startswith(_OF_ONE_PIECE):
            abort(404)
        response = send_from_directory(folder, name, max_age=YEAR_SECONDS)
        if version == current:
            response.cache_control.immutable = True
        else:
            # A page of the version before is still open: serve it, but let nobody keep it.
            response.cache_control.max_age = 0
        return response

    current = version
    app.config["STATIC_VERSION"] = version
    app.add_url_rule("/s/<version>/<path:name>", "static_file", static_file)
    app.add_template_global(static_address, "static_url")


def static_address(name: str) -> str:
    """The address of a static file in the version that this server has."""
    return f"/s/{current_app.config['STATIC_VERSION']}/{name}"


def names_below(part: str) -> list[str]:
    """The static files below a folder, by the names their addresses have."""
    folder = Path(current_app.root_path) / "static"
    return sorted(path.relative_to(folder).as_posix() for path in (folder / part).rglob("*.*"))


def tree_hash(folder: Path) -> str:
    """A short hash over the names and bytes of every file below `folder`."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
