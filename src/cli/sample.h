#ifndef CLI_SAMPLE_H
#define CLI_SAMPLE_H

/* Sample: the properties file that comes with Restage: every option, commented out, as it is. */
#include "base/text.h"

#define SAMPLE_SIZE_MAX 32768

void sample_properties(struct text_builder *b);

#endif
