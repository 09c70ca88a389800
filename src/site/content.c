/*
 * Types by content: libmagic, feeds, and whether text is UTF-8.
 */
#include "site/content.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text/unicode.h"

#define CHUNK     MIME_BYTES_MAX
#define TEXT_MAX  (16 * 1024 * 1024) /* of a text, so much is checked */
#define FEED_HEAD 4096               /* a feed's root element begins in here */
#define UNKNOWN   "application/octet-stream"
#define ATOM      "http://www.w3.org/2005/Atom"
#define RSS_1     "http://purl.org/rss/1.0/"

bool content_is_wanted(const char *by_name)
{
	return by_name == NULL || span_starts_with(span_of(by_name), SPAN_LIT("text/"));
}

/* Fills `bytes` from `offset` on, up to `size` or the end of the file. */
static bool read_at(int fd, off_t offset, char *bytes, size_t size, size_t *got)
{
	*got = 0;
	while (*got < size) {
		ssize_t count = pread(fd, bytes + *got, size - *got, offset + (off_t)*got);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return false;
		if (count == 0)
			return true;
		*got += (size_t)count;
	}
	return true;
}

/* How many bytes at the end begin a character that is not whole: 0 to 3. */
static size_t unfinished(struct span text)
{
	for (size_t back = 1; back <= 3 && back <= text.len; back++) {
		unsigned char byte = (unsigned char)text.ptr[text.len - back];
		if (byte < 0x80)
			return 0;
		if (byte < 0xc0)
			continue;
		size_t size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
		return size > back ? back : 0;
	}
	return 0;
}

/* A file being read as text, chunk by chunk. */
struct text {
	int fd;
	char *chunk;
	size_t len;   /* of the chunk */
	off_t offset; /* where the chunk begins in the file */
};

enum text_state { TEXT_UTF8, TEXT_OTHER /* the chunk holds the first bad byte */, TEXT_UNREAD };

/* The first chunk has been read already. */
static enum text_state check_text(struct text *text)
{
	for (;;) {
		bool last = text->len < CHUNK;
		struct span chunk = {text->chunk, text->len};
		size_t tail = last ? 0 : unfinished(chunk);
		if (!unicode_is_valid(span_take(chunk, chunk.len - tail)))
			return TEXT_OTHER;
		text->offset += (off_t)(chunk.len - tail);
		if (last || text->offset + CHUNK > TEXT_MAX)
			return TEXT_UTF8;
		if (!read_at(text->fd, text->offset, text->chunk, CHUNK, &text->len))
			return TEXT_UNREAD;
	}
}

static void set_type(char type[CONTENT_TYPE_SIZE], const char *name, const char *charset)
{
	bool shown = charset[0] != '\0' && strcmp(charset, "binary") != 0 &&
		     strcmp(charset, "us-ascii") != 0 && strcmp(charset, "utf-8") != 0;
	(void)snprintf(type, CONTENT_TYPE_SIZE, "%s%s%s", name, shown ? "; charset=" : "",
		shown ? charset : "");
}

/* Text that is not UTF-8. Gemtext has to be (gemtext specification, section 2), so such a file is
 * plain text, or whatever else it is. */
static bool type_other_text(
	struct mime *mime, const struct text *text, const char *name, char type[CONTENT_TYPE_SIZE])
{
	struct mime_seen seen;
	bool gemtext = strcmp(name, TYPES_GEMTEXT) == 0;
	if (!mime_look(mime, (struct span){text->chunk, text->len}, &seen)) {
		set_type(type, gemtext ? UNKNOWN : name, "");
		return false;
	}
	if (gemtext && strcmp(seen.charset, "binary") == 0)
		set_type(type, text->offset == 0 ? seen.type : UNKNOWN, "");
	else
		set_type(type, gemtext ? "text/plain" : name, seen.charset);
	return true;
}

