from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messages_app", "0010_search")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["-opened_at", "-id"],
                condition=models.Q(closed_at__isnull=False),
                name="cases_decided",
            ),
        ),
    ]
