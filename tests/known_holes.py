"""Known holes in the pinned packages: `python -m tests.known_holes` asks pip-audit (SEC-8).

Ends with 1 where one is known. Whatever nobody answers for, as without a network, it says, and ends with 0.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 120  # for all of them
_COMMAND = ["-m", "pip_audit", "--requirement", "constraints.txt", "--no-deps", "--disable-pip"]


def audited() -> list[dict[str, Any]] | None:
    """What pip-audit says of each package; None where it could not be asked at all."""
    command = [sys.executable, *_COMMAND, "--format", "json", "--progress-spinner", "off"]
    try:
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=SECONDS, check=False)
        packages: list[dict[str, Any]] = json.loads(ended.stdout)["dependencies"]
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError):
        return None
    return packages


def verdict(packages: Sequence[dict[str, Any]] | None) -> tuple[int, list[str]]:
    """The exit code and the lines to print."""
    if packages is None:
        return 0, [
            "Known holes: this could not run, for no answer came. Run `make holes` where there is a network."
        ]
    holes = [
        f"{one['name']} {one['version']}: {hole['id']}, mended in {' or '.join(hole['fix_versions']) or '-'}"
        for one in packages
        for hole in one.get("vulns", ())
    ]
    silent = [one["name"] for one in packages if "skip_reason" in one]
    lines = [*holes]
    if silent:
        lines.append(f"Known holes: this could not run for {len(silent)} of {len(packages)} packages.")
    if len(silent) < len(packages):
        lines.append(f"{len(holes)} known holes in {len(packages) - len(silent)} packages.")
    return (1 if holes else 0), lines


def main() -> int:
    code, lines = verdict(audited())
    print(*lines, sep="\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
