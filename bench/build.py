"""Run in a process of its own by ``bench``: makes the database, prints what the measuring needs as JSON."""

import json
import sys
import time

import django
from django.core.management import call_command

CREDENTIALS = 200


def main(world: str, size: int) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    built = {"communities": communities_of, "ecology": ecology_of}.get(world, association_of)
    print(json.dumps(built(size)))


def communities_of(size: int) -> dict[str, str]:
    from bench import communities  # models, which are there only after setup

    return communities.build(size)


def ecology_of(size: int) -> dict[str, str]:
    from bench import ecology  # as above

    return ecology.build(size)


def association_of(size: int) -> dict[str, str]:
    from bench import world  # as above
    from collegium.credentials import actions
    from collegium.credentials.models import Award
    from collegium.foundation.models import Job

    known = world.build(size)
    awards = list(Award.objects.for_display().filter(credentials__isnull=True)[:CREDENTIALS])
    begun = time.perf_counter()
    for award in awards:
        actions.issue(award=award)
    known["credentials_per_second"] = str(len(awards) / (time.perf_counter() - begun))
    Job.objects.all().delete()  # nobody is to be told of this world
    return known


main(sys.argv[1], int(sys.argv[2]))
