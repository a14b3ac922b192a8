import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messages_app", "0012_staff_at_scale")]
    operations = [
        # The new index takes the place of the column's own.
        migrations.AlterField(
            model_name="searchentry",
            name="thread",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="messages_app.thread",
            ),
        ),
        migrations.AddIndex(
            model_name="searchentry",
            index=models.Index(fields=["thread", "side", "place"], name="search_entries_of_thread"),
        ),
    ]
