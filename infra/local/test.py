"""`make test`: the whole suite, in order of how fast it can say no. `test.py <stage> …` runs only those stages.

Cargo is always asked for the whole workspace: asking for one package would compile the dependencies again, with the
features of that package alone.
"""

import re
import subprocess
import sys

import log_check
import machine
import venvs
from say import Problem, run, step
from settings import LOCAL, ROOT, environment

_totals = {"passed": 0, "failed": 0}


def main() -> None:
    machine.check_tools()
    LOCAL.mkdir(exist_ok=True)
    venvs.ensure_all()
    venvs.continue_in_tools()
    wanted = sys.argv[1:] or list(STAGES)
    for stage in wanted:
        if stage not in STAGES:
            raise Problem(f"there is no stage {stage}; there are {', '.join(STAGES)}.")
        STAGES[stage]()
    step(f"All of {', '.join(wanted)} passed" + (f": {_totals['passed']} tests" if _totals["passed"] else ""))


def _format() -> None:
    _run("format", ["cargo", "fmt", "--all", "--check"], "`make fmt` mends it.")


def _clippy() -> None:
    _run("clippy", ["cargo", "clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])


def _tests() -> None:
    log_check.start()
    _run("unit, wire, table, story and house tests", ["cargo", "test", "--workspace", "--exclude", "e2e", *SHOW])


def _templates() -> None:
    templates = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("infra/*.yaml"))
    _run("templates", ["cfn-lint", "--regions", "ap-southeast-3", "--", "template.yaml", *templates])
    _run("template.yaml, as SAM reads it", ["sam", "validate", "--lint", "--region", "ap-southeast-3"])


def _end_to_end() -> None:
    import bring_up

    bring_up.everything()
    files = [f"--test={path.stem}" for path in sorted(ROOT.glob("e2e/tests/*.rs"))]
    _run("end to end, on the deployed stack", ["cargo", "test", "--workspace", *files, *SHOW])


def _logs() -> None:
    step("Checking: no secret and nobody's data in what this run logged")
    log_check.check()


STAGES = {"format": _format, "clippy": _clippy, "tests": _tests, "templates": _templates, "end-to-end": _end_to_end,
          "logs": _logs}

# What passed tests print is kept for the log check, and not shown.
SHOW = ("--", "--show-output")


def _run(name: str, command: list[str], advice: str = "") -> None:
    step(f"Checking: {name}")
    log_check.CAPTURED.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True, errors="replace")
    is_shown = True
    with (log_check.CAPTURED / f"{re.sub('[^a-z]+', '-', name)}.log").open("w", encoding="utf-8") as captured:
        for line in process.stdout:
            captured.write(line)
            result = re.match(r"test result: \w+\. (\d+) passed; (\d+) failed", line)
            if result:
                _totals["passed"] += int(result[1])
                _totals["failed"] += int(result[2])
            if result or line in ("successes:\n", "failures:\n"):
                is_shown = line != "successes:\n"
            if is_shown:
                print(line, end="", flush=True)
    if process.wait() != 0:
        failed = f" ({_totals['failed']} failed, {_totals['passed']} passed)" if _totals["failed"] else ""
        raise Problem(f"{name} failed{failed}: {' '.join(command)}\n{advice}".rstrip())


if __name__ == "__main__":
    run(main)
