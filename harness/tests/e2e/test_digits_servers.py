"""The servers of the kernel serve by themselves: what they answer, and what else they are asked."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from support import PATIENCE_S, Program, clean_environment

PIXELS, DIGITS = 64, 10
UVICORN = ("-m", "uvicorn", "--host", "127.0.0.1", "--log-level", "warning", "--app-dir")


def available(*packages: str) -> pytest.MarkDecorator:
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}")


def on_uvicorn(app: str, *packages: str) -> Any:
    return pytest.param(app, marks=available("uvicorn", "numpy", *packages), id=app)


COMPILED = ["digits_server", "digits_server-rust"]
IN_PYTHON = [
    on_uvicorn("digits_fastapi:app", "fastapi"),
    on_uvicorn("digits_fastapi:async_app", "fastapi"),
    on_uvicorn("digits_asgi:app"),
]


@contextmanager
def listening(gapmeter: Program, source_dir: Path, server: str, **more: str) -> Iterator[int]:
    """The server on a free port, as soon as it accepts connections; ended with SIGTERM."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    if ":" in server:
        programs = source_dir / "python_baselines" / "programs"
        command = [sys.executable, *UVICORN, str(programs), "--port", str(port), server]
    else:
        program = gapmeter.path.with_name("gapmeter-programs") / server
        if not program.exists():
            pytest.skip(f"built without {server}")
        command = [str(program), str(port), str(source_dir / "kernels" / "models" / "mlp.json")]
    process = subprocess.Popen(command, env=clean_environment() | more)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while process.poll() is None and time.monotonic() < deadline:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        assert process.poll() is None, f"{command} ended with {process.returncode}"
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)


class Client:
    """Asks over one connection, which the server has to keep open."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        content = None if body is None else json.dumps(body)
        self._connection.request(method, path, content, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        text = response.read()
        is_json = "json" in (response.getheader("Content-Type") or "")
        return response.status, json.loads(text) if is_json else text

    @property
    def socket(self) -> Any:
        return self._connection.sock


def digits(source_dir: Path) -> dict[str, Any]:
    return json.loads((source_dir / "kernels" / "models" / "digits.json").read_bytes())


@pytest.mark.parametrize("server", [*COMPILED, *IN_PYTHON])
def test_a_server_predicts_what_the_model_was_trained_to(
    gapmeter: Program, source_dir: Path, server: str
) -> None:
    known = digits(source_dir)
    with listening(gapmeter, source_dir, server) as port:
        client = Client(port)
        first = None
        for pixels, expected in zip(known["pixels"][:5], known["mlp"]):
            status, told = client.ask("POST", "/predict", {"pixels": pixels})
            assert status == 200
            assert told["digit"] == max(range(DIGITS), key=expected.__getitem__)
            assert told["probabilities"] == pytest.approx(expected, rel=1e-4)
            first = first or client.socket
        assert first is client.socket, "the connection stays open"
        status, _ = client.ask("GET", "/elsewhere")
        assert status in (404, 405)


@pytest.mark.parametrize("server", COMPILED)
def test_a_compiled_server_refuses_what_is_no_image(
    gapmeter: Program, source_dir: Path, server: str
) -> None:
    with listening(gapmeter, source_dir, server) as port:
        for body in ({"pixels": [1, 2]}, {"pixels": ["a"] * PIXELS}, {}, [1]):
            client = Client(port)
            status, _ = client.ask("POST", "/predict", body)
            assert 400 <= status < 500, body
        assert Client(port).ask("POST", "/predict", {"pixels": [0] * PIXELS})[0] == 200


@pytest.mark.parametrize("server", IN_PYTHON[1:])
def test_collections_are_told_only_where_they_are_counted(
    gapmeter: Program, source_dir: Path, server: str
) -> None:
    with listening(gapmeter, source_dir, server) as port:
        assert Client(port).ask("GET", "/collections")[0] == 404
    with listening(gapmeter, source_dir, server, GAPMETER_COLLECTIONS="1") as port:
        client = Client(port)
        status, told = client.ask("GET", "/collections")
        assert status == 200 and len(told["count"]) == 3
        assert 0 <= told["longest_ns"] <= told["total_ns"]
        for _ in range(400):
            assert client.ask("POST", "/predict", {"pixels": [1] * PIXELS})[0] == 200
        later = client.ask("GET", "/collections")[1]
        assert later["total_ns"] >= told["total_ns"]
        assert sum(later["count"]) >= sum(told["count"])


@pytest.mark.parametrize("server", COMPILED)
def test_a_taken_port_and_a_missing_model_are_told(
    gapmeter: Program, source_dir: Path, server: str
) -> None:
    program = gapmeter.path.with_name("gapmeter-programs") / server
    if not program.exists():
        pytest.skip(f"built without {server}")
    model = source_dir / "kernels" / "models" / "mlp.json"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for arguments in ((str(port), str(model)), ("0", os.devnull), ("0", "/missing"), ("0",),
                          ("x", str(model))):
            done = subprocess.run(
                [program, *arguments], capture_output=True, timeout=PATIENCE_S, check=False
            )
            assert done.returncode in (1, 2) and done.stderr
