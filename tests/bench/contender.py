#!/usr/bin/env python3
"""The same job as one would write it in an afternoon: confluent-kafka with transactions, psycopg 3 in
batches, the same rows in the same tables, and a rule of one line.

Read what is there, decode it, write events and recommendations in one PostgreSQL transaction, publish
them in one Kafka transaction that carries the positions.  What makes the worker safe (compare-and-swap,
recovery of what was written and not published, dead letters, holds) is left out, which makes this faster.
So does that what it stores and publishes are copies of what a worker stored (packed) and published: it
composes nothing.

    contender.py BOOTSTRAP PREFIX CONNINFO GROUP EVENTS PROTO_DIRECTORY BATCH WORKER_PREFIX

Prints one line of JSON when EVENTS are published.
"""
import hashlib
import json
import sys
import time
import uuid

import psycopg
from confluent_kafka import Consumer, Producer, TopicPartition

SUBJECT_NAMESPACE = uuid.UUID("6f1b2c70-5a0d-4e31-9c47-1e5273746701")


def subject_id(*parts):
    """UUID of version 5 over length-prefixed parts."""
    name = b"".join(len(part).to_bytes(4, "big") + part for part in (p.encode() for p in parts))
    digest = hashlib.sha1(SUBJECT_NAMESPACE.bytes + name).digest()
    return uuid.UUID(bytes=digest[:16], version=5)


class Job:
    """One consumer, one producer, one connection."""

    def __init__(self, bootstrap, prefix, conninfo, group, worker_prefix):
        self.prefix = prefix
        self.consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group,
                                  "enable.auto.commit": False, "auto.offset.reset": "earliest",
                                  "isolation.level": "read_committed"})
        self.producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": group,
                                  "linger.ms": 5, "compression.type": "lz4"})
        self.db = psycopg.connect(conninfo)
        with self.db.cursor() as cursor:
            cursor.execute("SELECT value FROM restage.recommendation WHERE value <> ''"
                           " ORDER BY written DESC LIMIT 100")
            self.stored = [row[0] for row in cursor.fetchall()]
        self.db.commit()
        self.published = self.read_published(bootstrap, f"{worker_prefix}.recommendations")
        self.written = 0

    @staticmethod
    def read_published(bootstrap, topic):
        """Some recommendations as a worker published them."""
        reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "contender-samples",
                           "auto.offset.reset": "earliest", "enable.auto.commit": False})
        reader.assign([TopicPartition(topic, 0, 0)])
        values = [m.value() for m in reader.consume(100, 10) if m.error() is None]
        reader.close()
        return values

    def decode(self, messages):
        """(message, event, subject) of each record, without a registry's frame."""
        rows = []
        for message in messages:
            value = message.value()
            if value[:1] == b"\0":
                value = value[6:]
            event = ClinicalEvent.FromString(value)
            subject = subject_id(event.patient.authority, event.patient.value,
                                 event.tumour_id or "primary")
            rows.append((message, event, value, subject))
        return rows

    def store(self, rows):
        """The PostgreSQL transaction; what is to be published."""
        subjects = sorted({row[3] for row in rows})
        keys = {row[3]: row[1] for row in rows}
        with self.db.cursor(binary=True) as cursor:
            cursor.executemany(
                "INSERT INTO restage.subject (subject_id, authority, patient_value, tumour_id)"
                " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [(s, keys[s].patient.authority, keys[s].patient.value,
                  keys[s].tumour_id or "primary") for s in subjects])
            cursor.execute(
                "SELECT subject_id, sequence FROM restage.subject WHERE subject_id = ANY(%s)"
                " ORDER BY subject_id FOR UPDATE", (subjects,))
            sequences = dict(cursor.fetchall())
            cursor.executemany(
                "INSERT INTO restage.clinical_event (subject_id, event_id, topic, partition,"
                " \"offset\", recorded_at, kind, report_id, source_system, report_version, status,"
                " effective_at, content_hash, value) VALUES (%s, %s, %s, %s, %s,"
                " to_timestamp(%s), %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [(s, uuid.UUID(e.event_id), m.topic(), m.partition(), m.offset(),
                  m.timestamp()[1] / 1000, e.WhichOneof("body"), e.report_id, e.source_system,
                  e.report_version, str(e.status), e.effective_at, hashlib.sha256(v).digest(), v)
                 for m, e, v, s in rows])
            cursor.execute(
                "SELECT subject_id, value FROM restage.clinical_event WHERE subject_id = ANY(%s)",
                (subjects,))
            scans = dict.fromkeys(subjects, 0)
            for subject, value in cursor.fetchall():
                scans[subject] += ClinicalEvent.FromString(value).HasField("imaging")
            outputs = self.judge(rows, sequences, scans)
            cursor.executemany(
                "INSERT INTO restage.recommendation (subject_id, sequence, recommendation_id,"
                " topic, partition, \"offset\", recorded_at, change, kind, phase, as_of, key, value)"
                " VALUES (%s, %s, %s, %s, %s, %s, to_timestamp(%s), %s, %s, %s, to_timestamp(%s),"
                " %s, %s)", outputs)
            cursor.executemany(
                "UPDATE restage.subject SET sequence = %s, recommendation_id = %s, as_of = now(),"
                " kind = 'guidance', phase = %s WHERE subject_id = %s",
                [(o[1], o[2], o[9], o[0]) for o in {o[0]: o for o in outputs}.values()])
        self.db.commit()
        return outputs

    def judge(self, rows, sequences, scans):
        """The rule: whoever was scanned twice may be operated on."""
        outputs = []
        for message, _, _, subject in rows:
            sequences[subject] += 1
            self.written += 1
            seconds = message.timestamp()[1] / 1000
            outputs.append((subject, sequences[subject], uuid.uuid4(), message.topic(),
                            message.partition(), message.offset(), seconds, "changed", "guidance",
                            "PH-RESP" if scans[subject] > 1 else "PH-UNKNOWN", seconds,
                            message.key(), self.stored[self.written % len(self.stored)]))
        return outputs

    def publish(self, rows, outputs):
        """The Kafka transaction."""
        positions = {}
        for message, *_ in rows:
            positions[message.topic(), message.partition()] = message.offset() + 1
        self.producer.begin_transaction()
        for number, output in enumerate(outputs):
            self.producer.produce(f"{self.prefix}.recommendations", key=output[11],
                                  value=self.published[number % len(self.published)],
                                  headers={"ce_id": str(output[2]), "restage-change": output[7]})
        self.producer.send_offsets_to_transaction(
            [TopicPartition(t, p, o) for (t, p), o in positions.items()],
            self.consumer.consumer_group_metadata())
        self.producer.commit_transaction()

    def run(self, wanted, batch):
        self.producer.init_transactions()
        self.consumer.subscribe([f"{self.prefix}.{t}" for t in ("pathology", "imaging", "clinical")])
        done, counted, begun = 0, 0, None
        while done < wanted:
            messages = [m for m in self.consumer.consume(batch, 0.2) if m.error() is None]
            if not messages:
                continue
            rows = self.decode(messages)
            self.publish(rows, self.store(rows))
            done += len(messages)
            if begun is None:
                begun = time.monotonic()  # the first batch also paid for joining the group
            else:
                counted += len(messages)
        return {"events": counted, "seconds": round(time.monotonic() - begun, 4)}


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[6])
    from restage.v1.clinical_event_pb2 import ClinicalEvent
    print(json.dumps(Job(*sys.argv[1:5], sys.argv[8]).run(int(sys.argv[5]), int(sys.argv[7]))))
