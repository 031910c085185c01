"""What is tried at length, fault by fault: each says what was done and what was measured."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

from tests.faults import answers, crowd, day, disk, outage, publishing, racing, stopping
from tests.faults.bench import Bench, NotHere, Told, ended
from tests.faults.importing import freeze_importer, kill_importers
from tests.faults.keeping import f11, f12, f14
from tests.faults.killing import Stage, freeze, kill
from tests.faults.place import NO_ANSWER, place
from tests.faults.sending import freeze_sender, kill_senders


def f1_f2(bench: Bench) -> Told:
    times, site = bench.times(100), bench.place()
    stage = Stage(site.app)
    try:
        took = sorted(kill(stage, times))  # raises what it finds
        stage.end()
        freeze(stage)
    finally:
        stage.end()
        site.end()
    done = f"{times} workers killed in the middle of a run, 1 frozen beyond its lease"
    measured = (
        f"0 runs half done, lost or doubled; taken over in {took[len(took) // 2]:.1f} s (median),"
        f" {took[-1]:.1f} s at most"
    )
    return done, measured, "0; lease (2.5 s here) + 10 s", took[-1] <= 12.5


def f1_publication(bench: Bench) -> Told:
    times, site = bench.times(100), bench.place()
    try:
        late, longest = kill_senders(site.app, times)  # raises what it finds
        freeze_sender(site.app, bench.times(10))
    finally:
        site.end()
    done = f"{times} workers killed while they sent a publication out, {bench.times(10)} frozen"
    measured = (
        f"0 half published, 0 lost, 0 offers, mails or notices doubled; {late} times nothing was"
        f" out yet, and another worker had sent it within {longest:.1f} s"
    )
    return done, measured, "0 half, lost or doubled", longest <= 12.5


def f1_import(bench: Bench) -> Told:
    times, site = bench.times(100), bench.place()
    try:
        took = sorted(kill_importers(site.app, times))  # raises what it finds
        freeze_importer(site.app, bench.times(10))
    finally:
        site.end()
    done = f"{times} workers killed while they wrote an import, {bench.times(10)} frozen"
    measured = (
        f"0 half written, 0 lost, nobody doubled; {len(took)} times nothing was written yet, and"
        f" another worker had the import within {max(took, default=0):.1f} s"
    )
    return done, measured, "0; lease (2.5 s here) + 10 s", max(took, default=0) <= 12.5


def f3(bench: Bench) -> Told:
    kills = bench.times(50, 3)
    with ended(bench.place()) as site:
        told = answers.kill_while_answering(site, offers=10, kills=kills)
    done = f"{kills} server processes killed while {told.total()} times yes was said"
    measured = f"0 half states; {told[NO_ANSWER]} lines broke, all else answered as ever"
    return done, measured, "0 half states", set(told) <= {303, NO_ANSWER}


def f3_publication(bench: Bench) -> Told:
    kills = bench.times(50, 3)
    with ended(bench.place()) as site:
        told = publishing.kill_while_publishing(site, kills)
    done = f"{kills} server processes killed while {told.total()} times a leader published"
    measured = f"0 half states, each mail left once; {told[NO_ANSWER]} lines broke"
    return done, measured, "0 half states", set(told) <= {303, 409, NO_ANSWER}


def f4(bench: Bench) -> Told:
    rounds = bench.times(50)
    with ended(bench.place()) as site:
        site.web()
        told = racing.publish_at_once(site, rounds)  # raises what it finds
    done = f"2 to 20 leaders publish one round at once over HTTP, {rounds} rounds"
    measured = f"1 did in each of {rounds}; {told} others 409 with the name; each mail left once"
    return done, measured, "1 of each, the others told; mails once", True


def f5(bench: Bench) -> Told:
    times = bench.times(200)
    with ended(bench.place()) as site:
        site.web()
        seats = racing.Seats(site)
        for number in range(times):
            seats.press_one_twice(number)  # raises what it finds
    done = f"the same form sent twice at once, {times} times"
    return done, "1 effect and 1 mail each time, both answered alike", "1 effect", True


def f6(bench: Bench) -> Told:
    rounds, answered = bench.times(200), 0
    with ended(bench.place()) as site:
        site.web()
        seats = racing.Seats(site)
        for number in range(rounds):
            answered += seats.press(cap=1 + number % 2).total()  # raises what it finds
    done = f"20 times yes at once to 1 and to 2 seats over HTTP, {rounds} rounds"
    measured = f"0 rounds oversubscribed; {answered} answers: yes, or 409 that says so; 0 x 5xx"
    return done, measured, "0 of 200 rounds; 0 x 5xx", True


def f8(bench: Bench) -> Told:
    if bench.server is None:
        raise NotHere
    cuts = bench.times(8, 3)
    with ended(bench.place()) as site:
        site.web()
        with outage.under_load(site) as load:
            for _ in range(cuts):
                time.sleep(1)
                outage.cut_connections(site)
            time.sleep(1)
        with outage.under_load(site) as stopped:
            time.sleep(1)
            back = outage.stop_and_start(site, bench.server, seconds=10 * min(1, bench.scale * 5))
            time.sleep(2)
    other = set(load.reads + load.writes + stopped.reads + stopped.writes) - {200, 303, 503}
    done = f"all connections cut {cuts} times, then the server stopped; 8 clients"
    measured = (
        f"cut: {load.reads[503]} of {load.reads.total()} pages and {load.writes[503]} of"
        f" {load.writes.total()} forms were 503; stopped: 503 with Retry-After, ready"
        f" {back:.1f} s after its return; other errors {len(other)}"
    )
    met = (
        not other
        and load.reads[503] == 0
        and back <= 5
        and load.writes[503] <= cuts * outage.WRITERS
        and not stopped.without_retry_after
    )
    return done, measured, "pages 0, forms at most those in flight; ready within 5 s", met


def f9(bench: Bench) -> Told:
    with ExitStack() as stack:
        if bench.server is None:
            small = stack.enter_context(disk.small_disk(bench.folder / "disk"))
            url = f"sqlite:///{small}/site.db"
        else:
            tables = disk.small_tablespace(bench.server, bench.folder / "disk")
            small, url = stack.enter_context(tables)
        site = stack.enter_context(place(url, bench.folder))
        forms, pages, entries = disk.write_until_full(site, small)
    done = f"{forms.total()} forms and pages, the tables' disk (a tmpfs) full from the half on"
    measured = (
        f"pages {dict(pages)}, forms {dict(forms)}; whole, all that was kept is there and in the"
        f" log ({entries} entries)"
    )
    return done, measured, "pages work, 503 for forms, integrity ok", set(pages) == {200}


def f15(bench: Bench) -> Told:
    seconds = bench.times(60, 5)
    with ended(bench.place()) as site:
        site.web(app="tests.faults.timed:app")
        found = crowd.crowd(site, seconds)
        inside = crowd.p99_in_the_server(site)
    done = f"{crowd.WRITERS} writers and {crowd.READERS} readers, {seconds} s, all over HTTP"
    measured = (
        f"{len(found.writes)} writes, {found.reads} pages, {len(found.bad)} errors;"
        f" a write took the server {inside * 1000:.0f} ms (p99), and its browser, which queues"
        f" with 39 others for 8 threads, {found.p99() * 1000:.0f} ms"
    )
    return done, measured, "0 errors; p99 500 ms", not found.bad and inside < 0.5


def f16(bench: Bench) -> Told:
    with ended(bench.place()) as site:
        bad, seconds = stopping.stop_web(site, reloads=bench.times(5, 1))
        took = stopping.stop_worker(site.app)
    done = "server reloaded under load and ended; worker ended (TERM) in the middle of a run"
    measured = f"{bad.total()} bad answers, end in {seconds:.1f} s; run taken over in {took:.1f} s"
    return done, measured, "0 errors, 30 s; 2 s", not bad and seconds <= 30 and took <= 2


def f17(bench: Bench) -> Told:
    minutes = bench.times(120, 1)
    with ended(bench.place()) as site:
        held = day.lasting(site, warm=max(60.0, minutes * 3.0), seconds=minutes * 60.0)
    taken = max(held.after.memory.values()) / day.MEGABYTE
    odd = {status: count for status, count in held.answers.items() if status not in {200, 303, 429}}
    requests = sum(held.answers.values())
    memory = f"memory {held.grown:+.1%} ({taken:.0f} MB a process at most)"
    refused = held.answers.get(429, 0)  # searches: more than 300 an hour
    rest = f"open files {held.left_open:+d}; {refused} searches refused as too many; faults {odd}"
    return (
        f"{minutes} minutes of five people's pages and forms, {requests} requests",
        f"{memory}, {rest}",
        "less than 10 %, no file left open",
        held.grown < 0.1 and held.left_open <= 0 and not odd,
    )


FAULTS: dict[str, Callable[[Bench], Told]] = {
    "F1, F2": f1_f2,
    "F1, publication": f1_publication,
    "F1, import": f1_import,
    "F3": f3,
    "F3, publication": f3_publication,
    "F4": f4,
    "F5": f5,
    "F6": f6,
    "F8": f8,
    "F9": f9,
    "F11": f11,
    "F12": f12,
    "F14": f14,
    "F15": f15,
    "F16": f16,
    "F17": f17,
}
