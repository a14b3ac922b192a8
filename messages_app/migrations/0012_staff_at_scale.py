from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messages_app", "0011_index_decided_cases")]
    operations = [
        migrations.AddField(
            model_name="delivery",
            name="queued_again_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["pair", "accepted_at"],
                condition=~models.Q(state="delivered"),
                name="messages_refused_of_pair",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["kind", "-opened_at", "-id"],
                condition=models.Q(closed_at__isnull=False),
                name="cases_decided_of_kind",
            ),
        ),
    ]
