"""`make package`: builds the functions for a real account, as `sam build` alone would, but without this machine's paths.

`package.py <stage>`: a section of samconfig.toml. `sam deploy --config-env <stage>` deploys what this has built.
"""

import os
import subprocess
import sys

import build
import machine
import venvs
from say import Problem, run, step
from settings import LOCAL, ROOT, TOOLS


def main() -> None:
    stage = sys.argv[1] if len(sys.argv) > 1 else "prod"
    machine.check_tools()
    LOCAL.mkdir(exist_ok=True)
    venvs.ensure_all()
    step(f"Building the functions for the stage {stage} (10 minutes the first time)")
    path = f"{TOOLS / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    env = build.release_environment(dict(os.environ) | {"PATH": path})
    if subprocess.run(["sam", "build", "--config-env", stage], cwd=ROOT, env=env, check=False).returncode != 0:
        raise Problem(f"the build for {stage} failed; its own words are above.")
    step(f"Built into .aws-sam. Deploy it with: sam deploy --config-env {stage}")


if __name__ == "__main__":
    run(main)
