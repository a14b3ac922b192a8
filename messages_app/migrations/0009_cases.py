import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

AT_ONCE = 500


def open_cases(apps, schema_editor):
    """A case for everything that was set aside before there were cases."""
    case = apps.get_model("messages_app", "Case")
    rows = []

    def add(**values):
        rows.append(case(**values))
        if len(rows) >= AT_ONCE:
            case.objects.bulk_create(rows)
            rows.clear()

    held = apps.get_model("messages_app", "Message").objects.filter(state="held")
    for message in held.select_related("thread").only(
        "author", "accepted_at", "pair", "thread__pair", "thread__seller", "thread__buyer"
    ).iterator(chunk_size=AT_ONCE):
        add(
            kind="held_message",
            message=message,
            thread=message.thread,
            pair_id=message.thread.pair_id,
            seller_id=message.thread.seller_id,
            buyer_id=message.thread.buyer_id,
            about=message.author,
            opened_at=message.accepted_at,
        )
    mails = apps.get_model("messages_app", "InboundMail").objects.filter(state__in=("held", "quarantined"))
    for mail in mails.select_related("alias__pair").iterator(chunk_size=AT_ONCE):
        pair = mail.alias.pair if mail.alias else None
        add(
            kind="quarantined_mail" if mail.state == "quarantined" else "unproven_mail",
            inbound=mail,
            pair=pair,
            seller_id=pair.seller_id if pair else None,
            buyer_id=pair.buyer_id if pair else None,
            about=("seller" if mail.alias.side == "buyer" else "buyer") if mail.alias else "",
            opened_at=mail.settled_at or mail.received_at,
        )
    stopped = apps.get_model("messages_app", "Delivery").objects.filter(state="held")
    for delivery in stopped.select_related("pair", "message").only(
        "created_at", "pair__seller", "pair__buyer", "message__thread", "message__author"
    ).iterator(chunk_size=AT_ONCE):
        pair, message = delivery.pair, delivery.message
        add(
            kind="held_delivery",
            delivery=delivery,
            thread_id=message.thread_id if message else None,
            pair=pair,
            seller_id=pair.seller_id if pair else None,
            buyer_id=pair.buyer_id if pair else None,
            about=message.author if message and message.author != "marketplace" else "",
            opened_at=delivery.created_at,
        )
    case.objects.bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_audit_records"),
        ("messages_app", "0008_originals_and_previews"),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='files_cleared',
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('held_message', 'Held Message'), ('quarantined_mail', 'Quarantined Mail'), ('unproven_mail', 'Unproven Mail'), ('held_delivery', 'Held Delivery')], max_length=16)),
                ('about', models.CharField(blank=True, max_length=6)),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('closed_at', models.DateTimeField(null=True)),
                ('decision', models.CharField(blank=True, choices=[('released', 'Released'), ('rejected', 'Rejected'), ('retried', 'Retried'), ('discarded', 'Discarded'), ('let_in', 'Let In'), ('confirmed', 'Confirmed'), ('disowned', 'Disowned')], max_length=10)),
                ('buyer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.buyer')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('delivery', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='cases', to='messages_app.delivery')),
                ('inbound', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='cases', to='messages_app.inboundmail')),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='cases', to='messages_app.message')),
                ('pair', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.pair')),
                ('seller', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.seller')),
                ('thread', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='cases', to='messages_app.thread')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('closed_at', None)), fields=['opened_at', 'id'], name='cases_waiting'), models.Index(condition=models.Q(('closed_at', None)), fields=['kind', 'opened_at', 'id'], name='cases_waiting_of_kind'), models.Index(fields=['seller', '-opened_at'], name='cases_of_seller'), models.Index(fields=['buyer', '-opened_at'], name='cases_of_buyer')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('delivery', None), ('inbound', None), ('kind', 'held_message'), ('message__isnull', False)), models.Q(('delivery', None), ('inbound__isnull', False), ('kind__in', ('quarantined_mail', 'unproven_mail')), ('message', None)), models.Q(('delivery__isnull', False), ('inbound', None), ('kind', 'held_delivery'), ('message', None)), _connector='OR'), name='case_is_about_the_thing_of_its_kind'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('decision', '')), models.Q(('closed_at__isnull', False), models.Q(('decision', ''), _negated=True)), _connector='OR'), name='case_is_closed_by_a_decision'), models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('message',), name='one_open_case_per_message'), models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('inbound',), name='one_open_case_per_mail'), models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('delivery',), name='one_open_case_per_delivery')],
            },
        ),
        migrations.RunPython(open_cases, migrations.RunPython.noop),
    ]
