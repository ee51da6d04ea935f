"""Whatever changes something says in the audit log who did it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from interlock.api.app import declared
from interlock.api.auth import hashed, new_token
from interlock.journal import audit_digest

from .served import serving

TOKEN = new_token()
MORE = f"""
api: {{tokens: [{{name: robot, sha256: "{hashed(TOKEN)}", role: admin}}]}}
schedules:
  rarely: {{cron: "0 0 29 2 *", start: keep, with: {{path: a.txt}}}}
"""
# A delivery is verified by its service, and comes from nobody that we know by name.
NOBODYS = {"receive_webhook", "receive_webhook_below"}
ACTING = [each for each in declared() if each.method != "GET" and each.name not in NOBODYS]
THINGS = {
    "tool": "files.list",
    "workflow": "keep",
    "schedule": "rarely",
    "service": "files",
    "approval": "no-approval",
    "letter": "no-letter",
}
BODIES: dict[str, dict[str, Any]] = {
    "start_run": {"input": {"path": "b.txt"}},
    "each_run": {"action": "cancel", "where": {}},
    "decide": {"choice": "approve"},
    "publish_event": {"name": "told", "payload": {"a": 1}},
    "replay_events": {"name": "told"},
    "reload_config": {"check": True},
}


async def test_who_did_it_is_on_record(tmp_path: Path) -> None:
    async with serving(tmp_path, MORE) as served, served.client(TOKEN) as http:
        runtime = served.system.runtime
        things = {**THINGS, "run": await runtime.start("keep", {"path": "a.txt"})}
        await runtime.wait(things["run"])
        for endpoint in ACTING:
            seen = await runtime.journal.audit.list(limit=1)
            body = BODIES.get(endpoint.name) if endpoint.method == "POST" else None
            path = endpoint.path.format(**things)
            answer = await http.request(endpoint.method, path, json=body)
            assert answer.status_code != 422, answer.text
            entry = (await runtime.journal.audit.list(limit=1))[0]
            assert [entry] != seen, f"{endpoint.name} left no entry"
            assert entry.actor == "robot"
            noun = path.removeprefix("/api/v1/").partition("/")[0].replace("workflow", "run")
            assert entry.action.partition(".")[0] == noun.removesuffix("s"), endpoint.name
            done = answer.status_code < 300 and not answer.json().get("failed")
            assert (entry.outcome == "ok") == done, answer.text


async def test_a_call_is_on_record_with_digests_of_what_went_in_and_came_out(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as served, served.client() as http:
        call = {"arguments": {"path": "a.txt", "text": "a"}}
        done = await http.post("/api/v1/tools/files.write/call", json=call)
        refused = await http.post("/api/v1/tools/files.read/call", json={"arguments": {}})
        entries = (await http.get("/api/v1/audit")).json()["items"]
    assert refused.status_code == 422
    assert entries[1]["arguments"] == audit_digest(call["arguments"])
    assert entries[1]["result"] == audit_digest(done.json()["result"])
    assert (entries[0]["outcome"], entries[0]["result"]) == ("invalid-input", None)


def test_what_json_cannot_say_has_a_digest_all_the_same() -> None:
    assert audit_digest(10**30) != audit_digest(10**30 + 1)
    assert audit_digest("\ud800") != audit_digest("\ud801")