/* Past what may stand before the root element of an XML document (XML 1.0, production 22). */
static struct span skip_prolog(struct span text)
{
	if (span_starts_with(text, SPAN_LIT("\xef\xbb\xbf")))
		text = span_skip(text, 3);
	for (;;) {
		while (text.len > 0 && memchr(" \t\r\n", text.ptr[0], 4) != NULL)
			text = span_skip(text, 1);
		const char *end = NULL;
		if (span_starts_with(text, SPAN_LIT("<!--")))
			end = "-->";
		else if (span_starts_with(text, SPAN_LIT("<?")))
			end = "?>";
		else if (span_starts_with(text, SPAN_LIT("<!")))
			end = ">";
		else
			return text;
		const char *found = memmem(text.ptr, text.len, end, strlen(end));
		if (found == NULL)
			return (struct span){NULL, 0};
		text = span_skip(text, (size_t)(found - text.ptr) + strlen(end));
	}
}

static bool holds(struct span text, const char *words)
{
	return memmem(text.ptr, text.len, words, strlen(words)) != NULL;
}

/* The type of the feed that begins with these bytes; NULL for what is no feed. */
static const char *feed_type(struct span head)
{
	struct span root = skip_prolog(span_take(head, FEED_HEAD));
	if (root.len == 0 || root.ptr[0] != '<')
		return NULL;
	root = span_skip(root, 1);
	size_t len = 0;
	while (len < root.len && memchr(" \t\r\n/>", root.ptr[len], 6) == NULL)
		len++;
	struct span name = span_take(root, len), prefix, local;
	if (span_cut(name, ':', &prefix, &local))
		name = local;
	if (span_equal(name, SPAN_LIT("feed")) && holds(root, ATOM))
		return "application/atom+xml";
	if (span_equal(name, SPAN_LIT("rss")) ||
		(span_equal(name, SPAN_LIT("RDF")) && holds(root, RSS_1)))
		return "application/rss+xml";
	return NULL;
}

/* What libmagic sees; NULL where it fails. */
static const char *type_seen(struct mime *mime, struct span head, struct mime_seen *seen)
{
	if (!mime_look(mime, head, seen))
		return NULL;
	bool text = span_starts_with(span_of(seen->type), SPAN_LIT("text/"));
	if (text || strcmp(seen->type, "application/xml") == 0) {
		const char *feed = feed_type(head);
		if (feed != NULL)
			return feed;
	}
	/* inode/… and the like are libmagic's own and no MIME types. */
	bool foreign = span_starts_with(span_of(seen->type), SPAN_LIT("inode/")) ||
		       strcmp(seen->type, "application/x-empty") == 0;
	return foreign ? UNKNOWN : seen->type;
}

static bool type_of_text(
	struct mime *mime, struct text *text, const char *name, char type[CONTENT_TYPE_SIZE])
{
	struct mime_seen seen;
	set_type(type, UNKNOWN, "");
	if (!read_at(text->fd, 0, text->chunk, CHUNK, &text->len))
		return false;
	if (name == NULL && text->len > 0) {
		name = type_seen(mime, (struct span){text->chunk, text->len}, &seen);
		if (name == NULL)
			return false;
	}
	if (name == NULL)
		return true; /* an empty file of whatever kind */
	if (!span_starts_with(span_of(name), SPAN_LIT("text/"))) {
		set_type(type, name, "");
		return true;
	}
	switch (check_text(text)) {
	case TEXT_UTF8:
		set_type(type, name, "");
		return true;
	case TEXT_OTHER:
		return type_other_text(mime, text, name, type);
	case TEXT_UNREAD:
		break;
	}
	return false;
}

bool content_type(struct mime *mime, int fd, const char *by_name, char type[CONTENT_TYPE_SIZE])
{
	struct text text = {.fd = fd, .chunk = malloc(CHUNK)};
	if (text.chunk == NULL) {
		set_type(type, UNKNOWN, "");
		return false;
	}
	bool sure = type_of_text(mime, &text, by_name, type);
	free(text.chunk);
	return sure;
}
