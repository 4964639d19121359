/*
 * What ThreadSanitizer is not to report, for builds with it alone.
 *
 * librdkafka is not instrumented: its locks are seen, the counters of its references are not, so
 * that every message or topic that one thread frees after another has let go of it looks like a
 * race.  What our own callbacks do on its threads is hidden with that: there is one, sink.c's
 * on_close, and it touches one atomic counter.
 */
const char *__tsan_default_suppressions(void);

const char *__tsan_default_suppressions(void)
{
    return "race:librdkafka.so\n";
}
