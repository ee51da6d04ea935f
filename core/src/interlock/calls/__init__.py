"""One tool call: the pipeline and its guard rails. Nothing else in Interlock invokes a tool."""

from interlock.calls.call import Call, Origin
from interlock.calls.gates import Gates, defaults
from interlock.calls.outcome import OnOutcome, Outcome, OutcomeRecord
from interlock.calls.pipeline import BoundTool, Guarded, compile_pipeline
from interlock.calls.shared import Shared
from interlock.calls.spending import Ledger

__all__ = [
    "BoundTool",
    "Call",
    "Gates",
    "Guarded",
    "Ledger",
    "OnOutcome",
    "Origin",
    "Outcome",
    "OutcomeRecord",
    "Shared",
    "compile_pipeline",
    "defaults",
]
