"""What waits for a person: questions of runs, and what could not be handled."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from interlock.journal import Journal, Place
from interlock.runtime.auditing import audited
from interlock.runtime.visibility import (
    filled_page,
    scopes,
    sees_letter,
    visible_approval,
    visible_letter,
)
from interlock.workflows import Engine


class AttentionOperations:
    """The part of :class:`Runtime` that is about what people have to see to."""

    journal: Journal
    engine: Engine

    async def approvals(
        self,
        *,
        open_only: bool = True,
        run: str | None = None,
        limit: int = 50,
        after: Place | None = None,
    ) -> list[dict[str, Any]]:
        """What people are asked, the oldest question first; or all, the newest first.

        Args:
            after: moment and id of the one that the listing goes on after.
        """
        found = await self.journal.approvals.list(
            open_only=open_only, run=run, within=scopes(), limit=limit, after=after
        )
        return [approval.to_dict() for approval in found]

    async def approval(self, approval: str) -> dict[str, Any]:
        """One question; NotFound if nobody was asked that."""
        return (await visible_approval(self, approval)).to_dict()

    @audited("approval.decide")
    async def decide(
        self,
        approval: str,
        choice: str,
        *,
        values: Mapping[str, Any] | None = None,
        by: str = "local",
        comment: str = "",
    ) -> dict[str, Any]:
        """Answer an approval; the run goes on.

        Raises:
            NotFound: nobody was asked that.
            InvalidInput: no such choice, or the values do not fit the form.
            MayNotDecide: ``by`` is not among those asked.
            Conflict: it was decided before, or its run is over.
        """
        await visible_approval(self, approval)
        record = await self.engine.decide(approval, choice, values=values, by=by, comment=comment)
        return record.to_dict()

    async def dead_letters(
        self, *, limit: int = 50, after: Place | None = None
    ) -> list[dict[str, Any]]:
        """What could not be handled, newest first; ``after`` as in :meth:`approvals`."""
        sees = partial(sees_letter, self)
        found = await filled_page(self.journal.dead_letters.list, sees, limit, after)
        return [letter.to_dict() for letter in found]

    async def dead_letter(self, letter: str) -> dict[str, Any]:
        """By id, with what is needed to handle it after all; NotFound if there is none."""
        return (await visible_letter(self, letter)).to_dict()
