/*
 * Rules by address.
 */
#include "net/rules.h"

#include <stdlib.h>

#include "base/check.h"

struct ranges {
	struct address_range *items;
	size_t count;
};

struct rules {
	struct ranges allow, deny, proxies;
	struct address_range items[];
};

/* Takes its items from `*room` on. */
static struct ranges parse(struct conf_texts texts, struct address_range **room)
{
	struct ranges ranges = {*room, texts.count};
	for (size_t i = 0; i < texts.count; i++) {
		bool parsed = address_range_parse(texts.items[i], &ranges.items[i], NULL);
		CHECK(parsed); /* as the configuration has promised */
	}
	*room += texts.count;
	return ranges;
}

struct rules *rules_new(const struct conf *settings)
{
	size_t count = settings->allow.count + settings->deny.count + settings->proxies.count;
	struct rules *rules = malloc(sizeof *rules + count * sizeof rules->items[0]);
	if (rules == NULL)
		return NULL;
	struct address_range *room = rules->items;
	rules->allow = parse(settings->allow, &room);
	rules->deny = parse(settings->deny, &room);
	rules->proxies = parse(settings->proxies, &room);
	return rules;
}

void rules_free(struct rules *rules)
{
	free(rules);
}

/* How wide the narrowest range is that holds the peer: its bits; -1 where none does. */
static int narrowest(struct ranges ranges, struct address_peer peer)
{
	int bits = -1;
	for (size_t i = 0; i < ranges.count; i++)
		if ((int)ranges.items[i].bits > bits && address_range_holds(&ranges.items[i], peer))
			bits = (int)ranges.items[i].bits;
	return bits;
}

bool rules_admit(const struct rules *rules, struct address_peer peer)
{
	int allowed = narrowest(rules->allow, peer), denied = narrowest(rules->deny, peer);
	if (allowed < 0 && denied < 0)
		return rules->allow.count == 0;
	return allowed > denied;
}

bool rules_is_proxy(const struct rules *rules, struct address_peer peer)
{
	return narrowest(rules->proxies, peer) >= 0;
}
