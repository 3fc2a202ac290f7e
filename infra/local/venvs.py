"""Makes the virtual environments with the pinned tools, once per version of their lists."""

import concurrent.futures
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

from say import Problem, step
from settings import EMULATOR, HERE, TOOLS


LISTS = {TOOLS: HERE / "requirements.txt", EMULATOR: HERE / "requirements-aws.txt"}


def ensure_all(meanwhile=lambda: None) -> None:
    """Installs what is missing: the tools, and the emulated AWS in an environment of its own.

    Both at once, and `meanwhile` beside them: the first time there is much to compile, too.
    """
    missing = [folder for folder in LISTS if not _installed(folder)]
    if not missing:
        return
    names = " and ".join(LISTS[folder].name for folder in missing)
    step(f"Installing {names} (a minute or two, once)")
    with concurrent.futures.ThreadPoolExecutor() as threads:
        installations = [threads.submit(_install, folder) for folder in missing]
        meanwhile()
        for installation in installations:
            installation.result()


def continue_in_tools() -> None:
    """Goes on as the Python of the tools, which has boto3."""
    if Path(sys.prefix) != TOOLS:
        python = str(TOOLS / "bin/python")
        os.execv(python, [python, *sys.argv])


def _installed(folder: Path) -> bool:
    marker = folder / "installed"
    return marker.exists() and marker.read_text() == _version(folder)


def _version(folder: Path) -> str:
    return hashlib.sha256(LISTS[folder].read_bytes() + sys.version.encode()).hexdigest()


def _install(folder: Path) -> None:
    venv.create(folder, with_pip=True, clear=True)
    command = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
               "--requirement", str(LISTS[folder])]
    answer = subprocess.run(command, check=False, capture_output=True, text=True)
    if answer.returncode != 0:
        raise Problem(f"pip could not install {LISTS[folder].name}. Is the Python package index reachable?\n"
                      + answer.stderr.strip())
    (folder / "installed").write_text(_version(folder))
