from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("messages_app", "0006_places_of_threads")]
    operations = []
