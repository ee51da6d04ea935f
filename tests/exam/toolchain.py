"""The Node packages of the exam: installed once, beside it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"


class Missing(Exception):
    """Something the exam needs is not there; the message says how to get it."""


def ensure() -> Path:
    """The folder with the packages.

    Raises:
        Missing: no node or npm, or the installation failed.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Missing("node and npm are needed (Debian: apt-get install nodejs npm)")
    if not (MODULES / "typescript").is_dir():
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
        if done.returncode:
            raise Missing(f"npm install failed in {HERE}: {done.stderr[-400:]}")
    return MODULES


def browser() -> str:
    """Path of a Chromium.

    Raises:
        Missing: there is none.
    """
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise Missing("Chromium is needed (Debian: apt-get install chromium)")


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A program to its end, whatever its exit code."""
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=600)
