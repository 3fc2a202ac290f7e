"""Starts long-running programs, remembers them, and stops those and no others.

A record in .local/run names the process and the moment it started, so that a process id which the system has given
to somebody else since is never taken for ours.
"""

import hashlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

from say import Problem, step
from settings import LOGS, PROCESSES, ROOT


def ensure(name: str, command: list[str], env: dict[str, str], version: str = "") -> bool:
    """Starts the program unless the same one runs already. True when it was started now."""
    wanted = _digest(command, env, version)
    record = _read(name)
    if record and _alive(record):
        if record["digest"] == wanted:
            return False
        stop(name)
    LOGS.mkdir(parents=True, exist_ok=True)
    PROCESSES.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=subprocess.STDOUT, start_new_session=True)
    record = {"pid": process.pid, "started": _started(process.pid), "digest": wanted}
    _file(name).write_text(json.dumps(record))
    return True


def running(name: str) -> bool:
    """Whether the program that we started under this name still runs."""
    record = _read(name)
    return bool(record and _alive(record))


def wait_until(name: str, ready, seconds: float) -> None:
    """Waits until `ready()` answers true; shows the end of the log when the program died or takes too long."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not running(name) or time.monotonic() > deadline:
            log = LOGS / f"{name}.log"
            lines = log.read_text(errors="replace").splitlines()[-15:]
            fate = "takes too long to start" if running(name) else "ended right after its start"
            raise Problem(f"{name} {fate}. The end of {log.relative_to(ROOT)}:\n  " + "\n  ".join(lines))
        time.sleep(0.1)


def stop(name: str) -> bool:
    """Stops the program and its children. False when it did not run."""
    record = _read(name)
    if not record or not _alive(record):
        _file(name).unlink(missing_ok=True)
        return False
    step(f"Stopping {name} (process {record['pid']})")
    # It leads a session of its own, so its process group is exactly what it started.
    os.killpg(record["pid"], signal.SIGTERM)
    deadline = time.monotonic() + 5
    while _alive(record) and time.monotonic() < deadline:
        time.sleep(0.05)
    try:
        os.killpg(record["pid"], signal.SIGKILL)
    except ProcessLookupError:
        pass
    _file(name).unlink(missing_ok=True)
    return True


def _file(name: str) -> Path:
    return PROCESSES / f"{name}.json"


def _read(name: str) -> dict | None:
    try:
        return json.loads(_file(name).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def _alive(record: dict) -> bool:
    return _started(record["pid"]) == record["started"]


def _started(pid: int) -> str | None:
    """The kernel's start time of a process; none when it is gone or only waits to be reaped."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]


def _digest(command: list[str], env: dict[str, str], version: str) -> str:
    return hashlib.sha256(json.dumps([command, env, version], sort_keys=True).encode()).hexdigest()
