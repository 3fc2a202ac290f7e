"""`make costs`: what a function costs in CPU and memory, against its budget. Counts CPU, not the clock: /proc tells.

Each release program is started as AWS Lambda starts it, with the settings of the running local stack, and is handed
one sample event many times over. Linux only.
"""

import http.server
import json
import queue
import shlex
import subprocess
import sys
import threading
from pathlib import Path

import sizes
from say import Problem, run, step
from settings import FUNCTION_ENV, FUNCTIONS, LOCAL, ROOT, service_environment

START_BUDGET_MS = 15.0
MEMORY_BUDGET_MB = 20.0
EVENT_BUDGET_MS = 1.0
# A sweep is three requests to the store, once in five minutes.
EVENT_BUDGETS_MS = {"reconciler": 2.0}
WARM_UP, EVENTS = 20, 300

# The event that is handled over and over: a repeated one, as most are.
SAMPLES = {
    "billing-api": "create-without-token.json",
    "billz-api": "no-such-route.json",
    "bonus-api": "no-such-route.json",
    "billz-consumer": None,
    "bonus-consumer": None,
    "chat-api": "no-such-route.json",
    "event-relay": None,
    "notification-api": "no-such-route.json",
    "notification-sender": None,
    "order-updater": None,
    "portmone-callback": "token-missing.json",
    "reconciler": "schedule.json",
    "sms-api": "no-such-route.json",
    "sms-billing-cron": None,
    "sms-charge-worker": None,
    "sms-usage-recorder": None,
    "task-creator": None,
    "telegram-webhook": "token-missing.json",
    "tripay-callback": "test-null-ids.json",
}
EMPTY = json.dumps({"Records": []}).encode()


class Runtime(http.server.ThreadingHTTPServer):
    """The part of Lambda that a program talks to: hands out events, takes answers."""

    def __init__(self, event: bytes):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.event = event
        self.asked = queue.Queue()
        self.go = queue.Queue()
        self.errors = []


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.put(None)
        if not self.server.go.get():
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        self.send_header("Lambda-Runtime-Deadline-Ms", "4102444800000")
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:f")
        self.send_header("Content-Length", str(len(self.server.event)))
        self.end_headers()
        self.wfile.write(self.server.event)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.endswith("/error"):
            self.server.errors.append(body.decode(errors="replace"))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def main() -> None:
    if not sys.platform.startswith("linux"):
        raise Problem("`make costs` reads /proc: Linux only.")
    if not FUNCTION_ENV.exists():
        raise Problem("the stack is not there: `make up` first.")
    sizes.build_for_this_machine()
    step(f"Measuring {EVENTS} events of each function")
    print(f"\n  {'':<18}{'start, ms CPU':>15}{'memory, MB':>12}{'event, ms CPU':>15}")
    over = []
    for function in FUNCTIONS:
        start, memory, event = _measure(function)
        print(f"  {function:<18}{start:>15.1f}{memory:>12.1f}{event:>15.2f}")
        if start > START_BUDGET_MS or memory > MEMORY_BUDGET_MB or event > EVENT_BUDGETS_MS.get(function, EVENT_BUDGET_MS):
            over.append(function)
    print(f"  {'budget':<18}{START_BUDGET_MS:>15.1f}{MEMORY_BUDGET_MB:>12.1f}{EVENT_BUDGET_MS:>15.2f}")
    if over:
        raise Problem(f"over the budget: {', '.join(over)}")


def _measure(function: str) -> tuple[float, float, float]:
    sample = SAMPLES.get(function)
    runtime = Runtime((ROOT / "events" / function / sample).read_bytes() if sample else EMPTY)
    threading.Thread(target=runtime.serve_forever, daemon=True).start()
    program = subprocess.Popen([str(sizes.PROGRAMS / function / "bootstrap")], stdout=subprocess.DEVNULL,
                               env=_environment(function, runtime.server_address[1]), cwd=LOCAL)
    try:
        _next(runtime, function)
        start = _cpu_ms(program.pid)
        for _ in range(WARM_UP):
            runtime.go.put(True)
            _next(runtime, function)
        memory, before = _memory_mb(program.pid), _cpu_ms(program.pid)
        for _ in range(EVENTS):
            runtime.go.put(True)
            _next(runtime, function)
        return start, memory, (_cpu_ms(program.pid) - before) / EVENTS
    finally:
        program.kill()
        program.wait()
        runtime.go.put(False)
        runtime.shutdown()


def _next(runtime: Runtime, function: str) -> None:
    try:
        runtime.asked.get(timeout=30)
    except queue.Empty:
        raise Problem(f"{function} does not ask for events: {runtime.errors[-1:]}") from None
    if runtime.errors:
        raise Problem(f"{function} failed: {runtime.errors[-1]}")


def _environment(function: str, port: int) -> dict[str, str]:
    lines = (FUNCTION_ENV / function).read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines)
    settings = {name: " ".join(shlex.split(value)) for name, value in settings.items()}
    lambda_settings = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}", "AWS_LAMBDA_FUNCTION_NAME": function,
                       "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_FUNCTION_VERSION": "1",
                       "AWS_LAMBDA_LOG_STREAM_NAME": "-", "AWS_LAMBDA_LOG_GROUP_NAME": "-"}
    return service_environment(**settings, **lambda_settings)


def _cpu_ms(pid: int) -> float:
    """CPU of all threads, in milliseconds."""
    return sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir()) / 1e6


def _memory_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    resident = next(line for line in lines if line.startswith("VmRSS"))
    return int(resident.split()[1]) / 1000


if __name__ == "__main__":
    run(main)
