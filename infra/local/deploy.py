"""Deploys template.yaml, as it is, to the emulated AWS with the SAM CLI."""

import hashlib
import re
import subprocess
from pathlib import Path

import aws
from say import Problem, step
from settings import HERE, LOCAL, LOGS, PARAMETERS, ROOT, STACK, environment

TEMPLATE = LOCAL / "template.yaml"
MARKER = LOCAL / "deployed"


def deploy(archives: dict[str, Path]) -> dict[str, str]:
    """Deploys when anything changed since the last time; answers the outputs of the stack."""
    _write_template(archives)
    wanted = _digest(archives)
    outputs = _outputs()
    if outputs and MARKER.exists() and MARKER.read_text() == wanted:
        step("The deployed stack is up to date")
        return outputs
    step("Deploying template.yaml (about 20 seconds)")
    MARKER.unlink(missing_ok=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    overrides = [f'{key}="{value}"' for key, value in PARAMETERS.items()]
    command = ["sam", "deploy", "--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local",
               "--template-file", str(TEMPLATE), "--no-progressbar", "--parameter-overrides", *overrides]
    log = LOGS / "deploy.log"
    with log.open("wb") as output:
        code = subprocess.run(command, cwd=ROOT, env=environment(), stdout=output, stderr=output, check=False).returncode
    if code != 0:
        lines = log.read_text(errors="replace").splitlines()
        failed = [line for line in lines if "FAILED" in line] or lines[-20:]
        raise Problem(f"the deployment failed; all of it is in {log.relative_to(ROOT)}:\n  " + "\n  ".join(failed))
    MARKER.write_text(wanted)
    return _outputs()


def ground() -> str:
    """A digest of what only an empty emulator takes: its own start, and the nested templates, for it cannot update a
    nested stack whose outputs are attributes of queues ("Requested attribute Arn does not exist")."""
    return _digest_of([*sorted(HERE.glob("emula*.py")), *sorted(ROOT.glob("infra/*.yaml"))])


def is_broken() -> bool:
    """Whether the stack is in a state that no deployment leads out of."""
    return _status().endswith("_FAILED") or _status() == "ROLLBACK_COMPLETE"


def _write_template(archives: dict[str, Path]) -> None:
    """The template with the built archives in place of the source folders - what `sam build` writes, too."""
    text = (ROOT / "template.yaml").read_text()
    text = re.sub(r"CodeUri: functions/(\S+)", lambda found: f"CodeUri: {archives[found[1]]}", text)
    text = re.sub(r"TemplateURL: (infra/\S+)", lambda found: f"TemplateURL: {ROOT / found[1]}", text)
    TEMPLATE.write_text(text)


def _digest(archives: dict[str, Path]) -> str:
    parts = [TEMPLATE, ROOT / "samconfig.toml", *sorted(ROOT.glob("infra/*.yaml"))]
    parts += [archive.with_suffix(".sha256") for archive in archives.values()]
    return _digest_of(parts, repr(sorted(PARAMETERS.items())))


def _digest_of(parts: list[Path], settings: str = "") -> str:
    digest = hashlib.sha256(settings.encode())
    for part in parts:
        digest.update(part.read_bytes())
    return digest.hexdigest()


def _status() -> str:
    return _stack().get("StackStatus", "")


def _outputs() -> dict[str, str]:
    """The outputs of the stack; empty when it is not there, or not whole."""
    if _status() not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return {}
    return {output["OutputKey"]: output["OutputValue"] for output in _stack().get("Outputs", [])}


def _stack() -> dict:
    cloudformation = aws.client("cloudformation")
    try:
        return cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    except cloudformation.exceptions.ClientError:
        return {}
