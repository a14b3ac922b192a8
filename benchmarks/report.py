"""The table, the JSON and the picture of a run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

WIDTH, ROW, LEFT = 760, 44, 300


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured line. `better` says in which direction the aim lies: "more" or "less"."""

    id: str
    what: str
    value: float
    unit: str  # "x" for ratios, "ms" for times over the sink's own
    aim: float
    moonshot: float
    better: str
    detail: str = ""

    @property
    def reached(self) -> bool:
        return self.value >= self.aim if self.better == "more" else self.value <= self.aim


def table(figures: list[Figure]) -> str:
    """Plain text, one line a figure."""
    lines = [f"{'id':8} {'what':58} {'measured':>12} {'aim':>9} {'moonshot':>9}"]
    for one in figures:
        mark = "" if one.reached else "  aim missed"
        lines.append(
            f"{one.id:8} {one.what:58} {one.value:9.2f} {one.unit:2} {one.aim:6.2f} {one.unit:2} "
            f"{one.moonshot:6.2f} {one.unit:2}{mark}"
        )
        if one.detail:
            lines.append(f"{'':8} {one.detail}")
    return "\n".join(lines)


def write(figures: list[Figure], folder: Path) -> None:
    """`bench.json` and `bench.svg` in the folder."""
    folder.mkdir(exist_ok=True)
    rows = [{**asdict(one), "reached": one.reached} for one in figures]
    (folder / "bench.json").write_text(json.dumps(rows, indent=1), "utf-8")
    (folder / "bench.svg").write_text(_svg(figures), "utf-8")


def _svg(figures: list[Figure]) -> str:
    """A bar for each figure as a share of its aim; the line is the aim."""
    height = ROW * len(figures) + 40
    bars = "".join(_bar(one, 30 + ROW * number) for number, one in enumerate(figures))
    line = LEFT + 200
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="13"><title>Speed against its aims</title>{bars}'
        f'<line x1="{line}" y1="20" x2="{line}" y2="{height - 10}" stroke="#b3231b" stroke-dasharray="4 3"/>'
        f'<text x="{line}" y="14" text-anchor="middle">aim</text></svg>\n'
    )


def _bar(one: Figure, y: int) -> str:
    share = one.value / one.aim if one.better == "more" else one.aim / max(one.value, 1e-9)
    width = min(share, 2.2) * 200
    return (
        f'<text x="0" y="{y + 14}">{one.id} {one.what[:40]}</text>'
        f'<rect x="{LEFT}" y="{y}" width="{width:.0f}" height="18" fill="#4a90ad"/>'
        f'<text x="{LEFT + width + 6:.0f}" y="{y + 14}">{one.value:.2f} {one.unit}</text>'
    )
