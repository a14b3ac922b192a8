"""Run the tests as `make test` does: `python -m tests [all|browser|long|crash]`.

`all` runs everything on SQLite and the marked parts again on PostgreSQL with Redis. The last line says how
many passed and failed in both runs together; a skipped test counts as failed, for it proves nothing.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
# Whoever has nothing left to do takes over from the others; a module's tests stay together otherwise.
THREE = ["-n", "3", "--dist", "worksteal"]
# name: marker expression, TEST_ON, further arguments
RUNS = {
    "sqlite": ("not browser and not crash", "sqlite", THREE),
    "postgres": ("both_databases and not browser and not crash", "postgres", THREE),
    "browser": ("browser and not long", "sqlite", THREE),
    "long": ("long", "sqlite", THREE),
    "crash": ("crash", "sqlite", ["-s"]),
    "crash-postgres": ("crash", "postgres", ["-s"]),
}
PLANS = {
    "all": ["sqlite", "postgres"],
    "browser": ["browser"],
    "long": ["long"],
    "crash": ["crash", "crash-postgres"],
}


@dataclass(frozen=True)
class Outcome:
    """What one run of pytest came to."""

    passed: int
    failed: int
    seconds: float


def run(name: str) -> Outcome:
    """Run pytest once and count from its report; a run that dies without one counts as one failure."""
    expression, database, arguments = RUNS[name]
    print(f"\n== tests: {name} ==", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m",
            expression,
            *arguments,
            f"--junit-xml={report}",
            *files_with(expression.partition(" ")[0]),
        ]
        ended = subprocess.run(command, cwd=ROOT, env=environment(database), check=False)
        outcome = count(report) if report.is_file() else Outcome(0, 1, 0)
    if ended.returncode and not outcome.failed:
        return Outcome(outcome.passed, 1, outcome.seconds)
    return outcome


def files_with(mark: str) -> list[str]:
    """The modules that name this mark, so that no process reads all others; none: read all."""
    if mark == "not":
        return []
    modules = sorted((ROOT / "tests").rglob("test_*.py"))
    named = [module for module in modules if f"mark.{mark}" in module.read_text("utf-8")]
    return [str(module.relative_to(ROOT)) for module in named]


def environment(database: str) -> dict[str, str]:
    """Each module is compiled once and not by every process of the hundreds that the tests start."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "TEST_ON": database}


def count(report: Path) -> Outcome:
    """Add up a JUnit report of our own making."""
    passed, failed, seconds = 0, 0, 0.0
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        bad = sum(int(suite.get(kind, "0")) for kind in ("failures", "errors", "skipped"))
        failed += bad
        passed += int(suite.get("tests", "0")) - bad
        seconds += float(suite.get("time", "0"))
    return Outcome(passed, failed, seconds)


def main() -> int:
    """The plan's runs, then the closing line; 0 only when something passed and nothing failed."""
    plan = PLANS[sys.argv[1] if len(sys.argv) > 1 else "all"]
    outcomes = [run(name) for name in plan]
    for name, outcome in zip(plan, outcomes, strict=True):
        print(f"{name}: {outcome.passed} passed, {outcome.failed} failed in {outcome.seconds:.0f} s")
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
