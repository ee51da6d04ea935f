"""How a test names a step."""

RUN_ID = "test"
"""Of the run under test; those that it starts have ids that begin with it."""


def place_of(run_id: str, step: str) -> str:
    """The step's path; ``kid:path`` in the run that the step ``kid`` started."""
    child = run_id.removeprefix(RUN_ID).lstrip(":")
    return f"{child}:{step}" if child else step
