"""The emulated AWS: ministack with IAM enforced, on 127.0.0.1."""

import urllib.error
import urllib.request

import boto3

import processes
from say import step
from settings import AWS_ENDPOINT, AWS_PORT, EMULATOR, HERE, REGION, service_environment

NAME = "aws"


def start(version: str, **extra: str) -> None:
    """Starts the emulator unless it runs already, with the same `version` and environment (`extra` goes into it)."""
    env = service_environment(
        AUTH="true",
        BIND_HOST="127.0.0.1",
        GATEWAY_PORT=str(AWS_PORT),
        MINISTACK_REGION=REGION,
        # Lambda sets this itself where a function's LoggingConfig says JSON. The functions inherit it from here.
        AWS_LAMBDA_LOG_FORMAT="JSON",
        **extra,
    )
    command = [str(EMULATOR / "bin/python"), str(HERE / "emulator.py")]
    if processes.ensure(NAME, command, env, version):
        step(f"Starting the emulated AWS on {AWS_ENDPOINT}, with IAM enforced")
    processes.wait_until(NAME, _ready, 60)


def _ready() -> bool:
    try:
        with urllib.request.urlopen(f"{AWS_ENDPOINT}/_ministack/health", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def client(service: str):
    """A client of the emulated AWS, as its root."""
    return boto3.client(service, region_name=REGION, endpoint_url=AWS_ENDPOINT, aws_access_key_id="test",
                        aws_secret_access_key="test")
