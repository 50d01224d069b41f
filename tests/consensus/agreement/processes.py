"""Nodes as processes, and links between them that can be cut."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LAUNCH = """
import json, resource, sys
from pathlib import Path
if sys.argv[3] != "None":
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
from ebit.consensus.agreement.node import run_node
from ebit.errors import EbitError
try:
    report = run_node(sys.argv[1], lambda line: print(line, flush=True))
except EbitError as error:
    sys.exit(f"Error: {error}")
Path(sys.argv[2]).write_text(json.dumps(report.content))
"""


class Processes:
    """Nodes that were laid out in a folder; they wait long for those that start late."""

    def __init__(self, paths: list[Path]) -> None:
        for path in paths:
            path.write_text(f"linger = 60.0\n{path.read_text()}")
        self.paths = paths
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, node: int, most_bytes: int | None = None) -> None:
        """Start a node; its files cannot grow beyond `most_bytes`, as on a full disk."""
        path = self.paths[node]
        files = [str(path), str(path.with_suffix(".json"))]
        with path.with_suffix(".out").open("ab") as out:
            self._running[node] = subprocess.Popen(
                [sys.executable, "-c", LAUNCH, *files, str(most_bytes)], stdout=out, stderr=out
            )

    def kill(self, node: int) -> None:
        """kill -9."""
        os.kill(self._running[node].pid, signal.SIGKILL)
        self._running.pop(node).wait()

    def said(self, node: int) -> str:
        """What a node printed in all its lives."""
        path = self.paths[node].with_suffix(".out")
        return path.read_text() if path.exists() else ""

    def wait_for(self, node: int, text: str, seconds: float = 300) -> None:
        """Wait until a node prints a text."""
        wait_until(lambda: text in self.said(node), seconds, lambda: self.said(node))

    def wait(self, node: int, seconds: float = 300) -> int:
        """Wait until a node ends; its exit code."""
        return self._running.pop(node).wait(seconds)

    def report(self, node: int) -> dict[str, Any]:
        """What a node wrote at its end."""
        return json.loads(self.paths[node].with_suffix(".json").read_text())

    def stop(self) -> None:
        """End all that run."""
        for node in list(self._running):
            self.kill(node)


def wait_until(
    condition: Callable[[], bool], seconds: float, explain: Callable[[], str] = lambda: ""
) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, explain()
        time.sleep(0.05)


class Link:
    """A TCP connection through this process, which can be cut."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._is_cut = False
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End all connections and let no new one through."""
        self._is_cut = True
        for one in self._open:
            _end(one)
        self._open.clear()

    def heal(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    def close(self) -> None:
        """Stop."""
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                if self._is_cut:
                    raise OSError
                far = socket.create_connection(self._target)
            except OSError:
                near.close()
                continue
            self._open += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pipe, args=(one, other), daemon=True).start()


def _pipe(one: socket.socket, other: socket.socket) -> None:
    try:
        while part := one.recv(65536):
            other.sendall(part)
    except OSError:
        pass
    _end(one)
    _end(other)


def _end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    finally:
        connection.close()
