"""What people decide: who may, among what, and how it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.journal import ApprovalRecord
from interlock.sdk.errors import InvalidInput
from interlock.sdk.json_schema import Schema
from interlock.workflows.errors import MayNotDecide
from interlock.workflows.operations import Approve


def approval_id(run_id: str, path: str) -> str:
    """Of the question that the step at ``path`` puts."""
    return f"{run_id}:{path}"


def decision_on(
    approval: ApprovalRecord,
    choice: str,
    *,
    values: Mapping[str, Any] | None,
    by: str,
    comment: str,
    now: float,
) -> dict[str, Any]:
    """An answer as it is recorded.

    Raises:
        InvalidInput: no such choice, or the values do not fit the form.
        MayNotDecide: ``by`` is not among those who may decide.
    """
    _allowed(approval, by)
    return {
        "choice": _choice(approval, choice),
        "values": Schema(approval.request.get("form") or {}).check(
            dict(values or {}), f"values of {approval.id}"
        ),
        "by": by,
        "comment": comment,
        "at": now,
    }


def late_decision(approve: Approve, now: float) -> dict[str, Any]:
    """What the template says for the case that nobody decided."""
    choice = approve.request["default"]
    return {
        "choice": choice,
        "values": {},
        "by": "",
        "comment": "nobody decided in time",
        "at": now,
    }


def _choice(record: ApprovalRecord, choice: str) -> str:
    choices = record.request["choices"]
    if choice not in choices:
        known = ", ".join(map(repr, choices))
        raise InvalidInput(f"{choice!r} is not a choice", hint=f"one of {known}", path="$.choice")
    return choice


def _allowed(record: ApprovalRecord, by: str) -> None:
    who = record.request.get("who") or []
    if who and by not in who:
        raise MayNotDecide(
            f"{by or 'nobody'} may not decide {record.id}", hint=f"asked are {', '.join(who)}"
        )
