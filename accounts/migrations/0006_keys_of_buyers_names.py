from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.name_keys import name_key

AT_ONCE = 1000  # rows


def write_keys(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A key for each buyer, a thousand at a time; what is stopped half way is undone and begins anew."""
    buyers = apps.get_model("accounts", "Buyer").objects
    last = 0
    while found := list(buyers.filter(pk__gt=last).order_by("pk").only("display_name")[:AT_ONCE]):
        for buyer in found:
            buyer.name_key = name_key(buyer.display_name)
        buyers.bulk_update(found, ["name_key"])
        last = found[-1].pk


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_audit_records")]
    operations = [
        migrations.AddField(
            model_name="buyer",
            name="name_key",
            field=models.BinaryField(default=b""),
        ),
        migrations.RunPython(write_keys, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="buyer",
            index=models.Index(fields=["name_key"], name="buyers_by_name"),
        ),
    ]
