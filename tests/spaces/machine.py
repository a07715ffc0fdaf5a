"""A machine like that of a Space: a fresh environment, a folder that cannot be written to, a home that can."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

VISITOR = 1000  # the user that a Space runs as
SECONDS = 300  # for a start on a busy machine


@dataclass(frozen=True)
class Machine:
    """An environment with the requirements of some Space and nothing else, and a home for its caches."""

    python: Path
    home: Path

    @contextmanager
    def running(self, folder: Path, command: list[str], port: int, health: str = "/") -> Iterator[str]:
        """The address of a Space that is started in its folder; it must leave the folder as it found it."""
        before = contents(folder)
        own = {"HOME": str(self.home), "PATH": f"{self.python.parent}:/usr/bin:/bin", "PYTHONUNBUFFERED": "1"}
        # Without SPACE_ID: with it, the page asks huggingface.co for the Space's heading, and no one answers here.
        space = {"SYSTEM": "spaces", "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
        serve = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port), "NO_PROXY": "127.0.0.1"}
        user = VISITOR if os.getuid() == 0 else None
        with (self.home / "out").open("wb") as out:
            process = subprocess.Popen(
                command, cwd=folder, env=own | space | serve, stdout=out, stderr=out, user=user, group=user
            )
            try:
                wait_for(f"http://127.0.0.1:{port}{health}", process, self.home / "out")
                yield f"http://127.0.0.1:{port}/"
            except BaseException:
                print((self.home / "out").read_text())  # for the report of the failure
                raise
            finally:
                process.terminate()
                process.wait(timeout=30)
        assert contents(folder) == before


def make_machine(requirements: Path, folder: Path) -> Machine:
    """Install requirements into a fresh virtual environment outside the repository, by uv if it is there."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    base = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable
    python = folder / "environment" / "bin" / "python"
    install = ["--requirement", str(requirements), "--quiet"]
    if uv:
        run(uv, "venv", "--quiet", "--python", base, str(python.parent.parent))
        run(uv, "pip", "install", "--python", str(python), *install)
    else:
        run(base, "-m", "venv", str(python.parent.parent))
        run(str(python), "-m", "pip", "install", *install)
    home = folder / "home"
    home.mkdir()
    if os.getuid() == 0:
        os.chown(home, VISITOR, VISITOR)
    return Machine(python, home)


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


def lock_up(folder: Path) -> None:
    """Let everyone read a folder, and no one write to it."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def unlock(folder: Path) -> None:
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        path.chmod(0o755)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def open_port(preferred: int) -> int:
    """The port that Spaces use, or another one if it is taken on this machine."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise OSError("expected a free port, got none")


def wait_for(address: str, process: subprocess.Popen[bytes], out: Path) -> None:
    """Ask until the page is there; what the Space printed is told if it ends before."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, out.read_text()
        try:
            httpx.get(address, timeout=30).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise TimeoutError(f"expected an answer from {address} in {SECONDS} s, got none: {out.read_text()}")
