"""Writes .local/stack.json, which tests and people use, and .local/lambda.env for `cargo lambda watch`."""

import json

import aws
import credentials
from settings import (AWS_ENDPOINT, AWS_ENVIRONMENT, FUNCTIONS, INTERNAL_API_KEY, LAMBDA_ENV, REGION, SANDBOX_URL, STACK,
                      STACK_FILE)


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
    """All settings of all functions in one file: `cargo lambda watch` gives every function the same environment."""
    functions = aws.client("lambda")
    variables = {}
    for function in stack["functions"].values():
        configuration = functions.get_function_configuration(FunctionName=function)
        variables |= configuration["Environment"]["Variables"]
    variables |= {key: value for key, value in AWS_ENVIRONMENT.items() if not key.endswith("_FILE")}
    LAMBDA_ENV.write_text("".join(f"{key}={value}\n" for key, value in sorted(variables.items()) if value))


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
