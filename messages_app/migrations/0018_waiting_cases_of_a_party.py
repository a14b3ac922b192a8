from django.db import migrations, models

WAITING = models.Q(closed_at=None)


class Migration(migrations.Migration):
    dependencies = [("messages_app", "0017_list_decided_cases_by_decision")]

    operations = [
        migrations.AddIndex(
            "case",
            models.Index(fields=["seller", "kind"], condition=WAITING, name="cases_waiting_of_seller"),
        ),
        migrations.AddIndex(
            "case",
            models.Index(fields=["buyer", "kind"], condition=WAITING, name="cases_waiting_of_buyer"),
        ),
    ]
