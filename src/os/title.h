/*
 * What a process is called in a list of processes.
 */
#ifndef KINDLING_OS_TITLE_H
#define KINDLING_OS_TITLE_H

/* At most 15 bytes are shown. Nothing where the system has no such names. */
void title_set(const char *name);

#endif
