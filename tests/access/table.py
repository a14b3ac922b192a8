"""Who gets what at every address: `table.txt` as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("table.txt")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a request, and what each visitor gets."""

    method: str  # GET, HX (a GET by htmx), POST or JS (a POST by a script)
    name: str  # of the address
    resource: str  # whose ids stand in it, see `people.resources`; "-" for none
    data: str  # form fields as in a query string; "-" for none
    answers: tuple[tuple[str, str], ...]  # visitor, answer

    @property
    def id(self) -> str:
        return f"{self.method}-{self.name}-{self.resource}-{self.data}"


def rows() -> list[Row]:
    """Every line that is neither empty nor a comment; the first one names the visitors."""
    lines = [
        line.split() for line in FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")
    ]
    head, *body = lines
    visitors = head[4:]
    return [
        Row(method, name, resource, data, tuple(zip(visitors, answers, strict=True)))
        for method, name, resource, data, *answers in body
    ]
