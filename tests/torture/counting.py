"""The service that counts: a real HTTP server outside of the process that is killed.

It forgets nothing, answers late, sometimes fails, and sometimes does what it was asked and then
drops the connection; ``once``, which nobody may repeat, it answers always.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FAILS = 0.03
DROPS = 0.02
SLOWEST = 0.04


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that was killed is the point of it."""


class CountingService:
    """``requests`` by idempotency key, ``effects`` by key, and what is booked.

    Attributes:
        most_booked: how much was booked and not freed at once, ever.
    """

    def __init__(self, seed: int) -> None:
        self.requests: Counter[str] = Counter()
        self.effects: Counter[str] = Counter()
        self.booked: Counter[int] = Counter()
        self.most_booked = 0
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                service.handle(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        key, what = request.headers["Idempotency-Key"], request.path.strip("/")
        number = int(json.loads(body)["n"])
        with self._lock:
            chance, pause = self._random.random(), self._random.random() * SLOWEST
            self.requests[key] += 1
        time.sleep(pause)
        if chance < FAILS and what != "once":
            self._answer(request, 503, {})
            return
        self._take_effect(what, key, number)
        if chance < FAILS + DROPS and what != "once":
            request.close_connection = True
            return
        self._answer(request, 200, {"n": number + 1})

    def _take_effect(self, what: str, key: str, number: int) -> None:
        with self._lock:
            first = self.effects[key] == 0
            if first or what == "once":
                self.effects[key] += 1
            if first and what in ("book", "free"):
                self.booked[number] += 1 if what == "book" else -1
                self.most_booked = max(self.most_booked, self.booked.total())

    @staticmethod
    def _answer(request: BaseHTTPRequestHandler, status: int, answer: dict[str, Any]) -> None:
        data = json.dumps(answer).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)
