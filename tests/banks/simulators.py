"""The simulators as a process of their own, reached over HTTP alone."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from portal.jobs.parents import die_with_parent
from tests.stacks import TRUST

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30


@contextmanager
def running() -> Iterator[str]:
    """Run the simulators on a free port of this machine; give their address.

    The socket is bound here and handed over, so that nobody else can take the port meanwhile.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = [sys.executable, "-m", "gunicorn", "-w", "1", "--threads", "16"]
        options = [
            "--no-control-socket",
            "--log-level",
            "warning",
            "-b",
            f"fd://{listener.fileno()}",
        ]
        process = subprocess.Popen(
            [*server, *options, "portal.sandbox.app:create_app()"],
            cwd=ROOT,
            env={
                **os.environ,
                "SANDBOX_PORT": str(port),
                "SANDBOX_STATE": ":memory:",
                "SANDBOX_WEBHOOK_DELAY_SECONDS": "0",
            },
            pass_fds=[listener.fileno()],
            preexec_fn=lambda: die_with_parent(signal.SIGTERM),
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            answer = httpx.get(
                f"{url}/healthz", verify=TRUST, trust_env=False, timeout=START_SECONDS
            )
            if answer.is_success:
                return
        except httpx.TransportError:
            continue
    raise RuntimeError("the simulators do not start")
