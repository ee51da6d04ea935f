"""Settings of the notion service."""

from __future__ import annotations

from pydantic import Field, SecretStr

from interlock.sdk import Bytes, PerTime, Rate, Settings


class NotionSettings(Settings):
    """One Notion workspace."""

    token: SecretStr = Field(description="secret of the integration")
    base_url: str = Field("https://api.notion.com", description="origin of the REST API")
    version: str = Field(
        "2025-09-03", pattern=r"^\d{4}-\d{2}-\d{2}$", description="value of Notion-Version"
    )
    page_size: int = Field(100, ge=1, le=100, description="rows asked for in one request")
    # https://developers.notion.com/reference/request-limits: three a second on average.
    rate: PerTime = Field(Rate(3, 1.0), description="requests on average, of all calls together")
    requests_at_once: int = Field(8, ge=1, description="requests in flight")
    request_tries: int = Field(
        4, ge=1, description="tries of a single request before its tool's call fails"
    )
    largest_file: Bytes = Field(
        100_000_000, description="of an upload or download; it is in memory while it moves"
    )
    webhook_token: SecretStr | None = Field(
        None, description="verification token of the webhook subscription"
    )

    @property
    def has_data_sources(self) -> bool:
        """Whether databases hold data sources in this version of the API."""
        return self.version >= "2025-09-03"

    @property
    def has_positions(self) -> bool:
        """Whether appending takes ``position`` instead of ``after``."""
        return self.version >= "2026-03-11"

    @property
    def trash_field(self) -> str:
        """The field of a page that moves it to the trash."""
        return "in_trash" if self.has_data_sources else "archived"
