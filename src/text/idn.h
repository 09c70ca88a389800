/*
 * Internationalised host names. The only place that knows libidn2.
 */
#ifndef KINDLING_TEXT_IDN_H
#define KINDLING_TEXT_IDN_H

#include "base/arena.h"

/* A host name in Unicode or ASCII as its lower-case ASCII form (RFC 5891, UTS #46
 * non-transitional), without its final dot. A name that has this form already is not copied:
 * `out` then points into `host`. False: not a host name, or memory is out. */
bool idn_to_ascii(struct span host, struct arena *arena, struct span *out);

#endif
