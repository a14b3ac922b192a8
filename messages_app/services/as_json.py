"""Facts and findings in JSON's own types, for records and mails."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from messages_app.policy.verdict import Decision


def findings_json(decision: Decision) -> list[dict[str, object]]:
    """The findings as JSON values: code, severity, data."""
    return [
        {"code": finding.code, "severity": int(finding.severity), "data": plain(dict(finding.data))}
        for finding in decision.findings
    ]


def plain(value: object) -> Any:
    """`value` in JSON's own types: moments as ISO 8601, the rest as it is."""
    return json.loads(json.dumps(value, cls=_Encoder))


class _Encoder(DjangoJSONEncoder):
    def default(self, value: object) -> Any:
        return sorted(value) if isinstance(value, frozenset) else super().default(value)
