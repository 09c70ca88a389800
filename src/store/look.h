/*
 * Looking into a store without touching it. Private to store/.
 */
#ifndef KINDLING_STORE_LOOK_H
#define KINDLING_STORE_LOOK_H

#include <sqlite3.h>

#include "base/fault.h"

/* Opens the file for reading; nothing is made beside it. NULL and a fault: it cannot be opened. */
sqlite3 *look_open(const char *file, struct fault *fault);

#endif
