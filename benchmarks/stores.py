"""Grown stores, kept between runs under `bench-results/stores`: growing takes longer than measuring.

A store is grown through the gate, each size from the one before. What was interrupted goes on from there. The
folder's name carries a digest of the migrations and of the plan: when they change, everything is grown anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from benchmarks.product import ROOT, environment, new_keys, run_python

FOLDER = ROOT / "bench-results" / "stores"
_PLANS = (
    "*/migrations/[0-9]*.py",
    "messaging_center/demo_world/talks.py",
    "messaging_center/demo_world/phrases.py",
)


def grown_store(size: int, into: Path) -> dict[str, str]:
    """The environment of a copy, in the folder `into`, of the store with `size` messages."""
    kept = _kept(size)
    shutil.copytree(kept, into)
    return _environment(into)


def _kept(size: int) -> Path:
    base = FOLDER / _digest()
    done = base / str(size)
    if not done.exists():
        growing = base / f"{size}.growing"
        if not growing.exists():
            _begin(base, size, growing)
        env = _environment(growing)
        run_python(env, "manage.py", "migrate", "--verbosity", "0")
        run_python(env, "-m", "benchmarks.grow", str(size))
        growing.rename(done)
    return done


def _begin(base: Path, size: int, growing: Path) -> None:
    """From the largest smaller store, or from nothing."""
    smaller = [int(one.name) for one in base.glob("[0-9]*") if one.name.isdigit() and int(one.name) < size]
    if smaller:
        copy = base / f"{size}.copying"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(base / str(max(smaller)), copy)
        copy.rename(growing)
        return
    growing.mkdir(parents=True)
    (growing / "keys.json").write_text(json.dumps(new_keys()), "ascii")


def _environment(folder: Path) -> dict[str, str]:
    """With the keys that the store was made with; nothing is sent, for no worker runs."""
    keys = json.loads((folder / "keys.json").read_text("ascii"))
    return environment(folder, sink_port=9, keys=keys)


def _digest() -> str:
    files = sorted(path for pattern in _PLANS for path in ROOT.glob(pattern))
    found = hashlib.sha256()
    for path in files:
        found.update(path.name.encode())
        if "migrations" not in path.parts:
            found.update(path.read_bytes())
    return found.hexdigest()[:12]
