"""Writers on SQLite take turns: threads by order of arrival, and one process at a time."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from market.extensions import Turns

ROOT = Path(__file__).parents[2]
ADD_ONE_OFTEN = """
import pathlib, sys
from market.extensions import Turns

turns, number = Turns(sys.argv[1]), pathlib.Path(sys.argv[1])
for _ in range(300):
    with turns.take():
        number.write_text(str(int(number.read_text()) + 1))
"""


def test_processes_that_share_a_database_take_turns(tmp_path: Path) -> None:
    number = tmp_path / "number"
    number.write_text("0")
    adding = [
        subprocess.Popen([sys.executable, "-c", ADD_ONE_OFTEN, str(number)], cwd=ROOT)
        for _ in range(4)
    ]
    assert [process.wait(60) for process in adding] == [0] * 4
    assert number.read_text() == "1200"


def test_threads_are_let_in_by_order_of_arrival(tmp_path: Path) -> None:
    turns, came = Turns(str(tmp_path / "database")), []

    def take(name: int) -> None:
        with turns.take():
            came.append(name)

    with turns.take():
        waiting = []
        for name in range(6):
            thread = threading.Thread(target=take, args=[name])
            thread.start()
            while turns.waiting < name + 2:
                pass
            waiting.append(thread)
    for thread in waiting:
        thread.join()
    assert came == list(range(6))


def test_a_turn_that_ends_in_an_error_is_over(tmp_path: Path) -> None:
    turns = Turns(str(tmp_path / "database"))
    with pytest.raises(LookupError), turns.take():
        raise LookupError
    with turns.take():
        assert turns.waiting == 1
