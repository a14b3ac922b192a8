from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_find_orders")]
    operations = [
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["sku"], name="products_by_sku"),
        ),
    ]
