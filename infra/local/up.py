"""`make up`: everything from a clean checkout to a running stack. Safe to run again: it does what is left to do."""

import sys

import build
import machine
import processes
import venvs
from say import run, step
from settings import LOCAL, STACK_FILE


def main() -> None:
    if "--if-down" in sys.argv and _is_up():
        return
    machine.check_tools()
    LOCAL.mkdir(exist_ok=True)
    venvs.ensure_all(meanwhile=build.workspace)
    venvs.continue_in_tools()
    # From here on it is the Python of .venv, which has boto3.
    import bring_up

    stack = bring_up.everything()
    step("The stack is up")
    print(f"""
  API        {stack['apiUrl']}
  sandbox    {stack['sandboxUrl']}
  AWS        {stack['awsEndpoint']}   (any credentials, region {stack['region']})
  more       .local/stack.json, logs in .local/log/

  curl {stack['apiUrl']}/health
  make demo    the main job, step by step
  make down    stops all of it
""")


def _is_up() -> bool:
    return STACK_FILE.exists() and processes.running("aws") and processes.running("sandbox")


if __name__ == "__main__":
    run(main)
