#!/usr/bin/env python3
"""The end of a Kafka transaction goes wrong on its way there and on its way back: lost with its
connection, lost without a word, late, slow.  After each, the checker must find nothing."""
import sys
import time

from kafka_proxy import KafkaProxy
from rig import Failure, Rig, main, wait_until

EVENTS = 1500
MORE = 400


class ProxiedRig(Rig):
    """A Kafka that clients of its second listener reach through the proxy alone."""

    def __init__(self):
        self.proxy = KafkaProxy()
        super().__init__(["--proxy", self.proxy.port])
        self.proxy.forward_to(self.kafka.behind_proxy)

    def __exit__(self, *details):
        self.proxy.close()
        super().__exit__(*details)


def end_goes_wrong(rig, mode, rounds, broker_acted):
    """${rounds} times in one stream; each time it is proven that it happened, and on which side."""
    site = rig.site(mode, settings={"batch.max": "50"})
    site.kafka_address = rig.proxy.address
    rig.proxy.seen.clear()
    site.feed(EVENTS)
    worker = site.worker()
    slowest = 0.0
    for number in range(rounds):
        rig.proxy.arm(mode)
        site.feed(MORE, skip=EVENTS + MORE * number)
        wait_until("an end of a transaction goes by", lambda: len(rig.proxy.seen) > number, 30)
        begun = time.monotonic()
        site.drain()
        slowest = max(slowest, time.monotonic() - begun)
    worker.terminate()
    site.check("--drained")
    errors = [error for seen, error in rig.proxy.seen if seen == mode]
    if len(errors) != rounds or any((error == 0) != broker_acted for error in errors):
        raise Failure(f"the broker answered {errors}")
    return f"broker answered {errors}; all published after {slowest:.1f} s at most"


def request_lost(rig):
    return end_goes_wrong(rig, "request-lost", 3, False)


def request_lost_in_silence(rig):
    return end_goes_wrong(rig, "request-silent", 1, False)


def request_comes_late(rig):
    """The producer that took over has fenced it meanwhile, or it ends what was to be ended."""
    return end_goes_wrong(rig, "request-late", 3, False)


def answer_lost(rig):
    return end_goes_wrong(rig, "answer-lost", 3, True)


def answer_lost_in_silence(rig):
    return end_goes_wrong(rig, "answer-silent", 1, True)


def answer_slow(rig):
    return end_goes_wrong(rig, "answer-slow", 3, True)


TESTS = {test.__name__: test for test in (
    request_lost, request_lost_in_silence, request_comes_late, answer_lost, answer_lost_in_silence,
    answer_slow)}

if __name__ == "__main__":
    sys.exit(main(TESTS, ProxiedRig))
