"""Elements as TSX."""

from interlock_codegen.jsx.printer import Printer
from interlock_codegen.jsx.text import quoted

__all__ = ["Printer", "quoted"]
