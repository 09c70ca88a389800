/*
 * What each text in the configuration has to look like.
 */
#include "conf/check.h"

#include <string.h>

#include "proto/host.h"
#include "text/unicode.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

static bool holds_only(struct span text, const char *allowed)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\0' || strchr(allowed, text.ptr[i]) == NULL)
			return false;
	return true;
}

bool check_listen(const char *text, struct arena *arena, const char **out, struct fault *fault)
{
	struct sockaddr_storage address;

	(void)arena;
	(void)out;
	return address_parse(text, &address, fault);
}

bool check_store(const char *text, struct arena *arena, const char **out, struct fault *fault)
{
	struct span prefix = SPAN_LIT("sqlite:"), whole = span_of(text);

	(void)arena;
	if (!span_starts_with(whole, prefix) || whole.len == prefix.len ||
		span_ends_with(whole, SPAN_LIT("/")))
		return fault_set(
			fault, "\"%s\" is not a store: write sqlite: and the path of a file", text);
	*out = text + prefix.len;
	return true;
}

bool check_folder(const char *text, struct arena *arena, const char **out, struct fault *fault)
{
	(void)arena;
	(void)out;
	return text[0] != '\0' || fault_set(fault, "the name of a folder is missing");
}

bool check_alias(const char *text, struct arena *arena, const char **out, struct fault *fault)
{
	struct span normal;
	bool is_address;

	if (!host_normalise(span_of(text), arena, &normal, &is_address))
		return fault_set(fault,
			"\"%s\" is not a host name, without a port, nor an IP address", text);
	*out = arena_copy(arena, normal);
	return *out != NULL || fault_set(fault, "no memory left");
}

bool check_host(const char *text, struct arena *arena, const char **out, struct fault *fault)
{
	/* It is also the name of the certificate's file and the one in the links that we make. */
	if (text[0] == '*')
		return fault_set(fault,
			"\"%s\" is a wildcard: name the capsule after one host and "
			"put the wildcard into its aliases",
			text);
	return check_alias(text, arena, out, fault);
}

/* tag = part *("-" part); a part is 1 to 8 letters and digits, the first one letters alone:
 * the shape that all of RFC 5646 has. */
static bool is_language_tag(struct span tag)
{
	struct span part, rest = tag;
	bool more = true;

	for (bool first = true; more; first = false) {
		more = span_cut(rest, '-', &part, &rest);
		if (part.len < 1 || part.len > 8 ||
			!holds_only(part, first ? LETTERS : LETTERS DIGITS))
			return false;
	}
	return true;
}

bool check_lang(const char *text, struct arena *arena, const char **out, struct fault *fault)
{
	struct span tag, rest = span_of(text);
	bool more = rest.len > 0;

	(void)arena;
	(void)out;
	while (more) {
		more = span_cut(rest, ',', &tag, &rest);
		if (!is_language_tag(tag))
			return fault_set(fault,
				"\"%s\" is not a language tag like en or pt-BR, nor several with "
				"commas",
				text);
	}
	return true;
}

bool check_feed(const char *text, struct arena *arena, const char **out, struct fault *fault)
{
	struct span segment, rest = span_of(text);
	bool more = rest.len > 0, good = more && text[0] == '/';

	(void)arena;
	(void)out;
	rest = span_skip(rest, 1);
	while (more && good) {
		more = span_cut(rest, '/', &segment, &rest);
		/* Hidden names are never served, dot segments among them. */
		good = segment.len > 0 && segment.ptr[0] != '.';
	}
	return good ||
	       fault_set(fault, "\"%s\" is not a page's path from the root, like /index.gmi", text);
}

/* URI = scheme ":" rest, printable ASCII without a space (RFC 3986, 3). It stands on a link line,
 * where a space would end it. */
bool check_contact(const char *text, struct arena *arena, const char **out, struct fault *fault)
{
	struct span scheme, rest;

	(void)arena;
	(void)out;
	if (text[0] == '\0')
		return true;

	bool good = span_cut(span_of(text), ':', &scheme, &rest) && scheme.len > 0 &&
		    rest.len > 0 && strchr(LETTERS, scheme.ptr[0]) != NULL &&
		    holds_only(scheme, LETTERS DIGITS "+-.");

	for (size_t i = 0; good && i < rest.len; i++)
		good = rest.ptr[i] > ' ' && rest.ptr[i] < 0x7f;
	return good || fault_set(fault, "\"%s\" is not a URI like mailto:me@example.org", text);
}

