"""Who may come in, who they are, and what they may do."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import anyio
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from interlock.api.auth import hashed, new_token
from interlock.journal import audit_digest
from interlock.sdk import RealWorld

from .issuer import issuing
from .served import ADMIN, Served, serving

VIEWER, OPERATOR = new_token(), new_token()
TOKENS = f"""
api:
  tokens:
    - {{name: watcher, sha256: "{hashed(VIEWER)}"}}
    - {{name: robot, sha256: "{hashed(OPERATOR)}", role: operator, tools: ["files.read*", keep]}}
"""
WRITE = "/api/v1/tools/files.write/call"
READ = "/api/v1/tools/files.read/call"
START = "/api/v1/workflows/{}/start"


async def test_roles_and_scopes_decide_who_does_what(tmp_path: Path) -> None:
    async with serving(tmp_path, TOKENS) as served:
        (tmp_path / "files/a.txt").write_text("a")
        read = {"arguments": {"path": "a.txt"}}
        async with served.client(VIEWER) as viewer:
            assert (await viewer.get("/api/v1/services")).status_code == 200
            assert (await viewer.post(READ, json=read)).status_code == 403
            assert (await viewer.get("/api/v1/config")).status_code == 403
            assert (await viewer.get("/api/v1/audit")).status_code == 403
        async with served.client(OPERATOR) as robot:
            assert (await robot.post(READ, json=read)).status_code == 200
            refused = await robot.post(WRITE, json={"arguments": {"path": "b", "text": "b"}})
            assert refused.status_code == 403
            assert 'scope="interlock:tool:files.write"' in refused.headers["www-authenticate"]
            assert (await robot.get("/api/v1/audit")).status_code == 403
            names = {tool["name"] for tool in (await robot.get("/api/v1/tools")).json()["items"]}
            assert names and all(name.startswith("files.read") for name in names)
            started = await robot.post(START.format("store"), json={"input": {"path": "c.txt"}})
            assert started.status_code == 202  # `store` is another name of `keep`
        assert not (tmp_path / "files/b").exists()


async def test_another_name_of_a_tool_opens_nothing(tmp_path: Path) -> None:
    aliases = 'aliases: {"read.all": files.write}\n'
    async with serving(tmp_path, TOKENS + aliases) as served, served.client(OPERATOR) as robot:
        call = {"arguments": {"path": "b", "text": "b"}}
        assert (await robot.post("/api/v1/tools/read.all/call", json=call)).status_code == 403


async def test_what_was_done_and_refused_is_in_the_audit_log(tmp_path: Path) -> None:
    async with serving(tmp_path, TOKENS) as served:
        async with served.client(VIEWER) as viewer:
            await viewer.post("/api/v1/services/files/pause")
        async with served.client() as admin:
            secret = {"arguments": {"path": "a.txt", "text": "hunter2"}}
            await admin.post(WRITE, json=secret)
            await admin.post("/api/v1/services/files/pause")
            started = await admin.post(START.format("keep"), json={"input": {"path": "a"}})
            answer = await admin.get("/api/v1/audit")
            page = await admin.get("/api/v1/audit?limit=1&action=tool.call")
            intact = (await admin.get("/api/v1/audit/check")).json()["intact"]
            await admin.post("/api/v1/services/files/resume")

        entries = [
            (e["actor"], e["action"], e["target"], e["outcome"]) for e in answer.json()["items"]
        ]
        assert entries == [
            ("local-admin", "run.start", "keep", "ok"),
            ("local-admin", "service.pause", "files", "ok"),
            ("local-admin", "tool.call", "files.write", "ok"),
            ("watcher", "pause_service", "/api/v1/services/files/pause", "forbidden"),
        ]
        written = {"path": "a.txt", "text": "hunter2"}
        assert answer.json()["items"][2]["arguments"] == audit_digest(written)
        assert answer.json()["items"][2]["seconds"] > 0.0
        assert answer.json()["items"][0]["run"] == started.json()["run_id"]
        assert "hunter2" not in answer.text
        assert page.json()["items"][0]["target"] == "files.write"
        assert intact is True


async def test_no_token_in_an_address_or_a_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(tmp_path, TOKENS) as served:
        async with served.client(None) as nobody:
            for name in ("token", "access_token"):
                answer = await nobody.get("/api/v1/tools", params={name: OPERATOR})
                assert answer.status_code == 401
        async with served.client(OPERATOR) as robot:
            await robot.get("/api/v1/tools")
            await robot.post(WRITE, json={})
        async with served.client(OPERATOR + "x") as wrong:
            assert OPERATOR not in (await wrong.get("/api/v1/tools")).text
        await served.system.runtime.journal.writer.flush()

    ours = [line for line in caplog.messages if not line.startswith("HTTP Request")]
    assert not [line for line in ours if OPERATOR in line or ADMIN in line]
    assert OPERATOR.encode() not in (tmp_path / "state/journal.db").read_bytes()


async def test_a_token_is_counted_alone_and_wrong_ones_lock_nobody_out(tmp_path: Path) -> None:
    async with serving(tmp_path, f"{TOKENS}  rate: 3/h\n") as served:
        async with served.client(VIEWER) as viewer:
            codes = [(await viewer.get("/api/v1/tools")).status_code for _ in range(4)]
            assert codes == [200, 200, 200, 429]
            assert int((await viewer.get("/api/v1/tools")).headers["retry-after"]) > 60
        async with served.client("guess") as guess:
            codes = [(await guess.get("/api/v1/tools")).status_code for _ in range(32)]
            assert (codes[0], codes[-1]) == (401, 429)
        async with served.client(OPERATOR) as robot:
            assert (await robot.get("/api/v1/tools")).status_code == 200


async def test_large_bodies_are_refused_with_and_without_a_length(tmp_path: Path) -> None:
    async def chunks() -> object:
        for _ in range(3):
            yield b" " * 1000

    limit = "api: {max_body: 1024}\n"
    async with serving(tmp_path, limit) as served, served.client() as http:
        declared = await http.post(WRITE, content=b" " * 2000)
        streamed = await http.post(WRITE, content=chunks())  # type: ignore[arg-type]
        assert (declared.status_code, streamed.status_code) == (413, 413)


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"GET /health HT", b""),
        (
            b"POST /hooks/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1",
            b"408",
        ),
    ],
)
async def test_a_slow_client_is_let_go(tmp_path: Path, sent: bytes, answer: bytes) -> None:
    async with serving(tmp_path, "api: {read_timeout: 50ms}\n") as served:
        host, port = served.url.removeprefix("http://").split(":")
        async with await anyio.connect_tcp(host, int(port)) as stream:
            await stream.send(sent)
            got = b""
            with anyio.fail_after(40):
                try:
                    while not got or answer not in got:
                        got += await stream.receive()
                except anyio.EndOfStream:
                    pass
        assert answer in got


async def test_strange_hosts_and_origins_are_kept_out_everywhere(served: Served) -> None:
    async with served.client() as http:
        for path in ("/api/v1/tools", "/health", "/metrics", "/hooks/files"):
            for header, status in (("Host", 421), ("Origin", 403)):
                strange = {header: "evil.example" if header == "Host" else "http://evil.example"}
                assert (await http.get(path, headers=strange)).status_code == status, path
        assert (await http.get("/health", headers={"Origin": "http://["})).status_code == 403


async def test_access_tokens_of_the_issuer_are_checked(tmp_path: Path) -> None:
    with issuing() as issuer:
        oauth = f'api: {{oauth: {{issuer: "{issuer.url}", audience: "https://interlock.example/mcp"}}}}\n'
        async with serving(tmp_path, oauth) as served, served.client(None) as http:

            async def status(token: str) -> int:
                headers = {"Authorization": f"Bearer {token}"}
                return (await http.get("/api/v1/tools", headers=headers)).status_code

            issuer.add_elliptic("second")
            stranger = rsa.generate_private_key(65537, 2048)
            unsigned = jwt.encode({"sub": "ann"}, None, "none")
            shared = jwt.encode({"sub": "ann"}, "k" * 32, "HS256", headers={"kid": "first"})
            assert await status(issuer.token()) == 200
            assert await status(issuer.token("second")) == 200
            assert await status(issuer.token(exp=time.time() - 60)) == 401
            assert await status(issuer.token(aud="https://other.example")) == 401
            assert await status(issuer.token(iss="https://other.example")) == 401
            assert await status(issuer.token(scope="openid")) == 401
            assert await status(issuer.token(sub="local-admin")) == 401
            assert await status(issuer.token(exp=10**400)) == 401
            assert await status(issuer.token(key=stranger)) == 401
            assert [await status(each) for each in (unsigned, shared, "a.b.c")] == [401] * 3
            assert issuer.fetched == 1

            refused = await http.get("/api/v1/tools")
            where = "https://interlock.example/.well-known/oauth-protected-resource/mcp"
            assert refused.headers["www-authenticate"] == f'Bearer resource_metadata="{where}"'
            metadata = (await http.get("/.well-known/oauth-protected-resource/mcp")).json()
            assert metadata["authorization_servers"] == [issuer.url]

            scoped = issuer.token(scope="interlock:operator interlock:tool:files.read")
            headers = {"Authorization": f"Bearer {scoped}"}
            assert (await http.post(WRITE, json={}, headers=headers)).status_code == 403
            assert (await http.post(READ, json={}, headers=headers)).status_code == 422


async def test_new_keys_of_the_issuer_are_found_and_old_ones_survive_its_outage() -> None:
    from interlock.api.auth import AccessTokens
    from interlock.sdk import InterlockError
    from interlock.testing import VirtualWorld

    world = VirtualWorld()
    with issuing() as issuer:
        tokens = AccessTokens(issuer.url, "https://interlock.example/mcp", world)
        old = issuer.token()
        assert (await tokens.check(old)).name == "ann"
        issuer.rotate("later")
        new = issuer.token("later")
        with pytest.raises(InterlockError, match="no key of the issuer"):
            await tokens.check(new)  # asked for keys a moment ago
        await world.advance(11)
        assert (await tokens.check(new)).name == "ann"
        with pytest.raises(InterlockError, match="no key of the issuer"):
            await tokens.check(old)
    await world.advance(700)
    assert (await tokens.check(new)).name == "ann"  # the issuer is gone


class Ahead(RealWorld):
    """A clock at which a token of an hour is over in a moment."""

    def time(self) -> float:
        return super().time() + 3600 + 30 - 0.3  # clocks may differ by 30 s


async def test_a_stream_ends_with_its_token(tmp_path: Path) -> None:
    (tmp_path / "long.workflow.yaml").write_text("workflow: long\nsteps: [{sleep: 1h}]\n")
    with issuing() as issuer:
        oauth = f'api: {{oauth: {{issuer: "{issuer.url}", audience: "https://interlock.example/mcp"}}}}\n'
        async with serving(tmp_path, oauth) as served:
            run = await served.system.runtime.start("long")
            token = issuer.token(exp=time.time() + 3600)
            served.guard.world = Ahead()
            async with (
                served.client(token) as http,
                http.stream("GET", f"/api/v1/runs/{run}/watch") as stream,
            ):
                assert stream.status_code in (200, 401)  # 401 if the machine took its time
                assert [
                    line async for line in stream.aiter_lines() if "run-succeeded" in line
                ] == []
