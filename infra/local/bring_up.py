"""The steps of `make up`, in order."""

import hashlib
from pathlib import Path

import aws
import build
import credentials
import deploy
import machine
import processes
import routes
import stack_file
from say import step
from settings import SANDBOX_PORT, SANDBOX_URL, service_environment


def everything(**emulator: str) -> dict:
    """Builds, deploys, fills, starts; answers what is written to .local/stack.json."""
    programs = build.workspace()
    archives = build.pack(programs)
    aws.start(**emulator)
    outputs = deploy.deploy(archives)
    routes.connect(outputs["ApiId"])
    credentials.fill_secrets()
    _start_sandbox(programs / "sandbox", stack_file.api_url(outputs))
    stack = stack_file.write(outputs)
    stack_file.write_lambda_env(stack)
    return stack


def _start_sandbox(program: Path, api_url: str) -> None:
    if not processes.running("sandbox"):
        machine.check_port(SANDBOX_PORT, "PAYDESK_SANDBOX_PORT")
    command = [str(program), "--listen", f"127.0.0.1:{SANDBOX_PORT}",
               "--tripay-callback-url", f"{api_url}/webhooks/tripay"]
    version = hashlib.sha256(program.read_bytes()).hexdigest()
    if processes.ensure("sandbox", command, service_environment(RUST_LOG="info"), version):
        step(f"Starting the sandbox on {SANDBOX_URL}")
    processes.wait_until("sandbox", lambda: machine.listens(SANDBOX_PORT), 15)
