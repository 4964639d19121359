#ifndef BASE_VERSION_H
#define BASE_VERSION_H

/* The version of this program, "0.1.0"; it stands in the build file alone. */
const char *restage_version(void);

#endif
