/*
 * Status codes: one table, from the list in the header.
 */
#include "proto/status.h"

#include <stddef.h>

static const char *sentence_of(int number)
{
	switch (number) {
#define STATUS_CASE(name, code, sentence)                                                          \
	case code:                                                                                 \
		return sentence;
		STATUS_LIST(STATUS_CASE)
#undef STATUS_CASE
	default:
		return NULL;
	}
}

bool status_is_known(int number)
{
	return sentence_of(number) != NULL;
}

const char *status_sentence(enum status status)
{
	return sentence_of((int)status);
}