/* RFC 6838, 4.2 */
static bool is_type_name(struct span name)
{
	return name.len > 0 && holds_only(span_take(name, 1), LETTERS DIGITS) &&
	       holds_only(name, LETTERS DIGITS "!#$&-^_.+");
}

bool check_media_type(const char *text, struct arena *arena, const char **out, struct fault *fault)
{
	struct span extension, type, main_type, subtype;

	(void)arena;
	(void)out;
	if (!span_cut(span_of(text), '=', &extension, &type) || extension.len == 0 ||
		memchr(extension.ptr, '/', extension.len) != NULL ||
		!span_cut(type, '/', &main_type, &subtype) || !is_type_name(main_type) ||
		!is_type_name(subtype))
		return fault_set(fault,
			"\"%s\" is not an extension with a type, like txt=text/gemini", text);
	if (memchr(extension.ptr, '.', extension.len) != NULL)
		return fault_set(fault,
			"\"%s\": write only what follows the last dot of a file's name, like "
			"gz=application/gzip",
			text);
	if (extension.len > CONF_EXTENSION_MAX)
		return fault_set(fault, "\"%s\": the extension is longer than %d bytes", text,
			CONF_EXTENSION_MAX);
	return type.len <= CONF_TYPE_MAX ||
	       fault_set(fault, "\"%s\": the type is longer than %d bytes", text, CONF_TYPE_MAX);
}

/* As `kindling cert`, clients and our own pages print it: with colons or without, of any case. */
bool check_fingerprint(const char *text, struct arena *arena, const char **out, struct fault *fault)
{
	char *digits = arena_alloc(arena, 2 * CONF_FINGERPRINT_BYTES + 1);
	size_t count = 0;

	if (digits == NULL)
		return fault_set(fault, "no memory left");
	for (const char *c = text; *c != '\0' && count <= 2 * CONF_FINGERPRINT_BYTES; c++) {
		if (*c == ':')
			continue;
		/* ASCII letters alone come this far: bit 5 makes them small ones. */
		if (strchr(DIGITS "abcdefABCDEF", *c) == NULL ||
			count == 2 * CONF_FINGERPRINT_BYTES)
			count = 2 * CONF_FINGERPRINT_BYTES;
		else
			digits[count] = (char)(*c | 0x20);
		count++;
	}
	if (count != 2 * CONF_FINGERPRINT_BYTES)
		return fault_set(fault,
			"\"%s\" is not the SHA-256 of a public key: 64 hexadecimal digits, as a "
			"reader's own page shows them",
			text);
	digits[count] = '\0';
	*out = digits;
	return true;
}

/* One without a letter would hold every comment, or none. */
bool check_word(const char *text, struct arena *arena, const char **out, struct fault *fault)
{
	struct span rest = span_of(text);
	uint32_t code_point;

	(void)arena;
	(void)out;
	if (rest.len > CONF_WORD_MAX)
		return fault_set(fault, "\"%s\" is longer than %d bytes", text, CONF_WORD_MAX);
	while (unicode_next(&rest, &code_point))
		if (unicode_is_letter(code_point))
			return true;
	return fault_set(fault, "\"%s\" holds no letter or digit", text);
}

bool check_log_to(const char *text, struct arena *arena, const char **out, struct fault *fault)
{
	(void)arena;
	(void)out;
	return strcmp(text, "stderr") == 0 || strcmp(text, "syslog") == 0 ||
	       strcmp(text, "journal") == 0 || strchr(text, '/') != NULL ||
	       fault_set(fault,
		       "\"%s\" is no place for the log: write stderr, syslog, journal, or the path "
		       "of "
		       "a file with a slash in it",
		       text);
}

bool check_control(const char *text, struct arena *arena, const char **out, struct fault *fault)
{
	struct sockaddr_storage address;
	const char *as_listen = arena_printf(arena, "unix:%s", text);

	(void)out;
	return text[0] == '\0' || (as_listen != NULL ? address_parse(as_listen, &address, fault)
						     : fault_set(fault, "no memory left"));
}

bool check_range(const char *text, struct arena *arena, const char **out, struct fault *fault)
{
	struct address_range range;

	(void)arena;
	(void)out;
	return address_range_parse(text, &range, fault);
}
