/*
 * Hosts: one spelling for each name and each address, and wildcards.
 */
#include "proto/host.h"

#include <arpa/inet.h>
#include <string.h>

#include "proto/percent.h"
#include "text/idn.h"

#define WILDCARD "*."

bool host_matches(struct span name, struct span host)
{
	if (!span_starts_with(name, SPAN_LIT(WILDCARD)))
		return span_equal(name, host);
	struct span first, rest;
	return span_cut(host, '.', &first, &rest) && first.len > 0 &&
	       span_equal(rest, span_skip(name, sizeof WILDCARD - 1));
}

bool host_is_among(struct host_names names, struct span host)
{
	for (size_t i = 0; i < names.count; i++)
		if (host_matches(span_of(names.items[i]), host))
			return true;
	return false;
}

/* A NUL inside `text` makes it a shorter literal than it is, hence the look at the length. */
static bool read_literal(struct span text, int family, char literal[INET6_ADDRSTRLEN])
{
	struct in6_addr address; /* the larger of the two families */
	if (text.len >= INET6_ADDRSTRLEN)
		return false;
	memcpy(literal, text.ptr, text.len);
	literal[text.len] = '\0';
	return strlen(literal) == text.len && inet_pton(family, literal, &address) == 1 &&
	       inet_ntop(family, &address, literal, INET6_ADDRSTRLEN) != NULL;
}

static bool parse_ipv6(struct span text, struct arena *arena, struct span *out)
{
	char literal[INET6_ADDRSTRLEN];
	if (!read_literal(text, AF_INET6, literal))
		return false;
	*out = span_of(arena_copy(arena, span_of(literal)));
	return out->ptr != NULL;
}

/* There is one way to write these, and inet_pton takes no other: nothing has to be spelled anew.
 * Only what ends in a digit can be one, so that names need not be tried. */
static bool is_ipv4(struct span text)
{
	char literal[INET6_ADDRSTRLEN];
	char last = text.ptr[text.len - 1];
	return last >= '0' && last <= '9' && read_literal(text, AF_INET, literal);
}

/* reg-name may be percent-encoded UTF-8 (RFC 3986, 3.2.2). */
static bool decode(struct span text, struct arena *arena, struct span *out)
{
	char *decoded = arena_alloc(arena, text.len);
	if (decoded == NULL)
		return false;
	size_t len = 0;
	for (unsigned char byte; percent_next(&text, &byte); len++)
		decoded[len] = (char)byte;
	*out = (struct span){decoded, len};
	return text.len == 0;
}

/* host = IP-literal / IPv4address / reg-name */
bool host_parse(struct span text, struct arena *arena, struct span *out, bool *is_address)
{
	*is_address = false;
	if (text.len == 0)
		return false;
	if (text.ptr[0] == '[') {
		*is_address = true;
		return text.len > 2 && text.ptr[text.len - 1] == ']' &&
		       parse_ipv6((struct span){text.ptr + 1, text.len - 2}, arena, out);
	}
	if (memchr(text.ptr, '%', text.len) != NULL && !decode(text, arena, &text))
		return false;
	if (!idn_to_ascii(text, arena, out))
		return false;
	*is_address = is_ipv4(*out);
	return true;
}

bool host_normalise(struct span text, struct arena *arena, struct span *out, bool *is_address)
{
	*is_address = false;
	if (text.len > 0 && text.ptr[0] != '[' && memchr(text.ptr, ':', text.len) != NULL) {
		*is_address = true;
		return parse_ipv6(text, arena, out);
	}
	bool wildcard = span_starts_with(text, SPAN_LIT(WILDCARD));
	struct span name;
	if (!host_parse(wildcard ? span_skip(text, sizeof WILDCARD - 1) : text, arena, &name,
		    is_address) ||
		(wildcard && *is_address))
		return false;
	const char *spelling =
		arena_printf(arena, "%s%.*s", wildcard ? WILDCARD : "", SPAN_ARG(name));
	*out = span_of(spelling);
	return spelling != NULL;
}
