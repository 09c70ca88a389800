/*
 * Identities as people see them.
 */
#include "tls/identity.h"

bool identity_is_current(const struct identity *identity, int64_t now)
{
	return now >= identity->not_before && now <= identity->not_after;
}

void identity_format(const unsigned char key[IDENTITY_KEY_SIZE], char text[IDENTITY_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < IDENTITY_KEY_SIZE; i++) {
		text[3 * i] = digits[key[i] >> 4];
		text[3 * i + 1] = digits[key[i] & 15];
		text[3 * i + 2] = ':';
	}
	text[IDENTITY_TEXT_SIZE - 1] = '\0';
}
