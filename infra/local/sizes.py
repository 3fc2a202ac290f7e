"""`make sizes`: builds every function as it is deployed and compares it with its size budget. A megabyte is 2^20 bytes, as `ls -lh` counts."""

import io
import subprocess
import sys
import zipfile

import build
import machine
import venvs
from say import Problem, run, step
from settings import ARCHITECTURE, FUNCTIONS, LOCAL, ROOT, environment

BUDGET_PROGRAM = 5 << 20
BUDGET_ARCHIVE = 24 * (1 << 20) // 10
PROGRAMS = LOCAL / "release"


def main() -> None:
    machine.check_tools()
    LOCAL.mkdir(exist_ok=True)
    venvs.ensure_all()
    architecture = sys.argv[1] if len(sys.argv) > 1 else ARCHITECTURE
    _build(architecture)
    print(f"\n  {architecture}{'':<14}{'stripped':>12}{'zipped':>12}   (budget {BUDGET_PROGRAM:,} and {BUDGET_ARCHIVE:,} bytes)")
    over, paths = [], [f"{ROOT}/", *build.registries()]
    for function in FUNCTIONS:
        program = (PROGRAMS / function / "bootstrap").read_bytes()
        archive = _archive_size(program)
        print(f"  {function:<20}{len(program):>12,}{archive:>12,}")
        _check_paths(function, program, paths)
        if len(program) > BUDGET_PROGRAM or archive > BUDGET_ARCHIVE:
            over.append(function)
    if over:
        raise Problem(f"over the budget: {', '.join(over)}")


def build_for_this_machine() -> None:
    """The programs as they are deployed, runnable here, in PROGRAMS."""
    machine.check_tools()
    LOCAL.mkdir(exist_ok=True)
    venvs.ensure_all()
    _build(ARCHITECTURE)


def _build(architecture: str) -> None:
    step(f"Building the functions for {architecture} in the release profile (10 minutes the first time)")
    target = {"x86_64": "--x86-64", "arm64": "--arm64"}[architecture]
    env = build.release_environment(environment())
    # One function at a time, as `make package` does: each with only the features it asks for.
    for function in FUNCTIONS:
        command = ["cargo", "lambda", "build", "--release", target, "--package", function, "--lambda-dir", str(PROGRAMS)]
        if subprocess.run(command, cwd=ROOT, env=env, check=False).returncode != 0:
            raise Problem(f"the build of {function} failed; the compiler's own words are above.")


def _check_paths(function: str, program: bytes, paths: list[str]) -> None:
    """A program that holds paths of this machine has another size on the next."""
    for path in paths:
        if path.encode() in program:
            raise Problem(f"{function} holds the path {path} of this machine: infra/local/build.py is to leave it out.")


def _archive_size(program: bytes) -> int:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("bootstrap", program)
    return len(archive.getvalue())


if __name__ == "__main__":
    run(main)
