"""An application that gives one answer, kept in memory: what a page may at best cost here.

    python -m granian --interface wsgi tests.bench.constant:app

CONSTANT names the file with the answer: its headers as JSON in the first line, then its body.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from flask import Flask, Response, request

_head, _, BODY = Path(os.environ["CONSTANT"]).read_bytes().partition(b"\n")
HEADERS: dict[str, str] = json.loads(_head)

app = Flask(__name__, static_folder=None)


@app.get("/")
def constant() -> Response:
    if request.headers.get("If-None-Match"):
        return Response(status=304, headers=HEADERS)
    return Response(BODY, headers=HEADERS)
