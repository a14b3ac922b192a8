"""The installation's own keys: for signed ids, reference codes, bounce addresses, blind tokens."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from messages_app.vault.keys import new_sealing_key

PURPOSES = ("message_ids", "reference_codes", "bounces", "tokens")


def make_keys(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    model = apps.get_model("messages_app", "SealingKey")
    present = set(model.objects.filter(purpose__in=PURPOSES).values_list("purpose", flat=True))
    for purpose in PURPOSES:
        if purpose not in present:
            key = new_sealing_key(purpose)
            model.objects.create(id=key.id, purpose=purpose, wrapped=key.wrapped, created_at=key.created_at)


class Migration(migrations.Migration):
    dependencies = [("messages_app", "0001_initial")]
    operations = [migrations.RunPython(make_keys, migrations.RunPython.noop)]
