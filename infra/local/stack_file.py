"""Writes .local/stack.json, which tests and people use, and .local/lambda.env for `cargo lambda watch`."""

import json
import re
import shlex
import subprocess

import aws
import credentials
from settings import (AWS_ENDPOINT, AWS_ENVIRONMENT, FUNCTION_ENV, FUNCTIONS, HERE, INTERNAL_API_KEY, LAMBDA_ENV, REGION,
                      SANDBOX_URL, STACK, STACK_FILE)


def api_url(outputs: dict[str, str]) -> str:
    """The API's address: plain, no special Host header needed."""
    return f"{AWS_ENDPOINT}/_aws/execute-api/{outputs['ApiId']}"


def write(outputs: dict[str, str]) -> dict:
    """Describes the running stack."""
    stack = {
        "stack": STACK,
        "region": REGION,
        "awsEndpoint": AWS_ENDPOINT,
        "apiUrl": api_url(outputs),
        "sandboxUrl": SANDBOX_URL,
        "queues": {_kebab(name.removesuffix("Queue")): url for name, url in outputs.items() if name.endswith("Queue")},
        "tables": {name.removesuffix("Table"): table for name, table in outputs.items() if name.endswith("Table")},
        "functions": {function: f"{STACK}-{function}" for function in FUNCTIONS},
        "tokens": credentials.tokens(),
        "internalApiKey": INTERNAL_API_KEY,
        "cronSecret": credentials.keys()["cronSecret"],
    }
    STACK_FILE.write_text(json.dumps(stack, indent=2) + "\n")
    return stack


def write_lambda_env(stack: dict) -> None:
    """One file of settings per function, taken from the deployed ones, and the file for `cargo lambda watch`.

    Watch gives every function the same environment; with `as_function` as cargo's runner each gets its own.
    """
    functions = aws.client("lambda")
    FUNCTION_ENV.mkdir(exist_ok=True)
    access = {key: value for key, value in AWS_ENVIRONMENT.items() if not key.endswith("_FILE")}
    together = {}
    for function, deployed in stack["functions"].items():
        settings = functions.get_function_configuration(FunctionName=deployed)["Environment"]["Variables"]
        lines = [f"{key}={shlex.quote(value)}\n" for key, value in sorted((settings | access).items())]
        (FUNCTION_ENV / function).write_text("".join(lines))
        together |= settings
    host = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout
    triple = re.search(r"host: (\S+)", host)[1]
    runner = {f"CARGO_TARGET_{triple.upper().replace('-', '_')}_RUNNER": str(HERE / "as_function")}
    lines = [f"{key}={_quoted(value)}\n" for key, value in sorted((together | access | runner).items()) if value]
    LAMBDA_ENV.write_text("".join(lines))


def _quoted(value: str) -> str:
    """The value in quotes, always: what reads the file for `cargo lambda` takes no second `=` outside of them."""
    quoted = shlex.quote(value)
    return quoted if quoted.startswith("'") else f"'{value}'"


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
