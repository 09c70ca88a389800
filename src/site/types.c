/*
 * The table of extensions. Only text and feeds are in it besides what the capsule says itself:
 * for everything else libmagic sees better than a name can.
 */
#include "site/types.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "os/fd.h"

#define ROWS_MAX        4096
#define SYSTEM_FILE_MAX (1 << 20)
#define ARENA_MAX       (1 << 20)
#define SCRATCH_MAX     (2 << 20)

struct types_row {
	const char *extension; /* lower case */
	const char *type;
	unsigned rank; /* the lowest one wins */
};

/* For systems without a table, and for what theirs leave out. */
static const char *const built_in[] = {
	"application/atom+xml atom",
	"application/rss+xml rss",
	"text/plain txt text log",
	"text/markdown md markdown",
	"text/csv csv",
	"text/html html htm",
	"text/css css",
	"text/calendar ics",
	"text/vcard vcf",
	"text/x-diff diff patch",
};

bool types_is_type(struct span text)
{
	size_t slashes = 0;
	if (text.len >= TYPES_SIZE_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.ptr[i];
		bool first = i == 0 || text.ptr[i - 1] == '/';
		if (byte == '/' && !first)
			slashes++;
		else if (byte >= 0x80 || (!isalnum(byte) && (first || !strchr("!#$&-^_.+", byte))))
			return false;
	}
	return slashes == 1 && text.ptr[text.len - 1] != '/';
}

/* What is being collected: rows in scratch memory, their texts in the table's own. */
struct collection {
	struct types *types;
	struct types_row *rows;
	size_t count;
};

static bool add(struct collection *rows, struct span extension, const char *type)
{
	char *copy = arena_copy(&rows->types->arena, extension);
	if (copy == NULL || rows->count == ROWS_MAX)
		return false;
	for (char *at = copy; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	rows->rows[rows->count] = (struct types_row){copy, type, (unsigned)rows->count};
	rows->count++;
	return true;
}

static struct span next_word(struct span *rest)
{
	size_t start = 0;
	while (start < rest->len && (rest->ptr[start] == ' ' || rest->ptr[start] == '\t'))
		start++;
	size_t end = start;
	while (end < rest->len && rest->ptr[end] != ' ' && rest->ptr[end] != '\t')
		end++;
	struct span word = span_take(span_skip(*rest, start), end - start);
	*rest = span_skip(*rest, end);
	return word;
}

/* text/xml says little: libmagic and a look at the root element say more. */
static bool is_kept(struct span type)
{
	if (span_equal_nocase(type, SPAN_LIT("text/xml")) || !types_is_type(type))
		return false;
	return span_starts_with(type, SPAN_LIT("text/")) ||
	       span_equal(type, SPAN_LIT("application/atom+xml")) ||
	       span_equal(type, SPAN_LIT("application/rss+xml"));
}

/* A line of a mime.types file: "type/subtype ext ext …". */
static bool add_line(struct collection *rows, struct span line)
{
	struct span type = next_word(&line);
	struct span extension = next_word(&line);
	if (extension.len == 0 || !is_kept(type))
		return true;
	const char *copy = arena_copy(&rows->types->arena, type);
	if (copy == NULL)
		return false;
	for (; extension.len > 0 && extension.ptr[0] != '#'; extension = next_word(&line)) {
		if (extension.len <= CONF_EXTENSION_MAX && !add(rows, extension, copy))
			return false;
	}
	return true;
}

static bool add_own(struct collection *rows, const struct conf_texts *own)
{
	for (size_t i = 0; i < own->count; i++) {
		struct span extension, type;
		CHECK(span_cut(span_of(own->items[i]), '=', &extension, &type));
		CHECK(extension.len <= CONF_EXTENSION_MAX && types_is_type(type));
		const char *copy = arena_copy(&rows->types->arena, type);
		if (copy == NULL || !add(rows, extension, copy))
			return false;
	}
	return true;
}

static bool add_system(struct collection *rows, struct arena *scratch, const char *system_file)
{
	struct span text, line;
	struct fault fault;
	if (!file_read(system_file, SYSTEM_FILE_MAX, scratch, &text, &fault))
		return true; /* the built-in rows do */
	while (span_next_line(&text, &line)) {
		if (!add_line(rows, line))
			return false;
	}
	return true;
}

static int compare(const void *left, const void *right)
{
	const struct types_row *a = left, *b = right;
	int order = strcmp(a->extension, b->extension);
	return order != 0 ? order : (a->rank > b->rank) - (a->rank < b->rank);
}

/* Sorts, and keeps the first of each extension. */
static bool settle(struct types *types, struct collection *rows)
{
	qsort(rows->rows, rows->count, sizeof *rows->rows, compare);
	types->rows = arena_alloc(&types->arena, rows->count * sizeof *types->rows);
	if (types->rows == NULL)
		return false;
	for (size_t i = 0; i < rows->count; i++) {
		if (i == 0 || strcmp(rows->rows[i].extension, rows->rows[i - 1].extension) != 0)
			types->rows[types->count++] = rows->rows[i];
	}
	return true;
}

static bool collect(struct types *types, struct arena *scratch, const struct conf_texts *own,
	const char *system_file, struct fault *fault)
{
	struct collection rows = {
		.types = types, .rows = arena_alloc(scratch, ROWS_MAX * sizeof *rows.rows)};
	if (rows.rows == NULL)
		return fault_set(fault, "no memory left for the table of types");
	bool done = add_own(&rows, own) && add(&rows, SPAN_LIT("gmi"), TYPES_GEMTEXT) &&
		    add(&rows, SPAN_LIT("gemini"), TYPES_GEMTEXT) &&
		    add_system(&rows, scratch, system_file);
	for (size_t i = 0; done && i < sizeof built_in / sizeof built_in[0]; i++)
		done = add_line(&rows, span_of(built_in[i]));
	if (!done || !settle(types, &rows))
		return fault_set(fault, "the table of types in %s is too large", system_file);
	return true;
}

bool types_begin(struct types *types, const struct conf_texts *own, const char *system_file,
	struct fault *fault)
{
	struct arena scratch;
	*types = (struct types){.count = 0};
	arena_init(&types->arena, ARENA_MAX);
	arena_init(&scratch, SCRATCH_MAX);
	bool done = collect(types, &scratch, own, system_file, fault);
	arena_end(&scratch);
	if (!done)
		types_end(types);
	return done;
}

void types_end(struct types *types)
{
	arena_end(&types->arena);
}

static int compare_extension(const void *key, const void *row)
{
	return strcmp(key, ((const struct types_row *)row)->extension);
}

const char *types_of_name(const struct types *types, struct span path)
{
	char extension[CONF_EXTENSION_MAX + 1];
	size_t len = 0;
	while (len < path.len && path.ptr[path.len - 1 - len] != '.' &&
		path.ptr[path.len - 1 - len] != '/')
		len++;
	if (len == path.len || path.ptr[path.len - 1 - len] == '/' || len > CONF_EXTENSION_MAX)
		return NULL;
	for (size_t i = 0; i < len; i++)
		extension[i] = (char)tolower((unsigned char)path.ptr[path.len - len + i]);
	extension[len] = '\0';
	const struct types_row *row = bsearch(
		extension, types->rows, types->count, sizeof *types->rows, compare_extension);
	return row == NULL ? NULL : row->type;
}
