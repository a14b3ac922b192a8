"""The house rules that a machine can see: import directions, purity, shapes, migrations, commands."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from statistics import quantiles

import pytest
from django.conf import settings
from django.core.management import call_command, get_commands

ROOT: Path = settings.BASE_DIR
PACKAGES = ("messaging_center", "messages_app", "orders", "accounts")
PURE = ("policy", "mail", "files", "sealing")
FUNCTION_LONGEST, FUNCTION_P95 = 60, 30
FILE_LONGEST, FILE_P95 = 400, 250
LATE_IMPORTS_MOST = 3
# What a pure room may not ask: the clock, chance, the disk, the network, other processes.
IMPURE_CALLS = {"open", "print", "input", "datetime.now", "datetime.utcnow", "date.today", "datetime.today"}
IMPURE_MODULES = {
    "pathlib",
    "random",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib.request",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def sources() -> dict[Path, ast.Module]:
    """The product's modules without migrations."""
    return {
        path: ast.parse(path.read_text("utf-8"))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    }


def functions() -> Iterator[tuple[str, Function]]:
    """Every function with the place where it stands."""
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def length_of(function: Function) -> int:
    """Lines from `def` to the last one."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def imported(node: ast.AST) -> list[str]:
    """The modules that an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def impure_names(node: ast.AST) -> set[str]:
    """What this piece of code asks of the world outside; chance for keys and nonces is allowed."""
    names = set(imported(node)) & IMPURE_MODULES
    if isinstance(node, ast.Call):
        names |= {ast.unparse(node.func)} & IMPURE_CALLS
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "os" and node.attr != "urandom":
        names.add(ast.unparse(node))
    return names


def test_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_ask_nobody(room: str) -> None:
    """Values in, values out; data files of the room itself come through importlib.resources."""
    found = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)} {name}"
        for path, tree in sources().items()
        if path.relative_to(ROOT).parts[:2] == ("messages_app", room)
        for node in ast.walk(tree)
        for name in impure_names(node)
    ]
    assert not found


def test_no_function_is_too_long() -> None:
    assert not [where for where, function in functions() if length_of(function) > FUNCTION_LONGEST]


def test_functions_are_short() -> None:
    lengths = [length_of(function) for _, function in functions()]
    assert quantiles(lengths, n=100)[94] <= FUNCTION_P95


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert not [path for path, length in lengths.items() if length > FILE_LONGEST]
    assert quantiles(lengths.values(), n=100)[94] <= FILE_P95


def test_late_imports_are_rare() -> None:
    late = [
        f"{where} imports {', '.join(imported(node))}"
        for where, function in functions()
        for node in ast.walk(function)
        if imported(node)
    ]
    assert len(late) <= LATE_IMPORTS_MOST, late


def test_every_function_is_typed() -> None:
    untyped = [
        where
        for where, function in functions()
        if function.returns is None
        or any(
            argument.annotation is None
            for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
            if argument.arg not in ("self", "cls")
        )
    ]
    assert not untyped


def test_public_functions_have_docstrings() -> None:
    silent = [
        where
        for path, tree in sources().items()
        if not path.name.startswith("sentences_")  # one function a finding, named for its code
        for node in tree.body
        if isinstance(node, Function) and not node.name.startswith("_") and not ast.get_docstring(node)
        for where in [f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"]
    ]
    assert not silent


@pytest.mark.django_db
def test_migrations_are_complete_and_named() -> None:
    out = StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=out)
    assert "No changes detected" in out.getvalue()
    automatic = [
        path.name for package in PACKAGES for path in (ROOT / package / "migrations").glob("*_auto_*.py")
    ]
    assert not automatic


def test_every_command_is_documented() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    ours = [name for name, package in get_commands().items() if package in PACKAGES]
    assert ours
    assert not [name for name in ours if f"`{name}" not in readme]


def test_every_make_target_is_in_the_readme_or_help() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = [line.removeprefix(".PHONY: ") for line in makefile.splitlines() if line.startswith(".PHONY: ")]
    assert len(targets) > 8
    assert not [target for target in targets if f"\n{target} " not in f"\n{shown}"]


def test_nothing_is_left_open_in_the_text() -> None:
    """No work is announced in comments, no check is silenced without its name."""
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X ", "# type: ignore\n", "# noqa\n")
    found = [
        f"{path.relative_to(ROOT)}: {word.strip()}"
        for path in sources()
        for word in words
        if word in path.read_text("utf-8")
    ]
    assert not found


def test_tests_neither_sleep_nor_skip() -> None:
    """A test that waits by the clock or steps aside proves nothing."""
    forbidden = {"pytest.skip", "pytest.xfail", "pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"}
    found = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
            if name in forbidden or name == "time.sleep":
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {name}")  # type: ignore[attr-defined]
    assert not found
