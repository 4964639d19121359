#include "cli/sample.h"

#include "base/config.h"
#include "guidance/policy.h"

static const char head[] =
    "# Restage: every option with its default.  Take a # away and change what is yours.\n"
    "#\n"
    "# The environment goes over this file, flags go over both: batch.max is RESTAGE_BATCH_MAX, "
    "or\n"
    "# --set batch.max=100.  Times need a unit (ms, s, min, h), sizes too (B, KiB, MiB, GiB).\n"
    "# restage check-config says what is wrong, restage show-config what is in force.\n"
    "\n";

static const char kafka[] =
    "# kafka.* goes to librdkafka as it is; what the delivery protocol depends on is refused.\n"
    "# Secrets may be in files of their own: kafka.sasl.password_FILE = /run/secrets/kafka\n"
    "#kafka.bootstrap.servers = localhost:9092\n"
    "#kafka.security.protocol = SASL_SSL\n"
    "#kafka.sasl.mechanism = SCRAM-SHA-512\n"
    "#kafka.sasl.username = restage\n"
    "\n"
    "# The numbers that the guidance leaves to whoever applies it.  All workers must agree on\n"
    "# them: after a change run restage rulebook activate, then restage reevaluate --all.\n"
    "\n";

void sample_properties(struct text_builder *b)
{
    const struct policy policy = policy_default();

    text_add(b, head);
    config_sample(b);
    text_add(b, kafka);
    for (size_t i = 0; i < policy_count(); i++) {
        const struct policy_value v = policy_value(&policy, i);

        text_add(b, "# In ");
        text_add(b, v.unit);
        text_add(b, ".  ");
        text_add(b, v.why);
        text_add(b, "\n#policy.");
        text_add(b, v.name);
        text_add(b, " = ");
        text_add(b, v.value);
        text_add(b, i + 1 < policy_count() ? "\n\n" : "\n");
    }
}
