/*
 * Who is let in, by address: `allow`, `deny` and `proxies` of the configuration, parsed once.
 */
#ifndef KINDLING_NET_RULES_H
#define KINDLING_NET_RULES_H

#include "conf/conf.h"

struct rules;

/* NULL: memory is out. */
struct rules *rules_new(const struct conf *settings);
void rules_free(struct rules *rules);

/* Of all ranges that hold the peer the narrowest decides, and of equally narrow ones that which
 * denies. Whom none holds is let in unless somebody is allowed by name. */
bool rules_admit(const struct rules *rules, struct address_peer peer);

/* Whether its connections begin with a PROXY header. */
bool rules_is_proxy(const struct rules *rules, struct address_peer peer);

#endif
