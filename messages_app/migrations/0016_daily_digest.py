from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("messages_app", "0015_list_what_one_wrote_wherever_it_lies")]
    operations = [
        migrations.AlterField(
            "delivery",
            "kind",
            models.CharField(
                max_length=12,
                choices=[
                    ("copy", "Copy"),
                    ("notice", "Notice"),
                    ("notice_list", "Notice List"),
                    ("reminder", "Reminder"),
                    ("digest", "Digest"),
                    ("system", "System"),
                    ("account", "Account"),
                ],
            ),
        )
    ]
