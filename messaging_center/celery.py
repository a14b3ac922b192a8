"""The Celery app and the table of what the clock starts; used where REDIS_URL is set."""

import os

from celery import Celery
from celery.signals import setup_logging
from kombu.transport import redis

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "messaging_center.settings")

app = Celery("messaging_center")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Tasks are wake-up calls, the next round does the work without them. To give back those that a worker holds
# when Redis goes away would be tried over a connection that is no more.
redis.Channel.do_restore = False


@setup_logging.connect
def keep_our_logging(**_kwargs: object) -> None:
    """Celery leaves logging alone when somebody answers this: Django has set it up already."""


# Rows wake their tasks at once; these rounds find what a lost wake-up or a killed worker left behind.
# A round that waited longer than its interval is dropped: the next one does the same work.
ROUNDS = {
    "messages_app.tasks.process_inbound": 5.0,
    "messages_app.tasks.send_deliveries": 5.0,
    "messages_app.tasks.take_events": 5.0,
    "messages_app.tasks.keep_clocks": 30.0,
    "messages_app.tasks.send_digests": 60.0,
    "messages_app.tasks.sweep": 20.0,
}
app.conf.beat_schedule = {
    task.rsplit(".", 1)[-1]: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for task, seconds in ROUNDS.items()
}
