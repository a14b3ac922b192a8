"""What records say in words."""

from __future__ import annotations

import pytest

from accounts.models.audit import ACTIONS, KINDS
from messages_app.wording.records import value_name


@pytest.mark.rule("SEC-7", "ACC-10")
@pytest.mark.parametrize(
    ("field", "code"), [("kind", kind) for kind in KINDS] + [("action", one) for one in ACTIONS]
)
def test_no_code_of_an_audit_record_is_shown_as_it_is(field: str, code: str) -> None:
    assert value_name("AuditRecord", field, code) != code
