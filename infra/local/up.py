"""`make up`: everything from a clean checkout to a running stack. Safe to run again: it does what is left to do."""

import machine
import venvs
from say import run, step
from settings import LOCAL


def main() -> None:
    machine.check_tools()
    LOCAL.mkdir(exist_ok=True)
    venvs.ensure_all()
    venvs.continue_in_tools()
    # From here on it is the Python of .venv, which has boto3.
    import bring_up

    stack = bring_up.everything()
    step("The stack is up")
    print(f"""
  API        {stack['apiUrl']}
  sandbox    {stack['sandboxUrl']}
  AWS        {stack['awsEndpoint']}   (any credentials, region {stack['region']})
  details    .local/stack.json   logs  .local/log/

  curl {stack['apiUrl']}/health
  make demo    the main job, step by step
  make down    stops all of it
""")


if __name__ == "__main__":
    run(main)
