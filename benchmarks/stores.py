"""Grown stores, kept between runs under `bench-results/stores`: growing takes longer than measuring.

A store is grown through the gate, each size from the one before. What was interrupted goes on from there. The
folder's name carries a digest of the plan: when that changes, everything is grown anew. A copy is migrated.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from benchmarks.product import ROOT, environment, new_keys, run_python

FOLDER = ROOT / "bench-results" / "stores"
_PLAN = ("talks.py", "phrases.py")  # of messaging_center.demo_world


def grown_store(size: int, into: Path) -> dict[str, str]:
    """The environment of a copy, in the folder `into`, of the store with `size` messages."""
    kept = _kept(size)
    shutil.copytree(kept, into)
    env = _environment(into)
    run_python(env, "manage.py", "migrate", "--verbosity", "0")
    return env


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
    found = hashlib.sha256()
    for name in _PLAN:
        found.update((ROOT / "messaging_center" / "demo_world" / name).read_bytes())
    return found.hexdigest()[:12]
