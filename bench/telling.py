"""Run in a process of its own by ``bench`` after the load: tells a crowd of the last posts, as a worker does."""

import json
import sys
import time

import django

POSTS = 5


def main(thread_id: int) -> None:
    django.setup()
    from collegium.activity.models import Activity  # models, which are there only after setup
    from collegium.activity.outbox import hand_over
    from collegium.conversations.models import Post
    from collegium.foundation import background
    from collegium.foundation.models import Job
    from collegium.notifications.letters import tell_crowd
    from collegium.notifications.models import Notification

    posts = [
        str(key)
        for key in Post.objects.filter(thread=thread_id).order_by("-pk").values_list("pk", flat=True)[:POSTS]
    ]
    Job.objects.all().delete()  # of the other posts: they would be told first
    before = Notification.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for activity_id in Activity.objects.filter(
        verb="post.made", about_kind="conversations.post", about_id__in=posts
    ).values_list("pk", flat=True):
        hand_over.later(activity_id)
    begun = time.perf_counter()
    # The letters that come of it wait for a mail server, which is not what is measured.
    for name in (hand_over.name, tell_crowd.name):
        for job_id in Job.objects.filter(task=name).values_list("pk", flat=True):
            background.do_job(job_id)
    seconds = time.perf_counter() - begun
    told = Notification.objects.filter(pk__gt=before).count()
    print(json.dumps({"told": str(told), "told_per_second": str(told / seconds)}))


main(int(sys.argv[1]))
