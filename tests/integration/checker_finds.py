#!/usr/bin/env python3
"""The checker is itself tested: after an undisturbed run it finds nothing; then, in a copy of the
database or in the topic, a loss, a duplicate, a wrong byte and more are planted one at a time, and
each must be found."""
import sys

from rig import BINARIES, Failure, main, run

# What is planted, and the word by which the checker must name it.
PLANTS = {
    "loss of an event": ("LOSS", "DELETE FROM restage.clinical_event WHERE ctid = (SELECT min(ctid)"
                         " FROM restage.clinical_event)"),
    "loss of a dead letter": ("LOSS", "DELETE FROM restage.dead_letter WHERE ctid ="
                              " (SELECT min(ctid) FROM restage.dead_letter)"),
    "an event from two records": ("TWICE", "UPDATE restage.clinical_event e SET topic = o.topic,"
                                  " partition = o.partition, \"offset\" = o.\"offset\" FROM"
                                  " (SELECT * FROM restage.clinical_event ORDER BY event_id LIMIT 1)"
                                  " o WHERE e.ctid = (SELECT max(ctid) FROM"
                                  " restage.clinical_event)"),
    "applied and buried": ("TWICE", "INSERT INTO restage.dead_letter (dead_letter_id, topic,"
                           " partition, \"offset\", recorded_at, stage, code, message, value_sha256,"
                           " first_at, worker_version) SELECT gen_random_uuid(), topic, partition,"
                           " \"offset\", recorded_at, 'decode', 'undecodable', '', content_hash,"
                           " recorded_at, '' FROM restage.clinical_event LIMIT 1"),
    "a wrong byte in an event": ("BYTES", "UPDATE restage.clinical_event SET value ="
                                 " set_byte(value, 45, get_byte(value, 45) # 1) WHERE ctid ="
                                 " (SELECT min(ctid) FROM restage.clinical_event)"),
    "a wrong byte in a recommendation": ("BYTES", "UPDATE restage.recommendation SET value ="
                                         " set_byte(value, octet_length(value) - 1, 0) WHERE ctid ="
                                         " (SELECT min(ctid) FROM restage.recommendation)"),
    "a wrong byte in a dead letter": ("BYTES", "UPDATE restage.dead_letter SET value ="
                                      " value || 'x' WHERE value IS NOT NULL"),
    "a recommendation that is not published": (
        "LOSS", "INSERT INTO restage.recommendation (subject_id, sequence, recommendation_id, topic,"
        " partition, \"offset\", recorded_at, change, kind, phase, as_of, key, value)"
        " SELECT subject_id, 100000, gen_random_uuid(), topic, partition, \"offset\" - 100000,"
        " recorded_at, change, kind, phase, as_of, key, value FROM restage.recommendation LIMIT 1"),
    "a published recommendation without row": (
        "STRANGER", "DELETE FROM restage.recommendation r USING restage.subject s WHERE"
        " r.subject_id = s.subject_id AND r.sequence = s.sequence AND s.subject_id ="
        " (SELECT min(subject_id::text)::uuid FROM restage.subject)"),
    "a gap": ("SEQUENCE", "DELETE FROM restage.recommendation WHERE sequence = 2"),
    "a wrong last sequence": ("SEQUENCE", "UPDATE restage.subject SET sequence = sequence + 1 WHERE"
                              " ctid = (SELECT min(ctid) FROM restage.subject)"),
    "a position that runs ahead": ("POSITION", "UPDATE restage.lane_position SET next_offset ="
                                   " next_offset + 10000, published_offset = published_offset +"
                                   " 10000"),
    "a position that lags": ("POSITION", "UPDATE restage.lane_position SET next_offset = 1,"
                             " published_offset = 0, last_offset = NULL, last_hash = NULL"),
    "another last recommendation": (
        "FOLD", "DELETE FROM restage.clinical_event e USING restage.subject s WHERE"
        " e.subject_id = s.subject_id AND s.sequence > 6 AND e.kind = 'imaging'"),
}


def planted_rows(rig):
    site = undisturbed(rig)
    for number, (name, (kind, sql)) in enumerate(PLANTS.items()):
        copy = f"{site.database}_{number}"
        rig.sql(f'CREATE DATABASE "{copy}" TEMPLATE "{site.database}"')
        rig.sql(sql, copy)
        try:
            site.check("--drained", database=copy, violations=kind)
        except Failure as failure:
            raise Failure(f"{name}: {failure}") from None
        rig.sql(f'DROP DATABASE "{copy}"')
    # The same recommendation once more, as a producer that was not fenced would write it.
    run(BINARIES / "tests" / "integration" / "restage-forge", rig.kafka.address,
        site.topic("recommendations"))
    site.check("--drained", violations="TWICE")
    return f"{len(PLANTS) + 1} planted, all found"


def undisturbed(rig):
    site = rig.site("planted")
    site.feed(1500, patients=60, bad=20)
    worker = site.worker()
    site.drain()
    worker.terminate()
    summary = site.check("--drained")
    for name in ("applied", "duplicates", "buried", "recommendations", "dead_letters", "folded"):
        if summary[name] == 0:
            raise Failure(f"the run has no {name}: it proves nothing")
    return site


if __name__ == "__main__":
    sys.exit(main({"planted_rows": planted_rows}))
