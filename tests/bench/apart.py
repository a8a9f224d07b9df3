"""Work in processes of its own, which share neither interpreter nor memory with the bench."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar, cast

ROOT = Path(__file__).parents[2]

Result = TypeVar("Result")


def apart(jobs: Sequence[Callable[[], Result]]) -> list[Result]:
    """Run every job at once, each in a new process; they and what they give must pickle."""
    processes = [_started() for _ in jobs]
    for process, job in zip(processes, jobs, strict=True):
        assert process.stdin is not None
        with process.stdin as pipe:
            pickle.dump(job, pipe)
    return [cast("Result", _result(process)) for process in processes]


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench.apart"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def _result(process: subprocess.Popen[bytes]) -> object:
    assert process.stdout is not None
    with process.stdout as pipe:
        said = pipe.read()
    if process.wait():
        message = f"a process of the bench ended with {process.returncode}"
        raise RuntimeError(message)
    # Written by our own child, a moment ago.
    return pickle.loads(said)  # noqa: S301


def _main() -> None:
    job = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent
    result = job()
    pickle.dump(result, sys.stdout.buffer)


if __name__ == "__main__":
    _main()
