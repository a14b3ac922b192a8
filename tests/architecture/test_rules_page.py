"""docs/rules.md names every rule that a test proves, and its links lead somewhere; so do those of the other
pages."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_every_proven_rule_is_on_the_page() -> None:
    marks = [
        found
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for found in re.findall(r"mark\.rule\(([^)]*)\)", path.read_text("utf-8"))
    ]
    marked = {rule for found in marks for rule in re.findall(r'"([A-Z]+-\d+)"', found)}
    told = set(
        re.findall(r"^\| ([A-Z]+-\d+) \|", (ROOT / "docs" / "rules.md").read_text("utf-8"), re.MULTILINE)
    )
    assert len(marked) > 100
    assert marked - told == set()


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text("utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]
