"""`make down`: stops what `make up` or `make dev` started in this checkout, and nothing else."""

import processes
from say import run
from settings import LOCAL


def main() -> None:
    stopped = [name for name in ("sandbox", "aws") if processes.stop(name)]
    # The emulated AWS keeps everything in memory: what was deployed is gone with it.
    (LOCAL / "deployed").unlink(missing_ok=True)
    (LOCAL / "stack.json").unlink(missing_ok=True)
    print("Stopped." if stopped else "Nothing of this checkout was running.")


if __name__ == "__main__":
    run(main)
