from django.db import migrations, models

DECIDED = models.Q(closed_at__isnull=False)


class Migration(migrations.Migration):
    dependencies = [("messages_app", "0016_daily_digest")]

    operations = [
        migrations.RemoveIndex("case", "cases_decided"),
        migrations.RemoveIndex("case", "cases_decided_of_kind"),
        migrations.AddIndex(
            "case",
            models.Index(fields=["-closed_at", "-id"], condition=DECIDED, name="cases_decided"),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["kind", "-closed_at", "-id"], condition=DECIDED, name="cases_decided_of_kind"
            ),
        ),
    ]
