"""Parts as one package that type-checks on its own."""

from interlock_codegen.package.assemble import assemble

__all__ = ["assemble"]
