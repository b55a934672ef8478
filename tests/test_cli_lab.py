"""`adplanning lab`, from its start in an empty home to a tutorial that has run in it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import nbformat
import pytest
from sqlalchemy import Engine
from websockets.sync.client import connect

from adplanning.cli_lab import DELIVERED, TUTORIALS, deliver, lab_environment
from adplanning.core.settings import Settings
from adplanning.demo.filling import fill
from adplanning.demo.shop import shop
from adplanning.store.upgrading import open_store

# --- Which files an analyst finds


def tutorial(folder: Path, text: str) -> Path:
    path = folder / "walk.ipynb"
    folder.mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text)]), path)
    return path


def text_of(path: Path) -> str:
    return str(nbformat.read(path, as_version=4).cells[0].source)


def test_a_tutorial_is_delivered_once_and_what_came_out_of_it_is_kept(tmp_path: Path) -> None:
    walk, lab = tutorial(tmp_path / "ours", "1 + 1"), tmp_path / "lab"
    assert deliver([walk], lab) == [f"walk.ipynb: new in {lab}"]
    mine = nbformat.read(lab / "walk.ipynb", as_version=4)
    mine.cells[0].outputs = [nbformat.v4.new_output("stream", text="2")]
    nbformat.write(mine, lab / "walk.ipynb")
    assert deliver([walk], lab) == []
    assert nbformat.read(lab / "walk.ipynb", as_version=4).cells[0].outputs[0].text == "2"


def test_a_newer_version_takes_the_place_of_a_copy_that_nobody_changed(tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    deliver([tutorial(tmp_path / "ours", "1 + 1")], lab)
    assert deliver([tutorial(tmp_path / "ours", "2 + 2")], lab) == ["walk.ipynb: brought up to this release"]
    assert text_of(lab / "walk.ipynb") == "2 + 2"


@pytest.mark.parametrize("mine", ["my own", None], ids=["changed", "unreadable"])
def test_a_newer_version_is_put_beside_a_copy_that_somebody_changed(tmp_path: Path, mine: str | None) -> None:
    lab = tmp_path / "lab"
    deliver([tutorial(tmp_path / "ours", "1 + 1")], lab)
    if mine is None:
        (lab / "walk.ipynb").write_text("half of a fi")
    else:
        tutorial(lab, mine)
    kept = (lab / "walk.ipynb").read_bytes()
    newer = tutorial(tmp_path / "ours", "2 + 2")
    [said] = deliver([newer], lab)
    assert "yours stays as it is" in said
    assert deliver([newer], lab) == []
    assert (lab / "walk.ipynb").read_bytes() == kept
    assert sorted(text_of(path) for path in lab.glob("walk-*.ipynb")) == ["2 + 2"]


def test_kernels_know_every_setting_but_no_secret(engine: Engine, tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path, direct_credit="always", admin_key="k" * 20, smtp_url="smtp://me:pw@mail", _env_file=None
    )
    known = lab_environment(engine, settings)
    assert known["ADPLANNING_DIRECT_CREDIT"] == "always"
    assert known["ADPLANNING_HOME"] == str(tmp_path)
    assert Path(known["ADPLANNING_DATABASE_URL"].removeprefix("sqlite:///")).is_absolute()
    assert not {"ADPLANNING_ADMIN_KEY", "ADPLANNING_SMTP_URL"} & known.keys()


# --- JupyterLab itself


@dataclass
class Lab:
    """A running JupyterLab, asked by its REST API."""

    url: str
    token: str
    folder: Path

    def ask(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"token {self.token}"}
        answer = httpx2.request(method, f"{self.url}{path}", headers=headers, timeout=60, **options)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def run(self, path: str) -> list[dict[str, Any]]:
        """Run a notebook as JupyterLab does, and return all that its cells gave."""
        cells = self.ask("GET", f"/api/contents/{path}")["content"]["cells"]
        given = {"path": path, "type": "notebook", "name": path, "kernel": {"name": "python3"}}
        session = self.ask("POST", "/api/sessions", json=given)
        socket_url = f"{self.url.replace('http', 'ws', 1)}/api/kernels/{session['kernel']['id']}/channels"
        outputs: list[dict[str, Any]] = []
        with connect(f"{socket_url}?token={self.token}", max_size=None) as kernel:
            for number, cell in enumerate(cell for cell in cells if cell["cell_type"] == "code"):
                content = {"code": cell["source"], "silent": False, "allow_stdin": False, "stop_on_error": True}
                header = {
                    "msg_id": f"cell-{number}",
                    "msg_type": "execute_request",
                    "session": "test",
                    "version": "5.4",
                }
                message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
                kernel.send(json.dumps(message | {"channel": "shell", "buffers": []}))
                outputs += self._until_idle(kernel, f"cell-{number}")
        self.ask("DELETE", f"/api/sessions/{session['id']}")
        return outputs

    def _until_idle(self, kernel: Any, request: str) -> Iterator[dict[str, Any]]:
        while True:
            message = json.loads(kernel.recv(timeout=120))
            if message.get("parent_header", {}).get("msg_id") != request or message["channel"] != "iopub":
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return
            if message["msg_type"] == "error":
                pytest.fail("\n".join(message["content"]["traceback"]))
            if message["msg_type"] in ("stream", "display_data", "execute_result"):
                yield message["content"]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Lab]:
    """`adplanning lab` in a home with a small shop, begun in another folder than the store's."""
    home = tmp_path / "home"
    home.mkdir()
    engine = open_store(f"sqlite:///{home / 'adplanning.db'}")
    fill(engine, shop(21, 5, until=date(2026, 10, 31), size=0.1), lambda _: None)
    engine.dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ADPLANNING_", "JUPYTER"))}
    folders = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime"}
    own |= {name: str(tmp_path / "jupyter" / folder) for name, folder in folders.items()}
    process = subprocess.Popen(
        [Path(sys.executable).with_name("adplanning"), "lab", "--no-browser", "--allow-root", "--port", str(port)],
        cwd=tmp_path,
        env=own | {"ADPLANNING_HOME": "home", "ADPLANNING_TIMEZONE": "Asia/Kolkata", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        url, token = begun(process)
        yield Lab(url, token, home / "lab")
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=30)[0]
        assert process.returncode == 0, rest
    finally:
        process.kill()
        process.communicate()


def begun(process: subprocess.Popen[str]) -> tuple[str, str]:
    """The address and the token that JupyterLab prints once it listens."""
    told = []
    for line in process.stdout or ():
        told.append(line)
        if found := re.search(r"(http://127\.0\.0\.1:\d+)/lab\S*\?token=(\w+)", line):
            return found[1], found[2]
    pytest.fail("".join(told))


def test_a_tutorial_runs_in_jupyterlab_from_its_first_cell_to_its_last(running: Lab) -> None:
    refused = httpx2.get(f"{running.url}/api/contents", timeout=60)
    assert refused.status_code == 403
    listed = {entry["name"] for entry in running.ask("GET", "/api/contents")["content"]}
    assert listed == {path.name for path in TUTORIALS.glob("*.ipynb")}
    assert (running.folder / DELIVERED).exists()
    outputs = running.run("from_clicks_to_roas.ipynb")
    charts = [output["data"] for output in outputs if "application/vnd.vegalite.v5+json" in output.get("data", {})]
    assert len(charts) == 2
    assert "https://cdn" not in json.dumps(outputs)
    assert "Asia/Kolkata" not in json.dumps(outputs)
    assert any("INR at " in output.get("text", "") for output in outputs)
