"""`make dev`: the edit loop. Everything is deployed as by `make up`, but the emulated AWS passes every event - HTTP,
queue, stream and schedule - to `cargo lambda watch`, which rebuilds a function when its code changes.

Ctrl-C ends the watch; `make up` gives the functions back to the emulated AWS, `make down` stops all.
"""

import subprocess

import machine
import venvs
from say import run, step
from settings import FUNCTIONS, LAMBDA_ENV, LOCAL, ROOT, STACK, WATCH_PORT, environment


def main() -> None:
    machine.check_tools()
    LOCAL.mkdir(exist_ok=True)
    venvs.ensure_all()
    venvs.continue_in_tools()
    import bring_up

    machine.check_port(WATCH_PORT, "PAYDESK_WATCH_PORT")
    watch = f"http://127.0.0.1:{WATCH_PORT}/2015-03-31/functions"
    stack = bring_up.everything(**{f"MINISTACK_LAMBDA_PROXY_{STACK}-{name}": f"{watch}/{name}/invocations"
                                   for name in FUNCTIONS})
    step(f"Serving every function from here; the API is {stack['apiUrl']}, and http://127.0.0.1:{WATCH_PORT} directly")
    command = ["cargo", "lambda", "watch", "--invoke-address", "127.0.0.1", "--invoke-port", str(WATCH_PORT),
               "--env-file", str(LAMBDA_ENV)]
    subprocess.run(command, cwd=ROOT, env=environment(), check=False)


if __name__ == "__main__":
    run(main)
