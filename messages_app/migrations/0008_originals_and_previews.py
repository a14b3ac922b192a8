from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messages_app", "0007_drafts_and_uploads")]
    operations = [
        migrations.AddField(
            model_name="attachment",
            name="original_size",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="attachment",
            name="has_preview",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="attachment",
            name="stored",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="attachment",
            name="purge_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                condition=models.Q(("purge_at__isnull", False)),
                fields=["purge_at"],
                name="attachments_to_purge",
            ),
        ),
    ]
