"""Show what the samples come to now: `python -m tests.mail_samples [--renew] [case ...]`.

Without --renew only the differences are printed; with it they are written to the .out.eml files too.
Read them: what stands there is what the product promises.
"""

from __future__ import annotations

import sys

import pytest

from tests.mail_samples.results import FOLDER, RENEWAL, difference, expected


class Renewal:
    """Given to pytest in the place of the comparison: takes results, prints and writes differences."""

    def __init__(self, *, write: bool) -> None:
        self._write = write
        self.changed = 0

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[RENEWAL] = self.take

    def take(self, name: str, result: bytes) -> None:
        before = expected(name)
        if result == before:
            return
        self.changed += 1
        print(f"\n{difference(before, result, name)}")
        if self._write:
            (FOLDER / f"{name}.out.eml").write_bytes(result)


def main() -> int:
    words = sys.argv[1:]
    write = "--renew" in words
    names = [word for word in words if not word.startswith("-")]
    renewal = Renewal(write=write)
    tests = str(FOLDER.parent / "flows" / "test_golden.py") + "::test_a_sample_comes_out_as_written_down"
    chosen = ["-k", " or ".join(f"[{name}]" for name in names)] if names else []
    options = ["-q", "-s", "-p", "no:randomly", "-p", "no:cacheprovider"]
    ended = pytest.main([tests, *options, *chosen], plugins=[renewal])
    print(f"\n{renewal.changed} changed" + (", written: read them before they are committed" * write))
    return int(ended) or int(bool(renewal.changed) and not write)


if __name__ == "__main__":
    sys.exit(main())
