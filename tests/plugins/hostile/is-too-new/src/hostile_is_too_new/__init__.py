"""Written for an SDK that does not exist yet."""

interlock_api = 99
