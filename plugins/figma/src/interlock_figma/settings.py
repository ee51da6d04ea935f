"""Settings of the figma service."""

from __future__ import annotations

from pydantic import Field, SecretStr

from interlock.sdk import Bytes, Settings
from interlock_figma.rate_limits import Plan, Seat


class FigmaSettings(Settings):
    """One Figma account."""

    token: SecretStr = Field(description="personal access token or plan token")
    base_url: str = Field("https://api.figma.com", description="origin of the REST API")
    seat: Seat = Field("full", description="seat of the token's user; decides the rate limits")
    plan: Plan = Field("professional", description="plan of the workspace that holds the files")
    passcode: SecretStr | None = Field(None, description="the passcode given to the webhooks")
    max_result: Bytes = Field(
        32 * 1024 * 1024, description="largest answer that get_file and get_nodes hand on whole"
    )
