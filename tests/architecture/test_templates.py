"""What the templates themselves show: each loads what it uses, and no more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.template.backends.django import DjangoTemplates

ROOT: Path = settings.BASE_DIR / "templates"
PAGES = sorted(
    path for path in ROOT.rglob("*") if path.is_file() and "compiled" not in path.relative_to(ROOT).parts
)
ASIDE = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}", re.DOTALL)
LOAD = re.compile(r"{% load ([\w ]+) %}")


def idle(source: str) -> list[str]:
    """The libraries that the template loads and takes neither a tag nor a filter from."""
    django = engines["django"]
    assert isinstance(django, DjangoTemplates)
    said = ASIDE.sub("", source)
    used = {f"{{% {name}" for name in re.findall(r"{%\s*(\w+)", said)}
    used |= {f"|{name}" for name in re.findall(r"\|\s*(\w+)", said)}
    offered = {
        name: {f"{{% {tag}" for tag in library.tags} | {f"|{one}" for one in library.filters}
        for name, library in ((one, django.engine.template_libraries[one]) for one in loaded(said))
    }
    return [name for name in offered if not offered[name] & used]


def loaded(source: str) -> list[str]:
    """The names of the libraries in the order they are loaded in."""
    return [name for names in LOAD.findall(source) for name in names.split()]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% load i18n look %}{% icon 'box' %}{# {% translate 'x' %} #}", ["i18n"]),
        ("{% load times %}{{ at|due_group }}", []),
        ("{% load times %}{% if at|due_group == 'x' %}{% endif %}", []),
        ("{% load times %}{{ due_group }} due", ["times"]),
        ("{% load look %}{% load static %}", ["look", "static"]),
    ],
)
def test_how_a_load_is_told_idle(source: str, expected: list[str]) -> None:
    assert idle(source) == expected


def test_every_library_that_is_loaded_is_used() -> None:
    assert any(loaded(path.read_text("utf-8")) for path in PAGES)
    found = {str(path.relative_to(ROOT)): idle(path.read_text("utf-8")) for path in PAGES}
    assert {path: names for path, names in found.items() if names} == {}
