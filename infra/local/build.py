"""Builds the workspace once, natively, and packs each function as its deployment archive.

`sam build` would call cargo once per function, each time with the features of that function alone, for another target
directory: measured, several times slower than one build of the workspace, which shares everything with `cargo test`.
Release archives for a real account are made by `make package`.
"""

import hashlib
import json
import subprocess
import zipfile
from pathlib import Path

from say import Problem, step
from settings import FUNCTIONS, PACKAGES, ROOT, environment


def workspace() -> Path:
    """Compiles every program of the workspace; answers the folder they are in."""
    step("Building the workspace (several minutes the first time, seconds after an edit)")
    command = ["cargo", "build", "--workspace", "--bins"]
    if subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode != 0:
        raise Problem("the build failed; the compiler's own words are above.")
    return target() / "debug"


def target() -> Path:
    """Where cargo builds."""
    metadata = subprocess.run(["cargo", "metadata", "--no-deps", "--format-version=1"], cwd=ROOT, env=environment(),
                              capture_output=True, text=True, check=True).stdout
    return Path(json.loads(metadata)["target_directory"])


def registries() -> list[str]:
    """The folders that cargo keeps the sources of our dependencies in; gets them first where they are missing."""
    metadata = subprocess.run(["cargo", "metadata", "--format-version=1"], cwd=ROOT, env=environment(),
                              capture_output=True, text=True, check=False)
    if metadata.returncode != 0:
        raise Problem(f"cargo could not get the dependencies:\n{metadata.stderr.strip()}")
    manifests = [Path(package["manifest_path"]) for package in json.loads(metadata.stdout)["packages"] if package["source"]]
    return sorted({str(manifest.parents[1]) for manifest in manifests})


def release_environment(base: dict[str, str]) -> dict[str, str]:
    """The environment in which functions are built for deployment: `base`, and the paths of this machine are left out.

    Where a dependency can panic, its program holds the path of its source: hundreds of them, so that a program would be
    larger or smaller with the name of the folder that cargo keeps its registry in. The workspace's own are relative as
    they are. Not as RUSTFLAGS: those replace the `target-cpu` that cargo-lambda sets, and CARGO_BUILD_RUSTFLAGS joins it.
    """
    folders = registries()
    for folder in folders:
        if " " in folder:
            raise Problem(f"cargo keeps sources in {folder}: a path with blanks cannot be left out of the programs.\n"
                          "Set CARGO_HOME to one without.")
    others = ("RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS")
    flags = " ".join(f"--remap-path-prefix={folder}=." for folder in folders)
    return {name: value for name, value in base.items() if name not in others} | {"CARGO_BUILD_RUSTFLAGS": flags}


def pack(programs: Path) -> dict[str, Path]:
    """One archive per function; an archive whose program did not change is left as it is."""
    PACKAGES.mkdir(parents=True, exist_ok=True)
    archives = {}
    for function in FUNCTIONS:
        program = programs / function
        marker = PACKAGES / f"{function}.sha256"
        archive = PACKAGES / f"{function}.zip"
        digest = hashlib.sha256(program.read_bytes()).hexdigest()
        if not (archive.exists() and marker.exists() and marker.read_text() == digest):
            step(f"Packing {function}")
            _zip(program, archive)
            marker.write_text(digest)
        archives[function] = archive
    return archives


def _zip(program: Path, archive: Path) -> None:
    entry = zipfile.ZipInfo("bootstrap", date_time=(1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o755 << 16
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as package:
        package.writestr(entry, program.read_bytes())
