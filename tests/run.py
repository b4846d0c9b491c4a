"""What `make test` and `make test-slow` run: pytest once per leg, and one clear answer.

`make test`: SQLite beside PostgreSQL with Redis. `make test-slow`: every test, at its true size,
on PostgreSQL 18. Further arguments go to pytest.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "--durations=10"]


def start(leg: str, output, *, slow: bool, arguments: list[str]) -> subprocess.Popen:
    # The browser sees the same pages over either database: `make test` opens it in one leg.
    left_out = "not slow" if leg == "sqlite" else "not slow and not browser"
    # One leg alone goes through its files in two processes, or the second core would look on.
    alone = ["--numprocesses=2", "--dist=loadfile"]
    selection = alone if slow else ["--side-by-side", "-m", left_out]
    environment = os.environ | {"TEST_LEG": leg, "TEST_SIZES": "true" if slow else "small"}
    return subprocess.Popen(
        [*PYTEST, *selection, *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


def wait(processes: dict[str, subprocess.Popen]) -> None:
    """On Ctrl-C the legs have it too: they stop their servers, and are waited for."""

    def pass_on(number, frame):
        for process in processes.values():
            process.send_signal(number)

    signal.signal(signal.SIGTERM, pass_on)
    for process in processes.values():
        while process.poll() is None:
            try:
                process.wait()
            except KeyboardInterrupt:
                print("Stopping …", flush=True)


def run(legs: list[str], *, slow: bool, arguments: list[str]) -> dict[str, int]:
    if len(legs) == 1:
        processes = {legs[0]: start(legs[0], None, slow=slow, arguments=arguments)}
        wait(processes)
        return {legs[0]: processes[legs[0]].returncode}
    with tempfile.TemporaryDirectory(prefix="copydesk-tests-") as folder:
        outputs = {leg: Path(folder) / leg for leg in legs}
        print(f"{' and '.join(legs)}, side by side …", flush=True)
        processes = {
            leg: start(leg, path.open("wb"), slow=slow, arguments=arguments)
            for leg, path in outputs.items()
        }
        wait(processes)
        for leg, path in outputs.items():
            print(f"\n===== {leg} =====\n{path.read_text(errors='replace')}", flush=True)
    return {leg: process.returncode for leg, process in processes.items()}


def main() -> int:
    arguments = sys.argv[1:]
    slow = "--slow" in arguments
    legs = ["postgresql"] if slow else ["sqlite", "postgresql"]
    codes = run(legs, slow=slow, arguments=[item for item in arguments if item != "--slow"])
    for leg, code in codes.items():
        print(f"{leg}: {'passed' if code == 0 else f'FAILED (exit code {code})'}")
    return max(map(abs, codes.values()))


if __name__ == "__main__":
    sys.exit(main())
