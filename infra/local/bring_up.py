"""The steps of `make up`, in order."""

import hashlib
from pathlib import Path

import aws
import bot
import build
import credentials
import deploy
import machine
import processes
import routes
import sms
import stack_file
import tables
from say import step
from settings import AWS_ENDPOINT, AWS_PORT, PORTMONE, SANDBOX_PORT, SANDBOX_URL, service_environment


def everything(**emulator: str) -> dict:
    """Builds, deploys, fills, starts; answers what is written to .local/stack.json."""
    check_ports()
    programs = build.workspace()
    archives = build.pack(programs)
    aws.start(deploy.ground(), **emulator)
    if deploy.is_broken():
        processes.stop(aws.NAME)
        aws.start(deploy.ground(), **emulator)
    outputs = deploy.deploy(archives)
    routes.connect(outputs["ApiId"])
    tables.complete()
    credentials.fill_secrets()
    _start_sandbox(programs / "sandbox", stack_file.api_url(outputs))
    stack = stack_file.write(outputs)
    stack_file.write_lambda_env(stack)
    bot.set_up(programs)
    sms.set_up(stack)
    return stack


def check_ports() -> None:
    """Says before the long work that a port is taken by somebody else."""
    for name, port, variable in ((aws.NAME, AWS_PORT, "PAYDESK_AWS_PORT"), ("sandbox", SANDBOX_PORT, "PAYDESK_SANDBOX_PORT")):
        if not processes.running(name):
            machine.check_port(port, variable)


def _start_sandbox(program: Path, api_url: str) -> None:
    command = [str(program), "--listen", f"127.0.0.1:{SANDBOX_PORT}",
               "--tripay-callback-url", f"{api_url}/webhooks/tripay",
               "--portmone-callback-url", f"{api_url}/webhooks/portmone", "--portmone-webhook-token", PORTMONE["webhookToken"],
               # The tables outlive the sandbox: a bill's number that comes again would be another bonus's.
               "--portmone-bill-numbers", "clock",
               "--aws-endpoint", AWS_ENDPOINT]
    version = hashlib.sha256(program.read_bytes()).hexdigest()
    if processes.ensure("sandbox", command, service_environment(RUST_LOG="info"), version):
        step(f"Starting the sandbox on {SANDBOX_URL}")
    processes.wait_until("sandbox", lambda: machine.listens(SANDBOX_PORT), 15)
