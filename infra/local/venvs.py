"""Makes the virtual environments with the pinned tools, once per version of their lists."""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

from say import Problem, step
from settings import EMULATOR, HERE, TOOLS


def ensure_all() -> None:
    """Installs what is missing: the tools, and the emulated AWS in an environment of its own."""
    _ensure(TOOLS, HERE / "requirements.txt")
    _ensure(EMULATOR, HERE / "requirements-aws.txt")


def continue_in_tools() -> None:
    """Goes on as the Python of the tools, which has boto3."""
    if Path(sys.prefix) != TOOLS:
        python = str(TOOLS / "bin/python")
        os.execv(python, [python, *sys.argv])


def _ensure(folder: Path, requirements: Path) -> None:
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    marker = folder / "installed"
    if marker.exists() and marker.read_text() == wanted:
        return
    step(f"Installing {requirements.relative_to(HERE.parents[1])} into {folder.name} (about a minute, once)")
    venv.create(folder, with_pip=True, clear=True)
    command = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
               "--requirement", str(requirements)]
    if subprocess.run(command, check=False).returncode != 0:
        raise Problem(f"pip could not install {requirements.name}; its own words are above. "
                      "Is the Python package index reachable?")
    marker.write_text(wanted)
