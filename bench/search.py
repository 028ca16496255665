"""What the search of the house costs, kind by kind: on a database that ``bench.build`` has made.

    COLLEGIUM_DATA=… python -m bench.search <session> feedback zeitgeber

For each word and each kind the processor time (on PostgreSQL the wall time) of finding it, best of five, for whoever the
session is of; then of the whole page's search and of the list while one types, without their templates. For 1,000,000
items build the world ``ecology``, for posts ``communities``.
"""

import sys
import time
from collections.abc import Callable
from functools import partial

import django

BEST_OF = 5


def main(session: str, words: list[str]) -> None:
    django.setup()
    from django.contrib.sessions.backends.db import SessionStore  # models, which are there only after setup
    from django.db import connection

    from collegium.home import search
    from collegium.home.findable import KINDS
    from collegium.people.models import Person

    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    reader = Person.objects.get(account=SessionStore(session).load()["_auth_user_id"])

    def best(asked: Callable[[], object]) -> float:
        asked()
        times = []
        for _turn in range(BEST_OF):
            begun = clock()
            asked()
            times.append(clock() - begun)
        return min(times) * 1000

    print("| word | kind | hits | milliseconds |\n|---|---|---:|---:|")
    for word in words:
        wanted = search.Wanted(words=word)
        for kind in KINDS:
            limit = {kind.key: search.COUNTED + 1}
            hits = len(search.candidates(wanted, reader, limit).get(kind.key, []))
            took = best(partial(search.candidates, wanted, reader, limit))
            print(f"| {word} | {kind.key} | {hits} | {took:.2f} |")
        print(f"| {word} | **the page** | | {best(partial(search.search, wanted, reader)):.2f} |")
        print(f"| {word} | **while typing** | | {best(partial(search.quick, word, reader)):.2f} |")


main(sys.argv[1], sys.argv[2:])
