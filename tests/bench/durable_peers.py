"""The peers of ``durable.py``, each in an environment of its own under the system's temporary folder.

What is needed for one is installed when it is first asked for: DBOS by ``uv``; Restate's server by
``npm``. Where there is no npm, or it has no server for this machine, Restate is left out.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
DBOS = ("dbos==3.4.0",)
RESTATE = ("restate-sdk==1.3.0", "hypercorn==0.18.0", "aiohttp>=3.12,<4")
RESTATE_SERVER = "@restatedev/restate-server@1.7"

Command = tuple[str, ...]


@cache
def dbos() -> Command:
    # -P: with this folder on the path, http.py would hide the standard library's http.
    return _python("dbos", DBOS), "-P", str(HERE / "durable_dbos.py")


@cache
def restate() -> tuple[Command, Command] | None:
    """Arguments before and after those of the work; None, and a line about it, if it is not there."""
    server = _restate_server()
    if server is None:
        print("Restate is left out: npm has no server for this machine", file=sys.stderr)
        return None
    python = _python("restate", RESTATE)
    return (python, "-P", str(HERE / "durable_restate.py")), (str(server),)


def _python(name: str, packages: tuple[str, ...]) -> str:
    environment = _folder(f"{name}-{packages[0]}")
    python = environment / "bin" / "python"
    if not python.exists():
        print(f"installing {', '.join(packages)} in {environment}", file=sys.stderr)
        subprocess.run(["uv", "venv", "-q", "--python", sys.executable, environment], check=True)
        subprocess.run(["uv", "pip", "install", "-q", "--python", python, *packages], check=True)
    return str(python)


def _restate_server() -> Path | None:
    """The program itself: what npm puts beside it is a script that outlives a kill."""
    folder = _folder("restate-server")
    if not folder.exists() and shutil.which("npm"):
        print(f"installing {RESTATE_SERVER} in {folder}", file=sys.stderr)
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder]
        subprocess.run([*command, RESTATE_SERVER], check=False)
    return next(folder.glob("node_modules/@restatedev/restate-server-*/bin/restate-server"), None)


def _folder(name: str) -> Path:
    return Path(tempfile.gettempdir()) / f"interlock-bench-{name}"
