"""The process that reads columns from SQLite."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

from adplanning.store import reader


def test_it_ends_without_a_word_when_nobody_waits_for_its_answer(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    sqlite3.connect(path).close()
    process = subprocess.Popen(
        [sys.executable, "-P", str(Path(reader.__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    much = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100000) SELECT x FROM n"
    process.stdin.write(json.dumps({"path": str(path), "statements": [[much, []]]}).encode() + b"\n")
    process.stdin.close()
    assert process.stderr.read() == b""
    process.wait()
    process.stderr.close()
