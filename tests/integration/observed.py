#!/usr/bin/env python3
"""What an operator sees: the metrics and /readyz agree with what the checker finds, and
`check-config --online` and the log say what is wrong with topics, and nothing when nothing is."""
import json
import sys

from rig import PAGES, Failure, main, wait_until

EVENTS = 1200


def expect(condition, text):
    if not condition:
        raise Failure(text)


def total(samples, name, *labels):
    """The sum over all samples of one name that carry these labels."""
    return int(sum(value for key, value in samples.items()
                   if key.split("{")[0] == name and all(label in key for label in labels)))


def outcome(samples, name):
    return total(samples, "restage_events_processed_total", f'outcome="{name}"')


def check_against(samples, site, summary):
    """Counters of a worker that alone has done everything, beside the checker's own counts."""
    spoken = site.sql("SELECT count(*) FROM restage.clinical_event JOIN restage.recommendation"
                      ' USING (subject_id, topic, partition, "offset")')
    found = {
        "consumed": total(samples, "restage_kafka_messages_consumed_total"),
        "applied": outcome(samples, "applied"),
        "applied, older or duplicate": sum(outcome(samples, name) for name in
                                           ("applied", "older", "duplicate")),
        "dead-lettered": total(samples, "restage_dead_letters_total"),
        "dead letters published": total(samples, "restage_dead_letters_published_total"),
        "published": total(samples, "restage_recommendations_published_total"),
        "lag": total(samples, "restage_kafka_consumer_lag_messages"),
        "rebalances": total(samples, "restage_kafka_rebalances_total"),
        "lanes running": total(samples, "restage_lanes", 'state="running"'),
    }
    wanted = {
        "consumed": summary["inputs"], "applied": int(spoken[0][0]),
        "applied, older or duplicate": summary["applied"] + summary["duplicates"],
        "dead-lettered": summary["buried"], "dead letters published": summary["dead_letters"],
        "published": summary["recommendations"], "lag": 0, "rebalances": 1, "lanes running": 1,
    }
    expect(found == wanted, f"the metrics say\n{found}, the checker\n{wanted}")
    # A version that is sent again under another id has a row of its own, but says nothing new.
    expect(outcome(samples, "duplicate") >= summary["duplicates"], "too few duplicates")
    expect(min(wanted[n] for n in ("applied", "dead-lettered", "published")) > 0
           and summary["duplicates"] > 0, f"something did not occur: {wanted}")
    return wanted["published"]


def check_holds(worker, site):
    """Figures of the whole database, asked every ten seconds."""
    def wanted():
        rows = site.sql("SELECT count(*) FILTER (WHERE holds <> '{}') FROM restage.subject UNION ALL"
                        " SELECT count(*) FROM restage.dead_letter WHERE state = 'open'")
        return [int(row[0]) for row in rows]

    def shown():
        samples = worker.metrics()
        return [total(samples, "restage_subjects_on_hold"),
                total(samples, "restage_dead_letters_open")]
    wait_until(f"holds and open dead letters as in the database: {wanted()}",
               lambda: shown() == wanted(), 15, 0.5)
    expect(min(wanted()) > 0, "nobody is on hold")
    return wanted()[0]


def metrics_and_readiness(rig):
    site = rig.site("observed", settings=PAGES)
    site.feed(EVENTS, bad=30)
    worker = site.worker()
    site.drain()
    wait_until("no batch is in hand", lambda: total(
        worker.metrics(), "restage_kafka_messages_consumed_total") >= EVENTS, 10)
    login = site.sql("SELECT DISTINCT usename, rolsuper FROM pg_stat_activity JOIN pg_roles"
                     " ON rolname = usename WHERE application_name LIKE 'restage %'")
    expect(login == [["site", "f"]], f"the worker has logged in as {login}")
    published = check_against(worker.metrics(), site, site.check("--drained"))
    on_hold = check_holds(worker, site)
    status, text = worker.page("/readyz")
    checks = json.loads(text)["checks"]
    expect(status == 200 and checks["lanes:running"][0]["status"] == "pass", text)
    expect(checks["deadLetters:withoutPatient"][0]["status"] == "warn", text)
    expect(worker.page("/livez")[0] == 200, "/livez does not answer")
    worker.terminate()
    site.check("--drained")
    return f"{published} published, {on_hold} on hold"


def quiet_when_nothing_is_wrong(rig):
    """Nothing has gone wrong: nothing is logged as if it had, also after restarts."""
    site = rig.site("quiet")
    logs = []
    for number in range(3):
        # Most partitions never get a record.
        site.feed(40, skip=40 * number, bad=0, one_topic=1, patients=1)
        workers = [site.worker("a"), site.worker("b")]
        site.drain()
        wait_until("both have partitions",
                   lambda: all("partition-assigned" in w.log() for w in workers), 20)
        for worker in workers:
            worker.terminate()
            logs.append(worker.log())
    loud = [line for log in logs for line in log.splitlines()
            if "level=warning" in line or "level=error" in line or "group-expired" in line]
    expect(not loud, "\n".join(loud[:20]))
    site.check("--drained")


def check_config(site, *settings):
    answer = site.restage("check-config", "--online", *settings, check=False)
    return answer.returncode, answer.stdout + answer.stderr


def topics_that_do_not_fit(rig):
    """check-config says so before a worker is started, and the worker says so as well."""
    site = rig.site("fit")
    code, text = check_config(site)
    expect(code == 0 and "warning" not in text, f"{code} for topics that fit\n{text}")

    rig.admin("create", site.partitions, "fit.compacted", "cleanup.policy=compact",
              "message.timestamp.type=LogAppendTime")
    rig.admin("create", site.partitions, "fit.createtime", "message.timestamp.type=CreateTime")
    rig.admin("create", site.partitions + 1, "fit.more", "message.timestamp.type=LogAppendTime")
    cases = (("fit.compacted", 78, "compact", "it is compacted"),
             ("fit.missing", 78, "no such topic", "topic-missing"),
             ("fit.createtime", 0, "CreateTime", "topic-has-producers-time"),
             ("fit.more", 0, "number of partitions", None))
    for topic, wanted, words, logged in cases:
        site.settings["topic.imaging"] = topic
        code, text = check_config(site)
        expect(code == wanted and topic in text and words in text,
               f"{topic}: {code}, wanted {wanted} and {words!r}\n{text}")
        if logged is None:
            continue
        worker = site.worker(topic.replace(".", "-"))
        wait_until(f"the log says {logged}", lambda: logged in worker.log(), 20)
        if wanted == 78 and topic != "fit.missing":
            expect(worker.wait("a worker reads a compacted topic", 20) != 0, "it ended well")
        else:
            expect(worker.is_running(), f"{topic}: the worker ended\n{worker.tail()}")
            worker.kill()
    return f"{len(cases)} kinds"


TESTS = {test.__name__: test for test in (
    metrics_and_readiness, quiet_when_nothing_is_wrong, topics_that_do_not_fit)}

if __name__ == "__main__":
    sys.exit(main(TESTS))
