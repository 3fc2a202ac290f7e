"""Sets the bot up at the sandbox's Telegram, and imports the ISP's customers and workers: with `ops`, as on a real account.

The sandbox forgets the webhook when it starts anew, the emulated AWS the directory: both are done each time, and change
nothing where it is done already.
"""

import subprocess
from pathlib import Path

from say import Problem, step
from settings import HERE, ROOT, environment

DIRECTORY = HERE / "directory"


def set_up(programs: Path) -> None:
    """Tells Telegram where the bot is and what it understands, and fills the directory. Needs .local/stack.json."""
    step("Setting up the bot, and the directory of customers and workers")
    ops = str(programs / "ops")
    for arguments in (
        ["telegram", "set-webhook"],
        ["telegram", "set-commands"],
        ["directory", "import", "customers", str(DIRECTORY / "customers.csv")],
        ["directory", "import", "workers", str(DIRECTORY / "workers.csv")],
    ):
        answer = subprocess.run([ops, *arguments], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            words = (answer.stderr.strip() or answer.stdout.strip())
            raise Problem(f"`ops {' '.join(arguments)}` failed: {words}")
