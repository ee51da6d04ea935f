"""Bodies of Figma's webhooks v2, as the schemas ``Webhook*Payload`` of @figma/rest-api-spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_simulator.figma.published import USER

Json = Mapping[str, Any]


def payload(kind: str, hook: Json, file: Json, now: str) -> dict[str, Any]:
    """The body that ``hook`` gets when ``kind`` happens to a file: ``{key, name}``."""
    base = {
        "event_type": kind,
        "passcode": hook["passcode"],
        "timestamp": now,
        "webhook_id": hook["id"],
    }
    if kind == "PING":
        return base
    told = {"file_key": file["key"], "file_name": file["name"]}
    return {**base, **told, **_own_fields(kind, now)}


def _own_fields(kind: str, now: str) -> dict[str, Any]:
    by = {"triggered_by": USER}
    match kind:
        case "FILE_VERSION_UPDATE":
            return {"created_at": now, "description": "", "version_id": "2", "label": "", **by}
        case "FILE_DELETE":
            return by
        case "FILE_COMMENT":
            said = {"comment": [{"text": "Simulated comment"}], "comment_id": "1"}
            return {**said, "created_at": now, "mentions": [], **by}
        case "LIBRARY_PUBLISH":
            changed = ("created", "modified", "deleted")
            kinds = ("components", "styles", "variables")
            lists: dict[str, Any] = {f"{how}_{what}": [] for how in changed for what in kinds}
            library = {"key": "simulated", "name": "Simulated library"}
            return {**lists, "description": "", "library_item": library, **by}
        case "DEV_MODE_STATUS_UPDATE":
            return {"node_id": "0:1", "related_links": [], "status": "READY_FOR_DEV", **by}
        case _:
            return {}
