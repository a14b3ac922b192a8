import datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_renamed_buyers")]
    operations = [
        migrations.AddField("seller", "mail_digest", models.BooleanField(default=False)),
        migrations.AddField(
            "seller",
            "digest_day",
            models.DateField(default=datetime.date(1970, 1, 1), editable=False),
        ),
        migrations.AddIndex(
            "seller",
            models.Index(
                fields=["marketplace", "digest_day"],
                condition=models.Q(mail_digest=True),
                name="sellers_to_digest",
            ),
        ),
    ]
