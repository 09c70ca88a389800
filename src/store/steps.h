/*
 * What the schema is made of, step by step. Private to store/.
 */
#ifndef KINDLING_STORE_STEPS_H
#define KINDLING_STORE_STEPS_H

#define STEPS_COUNT 5

/* The SQL that leads from version N to N + 1. */
extern const char *const steps_sql[STEPS_COUNT];

#endif
