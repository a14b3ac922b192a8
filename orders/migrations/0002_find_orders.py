from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["seller", "status", "placed_at"], name="orders_by_status"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["seller", "number"], name="orders_by_number"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["seller", "buyer", "placed_at"], name="orders_by_buyer"),
        ),
    ]
