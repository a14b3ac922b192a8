"""Runs one part of the demo so that it ends with its parent, however that dies:
`python -m messaging_center.demo_part <parent's process id> <command …>`."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2)


def main(parent: int, command: list[str]) -> None:
    """Becomes `command`; where the kernel knows no such signal, it is an ordinary child."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the kernel was asked
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - a list of words that the parent wrote


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
