from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_invitations_and_new_addresses")]
    operations = []
