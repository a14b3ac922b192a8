"""Import files to start from: a row with every required column, written as CSV or JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from orders.importing.reading import OPTIONAL, REQUIRED
from orders.services.imports import ImportReport, import_orders

NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
COLUMNS = (*REQUIRED, *OPTIONAL)


def row(**cells: Any) -> dict[str, Any]:
    """A delivered order of long ago."""
    return {
        "order_number": "304-7712093-4418265",
        "marketplace": "UK",
        "seller": "S1",
        "seller_name": "Alder and Pine",
        "seller_email": "Owner@Alder.example",
        "buyer": "B1",
        "buyer_email": "hannah@people.example",
        "buyer_name": "Hannah Winter",
        "language": "de",
        "status": "delivered",
        "placed_at": "2026-02-01T10:00:00Z",
        "delivered_at": "2026-02-04T10:00:00Z",
        "sku": "POT-24",
        "title": "Enamel casserole, 24 cm",
        "quantity": "1",
    } | cells


def number(n: int) -> str:
    return f"304-{n:07d}-0000000"


def as_csv(rows: Sequence[dict[str, Any]], delimiter: str = ",") -> str:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, COLUMNS, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def as_json_lines(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(one) + "\n" for one in rows)


def load(text: str, **options: Any) -> ImportReport:
    return import_orders(io.StringIO(text, newline=""), **{"now": NOW, **options})


def load_rows(*rows: dict[str, Any], **options: Any) -> ImportReport:
    return load(as_csv(rows), **options)
