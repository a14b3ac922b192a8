"""`manage.py check_policy` by its contract."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def judged(folder: Path, *rows: dict[str, str]) -> list[dict[str, object]]:
    file, out = folder / "texts.jsonl", io.StringIO()
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    call_command("check_policy", str(file), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.rule("POL-1", "POL-2", "POL-3")
@pytest.mark.parametrize(
    ("row", "rules", "verdict"),
    [
        ({"direction": "seller->buyer", "text": "The lid is on its way."}, [], "deliver"),
        ({"direction": "seller->buyer", "text": "Write to anna@shop.example"}, ["contact_email"], "block"),
        ({"direction": "buyer->seller", "text": "Write to anna@post.example"}, ["contact_email"], "deliver"),
        (
            {"direction": "seller->buyer", "text": "Answer to k7m3xq9w2hzv4ta@marketplace.example"},
            [],
            "deliver",
        ),
        (
            {"direction": "seller->buyer", "html": '<p>Look <a href="https://shop.example/x">here</a></p>'},
            ["external_link"],
            "block",
        ),
        (
            {"direction": "seller->buyer", "text": "A word.", "unknown": "ignored", "lang": "en"},
            [],
            "deliver",
        ),
    ],
)
def test_a_line_gets_rules_and_verdict(
    row: dict[str, str], rules: list[str], verdict: str, tmp_path: Path
) -> None:
    (found,) = judged(tmp_path, {"id": "one", **row})

    assert (found["id"], found["rules"], found["verdict"]) == ("one", rules, verdict)
    assert len(found["spans"]) >= len(rules)  # type: ignore[arg-type]


@pytest.mark.parametrize("line", ["no json", "[]", '{"id": 1}'])
def test_a_bad_line_is_named(line: str, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text(f'{{"text": "fine"}}\n{line}\n', "utf-8")

    with pytest.raises(CommandError, match="Line 2"):
        call_command("check_policy", str(tmp_path / "bad.jsonl"), stdout=io.StringIO())
