import hmac
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

import interlock
from interlock.sdk import Rejected, WebhookRequest


class Desk(BaseHTTPRequestHandler):
    def answer(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write({"PUT": b'{"id": 7, "state": "closed"}'}.get(self.command, b"[]"))

    def do_GET(self) -> None:
        self.answer()

    def do_PUT(self) -> None:
        self.answer()


@pytest.mark.anyio
async def test_tickets(tmp_path):
    desk = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    Thread(target=desk.serve_forever, daemon=True).start()
    settings = f"{{url: 'http://127.0.0.1:{desk.server_port}', token: t, webhook_secret: s}}"
    config = f"services: {{tickets: {{settings: {settings}, http: {{allow_private: true}}}}}}"
    (tmp_path / "interlock.yaml").write_text(f"version: 1\n{config}\n")
    body = b'{"id": 1, "ticket": 7}'
    signed = {"x-signature": hmac.new(b"s", body, "sha256").hexdigest()}
    async with interlock.open_runtime(tmp_path / "interlock.yaml") as runtime:
        assert (await runtime.call("tickets.close", {"ticket": 7}))["state"] == "closed"
        await runtime.receive_webhook("tickets", "", WebhookRequest(body, signed))
        assert [event["key"] for event in await runtime.events()] == ["7"]
        with pytest.raises(Rejected):
            await runtime.receive_webhook("tickets", "", WebhookRequest(body, {}))
    desk.shutdown()
