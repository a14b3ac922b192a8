import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messages_app", "0013_search_entries_of_a_thread")]
    operations = [
        # The new indexes take the places of the columns' own.
        migrations.AlterField(
            model_name="thread",
            name="seller",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="threads",
                to="accounts.seller",
            ),
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(fields=["seller", "id"], name="threads_of_seller"),
        ),
        migrations.AlterField(
            model_name="responsecontact",
            name="seller",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contacts",
                to="accounts.seller",
            ),
        ),
        migrations.AddIndex(
            model_name="responsecontact",
            index=models.Index(fields=["seller", "id"], name="contacts_of_seller_by_id"),
        ),
    ]
