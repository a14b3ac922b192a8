from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.name_keys import name_key

AT_ONCE = 1000  # rows


def write_keys(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A key for each seller, a thousand at a time; what is stopped half way is undone and begins anew."""
    sellers = apps.get_model("accounts", "Seller").objects
    last = 0
    while found := list(sellers.filter(pk__gt=last).order_by("pk").only("trade_name")[:AT_ONCE]):
        for seller in found:
            seller.name_key = name_key(seller.trade_name)
        sellers.bulk_update(found, ["name_key"])
        last = found[-1].pk


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_keys_of_buyers_names")]
    operations = [
        migrations.AddField(
            model_name="seller",
            name="name_key",
            field=models.BinaryField(default=b""),
        ),
        migrations.RunPython(write_keys, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="seller",
            index=models.Index(fields=["name_key"], name="sellers_by_name"),
        ),
        migrations.AddIndex(
            model_name="user",
            index=models.Index(fields=["id"], condition=models.Q(is_staff=True), name="users_of_the_staff"),
        ),
    ]
