"""What a running Interlock can be asked to do."""

from interlock.runtime.runtime import Runtime

__all__ = ["Runtime"]
