"""What one durable write costs on the disk that the databases are on, with nothing around it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time

from tests.bench.figures import median

_PAGE = b"\0" * 4096
_WRITES = 50


def fdatasync_ms() -> float:
    """The median of some page-sized writes, each made durable by fdatasync, in milliseconds."""
    seconds = []
    with tempfile.TemporaryFile(prefix="market-bench-") as file:
        for place in range(_WRITES):
            begun = time.perf_counter()
            os.pwrite(file.fileno(), _PAGE, place * len(_PAGE))
            os.fdatasync(file.fileno())
            seconds.append(time.perf_counter() - begun)
    return median(seconds) * 1000


def file_system() -> str:
    """The kind of file system that the databases are on, or 'unknown'."""
    stat = shutil.which("stat")
    if stat is None:
        return "unknown"
    asked = [stat, "--file-system", "--format=%T", tempfile.gettempdir()]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    return told.stdout.strip() or "unknown"
