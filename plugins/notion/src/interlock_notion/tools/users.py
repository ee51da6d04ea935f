"""Tools for the people and integrations of a workspace."""

from __future__ import annotations

from typing import Any

from interlock.sdk import tool
from interlock_notion import objects
from interlock_notion.ids import object_id
from interlock_notion.workspace import Workspace


class UserTools(Workspace):
    """Looking up who somebody is."""

    @tool(effect="read")
    async def get_user(self, user_id: str = "me") -> dict[str, Any]:
        """Read a person or an integration: ``{id, name, type}``.

        Args:
            user_id: id of the user; ``me`` is this integration itself.
        """
        found_id = user_id if user_id == "me" else object_id(user_id, "user_id")
        return objects.user(await self.requests.get(f"/v1/users/{found_id}"))

    @tool(effect="read")
    async def list_users(self) -> dict[str, Any]:
        """List the people and integrations of the workspace, each as ``{id, name, type}``."""
        return {"users": [objects.user(user) for user in await self.requests.all("/v1/users")]}
