"""Settings of the analysis service."""

from __future__ import annotations

from pydantic import Field

from interlock.sdk import Settings


class AnalysisSettings(Settings):
    """Settings of the service type ``analysis``."""

    summary_statements: int = Field(3, ge=1, description="statements in a summary")
    key_points: int = Field(8, ge=1, description="key points of a page")
    topic_statements: int = Field(8, ge=1, description="statements under one topic")
    best_practices: int = Field(16, ge=1, description="best practices of a knowledge base")
    near_duplicate: float = Field(
        0.8, gt=0, le=1, description="share of equal word triples that makes statements the same"
    )
