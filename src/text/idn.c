/*
 * Host names: ASCII ones are checked and lower-cased here, all others go through libidn2.
 */
#include "text/idn.h"

#include <string.h>

#include <idn2.h>

#define NAME_MAX_BYTES  253 /* RFC 1035, 2.3.4, without the root's dot */
#define LABEL_MAX_BYTES 63
#define INPUT_MAX_BYTES 1024 /* a Unicode name may be longer than its ASCII form */

enum form { FORM_LOWER, FORM_UPPER, FORM_UNICODE, FORM_BAD };

static bool ends_label(struct span host, size_t at)
{
	return at == host.len || host.ptr[at] == '.';
}

/* Labels of letters, digits and inner hyphens (RFC 1123, 2.1); underscores too, as names in use
 * have them. */
static enum form form_of(struct span host)
{
	enum form form = FORM_LOWER;
	size_t label = 0; /* where it begins */
	for (size_t i = 0; i <= host.len; i++) {
		if (ends_label(host, i)) {
			if (i == label || i - label > LABEL_MAX_BYTES)
				return FORM_BAD;
			label = i + 1;
			continue;
		}
		char c = host.ptr[i];
		if (c & 0x80)
			return FORM_UNICODE;
		if (c >= 'A' && c <= 'Z')
			form = FORM_UPPER;
		else if (c == '-' ? i == label || ends_label(host, i + 1)
				  : !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_')
			return FORM_BAD;
	}
	return host.len <= NAME_MAX_BYTES ? form : FORM_BAD;
}

static bool lower(struct span host, struct arena *arena, struct span *out)
{
	char *copy = arena_copy(arena, host);
	if (copy == NULL)
		return false;
	for (size_t i = 0; i < host.len; i++)
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] + ('a' - 'A'));
	*out = (struct span){copy, host.len};
	return true;
}

static struct span without_final_dot(struct span host)
{
	return span_ends_with(host, SPAN_LIT(".")) ? span_take(host, host.len - 1) : host;
}

/* Not with IDN2_USE_STD3_ASCII_RULES: that drops what it forbids, where form_of refuses it. */
static bool encode(struct span host, struct arena *arena, struct span *out)
{
	if (host.len > INPUT_MAX_BYTES || memchr(host.ptr, '\0', host.len) != NULL)
		return false;
	char *text = arena_copy(arena, host);
	uint8_t *name = NULL;
	if (text == NULL || idn2_lookup_u8((const uint8_t *)text, &name,
				    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return false;
	/* An ideographic full stop at the end has become a dot by now. */
	struct span encoded = without_final_dot(span_of((const char *)name));
	bool done = form_of(encoded) == FORM_LOWER && lower(encoded, arena, out);
	idn2_free(name);
	return done;
}

bool idn_to_ascii(struct span host, struct arena *arena, struct span *out)
{
	struct span name = without_final_dot(host);
	switch (form_of(name)) {
	case FORM_LOWER:
		*out = name;
		return true;
	case FORM_UPPER:
		return lower(name, arena, out);
	case FORM_UNICODE:
		return encode(name, arena, out);
	case FORM_BAD:
		break;
	}
	return false;
}
