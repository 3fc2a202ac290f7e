"""Tells a person what is going on, with the seconds since the start."""

import os
import sys
import time

# A command goes on as another Python (venvs.py): its clock goes on, too.
_STARTED = float(os.environ.setdefault("PAYDESK_STARTED", str(time.time())))


class Problem(Exception):
    """Something a person has to mend. The text says what is wrong and what to do."""


def step(text: str) -> None:
    """A line about work that begins."""
    print(f"[{time.time() - _STARTED:5.1f} s] {text}", flush=True)


def run(main) -> None:
    """Runs a command's main function; a problem is told in words, without a traceback."""
    try:
        main()
    except Problem as problem:
        print(f"\n{sys.argv[0].rsplit('/', 1)[-1]}: {problem}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
