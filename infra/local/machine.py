"""Checks what has to be on the machine before anything is built: tools, and ports that are free."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from say import Problem
from settings import ROOT


def check_tools() -> None:
    """Names every missing tool at once, each with how to get it."""
    missing = []
    if sys.platform != "linux":
        missing.append("Linux: the functions run here as the Linux programs they are on Lambda. On another system use a "
                       "virtual machine or WSL 2.")
    if sys.version_info < (3, 10):
        missing.append(f"Python 3.10 or newer (this is {sys.version.split()[0]}).")
    for module in ("venv", "ensurepip"):
        try:
            __import__(module)
        except ImportError:
            missing.append(f"Python's {module} module. On Debian or Ubuntu: sudo apt install python3-venv")
            break
    if not shutil.which("cc"):
        missing.append("a C compiler (cc). On Debian or Ubuntu: sudo apt install build-essential")
    missing.extend(_rust())
    if missing:
        raise Problem("this machine lacks:\n  - " + "\n  - ".join(missing))


def _rust() -> list[str]:
    if not shutil.which("cargo"):
        return ["Rust (cargo). See https://rustup.rs, then open a new shell."]
    wanted = re.search(r'rust-version = "([\d.]+)"', (ROOT / "Cargo.toml").read_text())
    answer = subprocess.run(["cargo", "--version"], capture_output=True, text=True, cwd=ROOT, check=False)
    found = re.match(r"cargo (\d+\.\d+)", answer.stdout)
    if not found:
        return [f"a working cargo. It says: {answer.stderr.strip() or answer.stdout.strip()}"]
    if wanted and _version(found[1]) < _version(wanted[1]):
        return [f"Rust {wanted[1]} or newer (this is {found[1]}). Run: rustup update stable"]
    return []


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def check_port(port: int, variable: str) -> None:
    """Refuses a port that somebody else listens on, and says who."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Problem(f"port {port} is taken{_listener(port)}.\nStop it, or use another port: "
                          f"make up {variable}={port + 100}") from None


def _listener(port: int) -> str:
    inode = _listening_inode(port)
    for entry in Path("/proc").glob("[0-9]*/fd/*") if inode else ():
        try:
            if os.readlink(entry) == f"socket:[{inode}]":
                process = entry.parents[1]
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                return f" by process {process.name} ({command.strip()[:120]})"
        except OSError:
            continue
    return ""


def _listening_inode(port: int) -> str | None:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:] if Path(table).exists() else ():
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port:
                return fields[9]
    return None


def listens(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
