/*
 * Certificates, inside a write. Private to store/.
 */
#ifndef KINDLING_STORE_CERTIFICATES_H
#define KINDLING_STORE_CERTIFICATES_H

#include "store/connection.h"

/* The key becomes one of the person's. STORE_TAKEN: it is somebody's; STORE_TOO_MANY: they have
 * STORE_CERTIFICATES_MAX. */
enum store_result certificate_add(struct connection *connection, int64_t person,
	const unsigned char key[STORE_KEY_SIZE], int64_t now, int64_t ends);

#endif
