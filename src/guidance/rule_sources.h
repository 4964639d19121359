#ifndef GUIDANCE_RULE_SOURCES_H
#define GUIDANCE_RULE_SOURCES_H

/*
 * SHA-256 (64 hexadecimal digits) over the sources of staging/ and guidance/, made at build time.
 * It is part of the rulebook's hash: two binaries that could judge differently never share one.
 */
extern const char rule_sources_sha256[65];

#endif
