/*
 * The kinds of lines in an export, and the SQL that their tables of fields stand for.
 */
#include "store/kinds.h"

#include "store/types.h"

#define NAME_MAX_BYTES   512
#define FOLDED_MAX_BYTES 8192 /* folding may make a character many */
#define TEXT_MAX_BYTES   65536
#define SQL_MAX          ((size_t)16384)

#define ENUM_MAX(last) ((int)(last))

static const struct field capsule_fields[] = {
	{.name = "id", .type = FIELD_ID, .is_key = true},
	{.name = "host", .type = FIELD_TEXT, .most = 255},
	{.name = NULL},
};

static const struct field person_fields[] = {
	{.name = "id", .type = FIELD_ID, .is_key = true},
	{.name = "capsule", .type = FIELD_CAPSULE},
	{.name = "name", .type = FIELD_TEXT, .most = NAME_MAX_BYTES},
	{.name = "folded", .type = FIELD_TEXT, .most = FOLDED_MAX_BYTES},
	{.name = "registered", .type = FIELD_TIME},
	{.name = "standing", .type = FIELD_NUMBER, .most = ENUM_MAX(STORE_LEFT)},
	{.name = "role", .type = FIELD_NUMBER, .most = ENUM_MAX(STORE_OWNER)},
	{.name = "looked", .type = FIELD_TIME},
	{.name = "looked_before", .type = FIELD_TIME},
	{.name = "feed", .type = FIELD_TEXT, .most = 64},
	{.name = "recovery", .type = FIELD_HASH},
	{.name = "recovery_salt", .type = FIELD_HASH},
	{.name = NULL},
};

static const struct field name_fields[] = {
	{.name = "capsule", .type = FIELD_CAPSULE, .is_key = true},
	{.name = "folded", .type = FIELD_TEXT, .most = FOLDED_MAX_BYTES, .is_key = true},
	{.name = "person", .type = FIELD_WITHIN, .table = "people"},
	{.name = "until", .type = FIELD_TIME},
	{.name = NULL},
};

static const struct field certificate_fields[] = {
	{.name = "capsule", .type = FIELD_CAPSULE, .is_key = true},
	{.name = "key", .type = FIELD_HASH, .is_key = true},
	{.name = "person", .type = FIELD_WITHIN, .table = "people"},
	{.name = "added", .type = FIELD_TIME},
	{.name = "used", .type = FIELD_TIME},
	{.name = "ends", .type = FIELD_TIME},
	{.name = NULL},
};

static const struct field thread_fields[] = {
	{.name = "id", .type = FIELD_ID, .is_key = true},
	{.name = "capsule", .type = FIELD_CAPSULE},
	{.name = "slug", .type = FIELD_TEXT, .most = 4096},
	{.name = NULL},
};

static const struct field comment_fields[] = {
	{.name = "id", .type = FIELD_ID, .is_key = true},
	{.name = "capsule", .type = FIELD_CAPSULE},
	{.name = "thread", .type = FIELD_WITHIN, .table = "threads"},
	{.name = "person", .type = FIELD_WITHIN, .table = "people"},
	{.name = "parent", .type = FIELD_WITHIN, .table = "comments"},
	{.name = "state", .type = FIELD_NUMBER, .most = ENUM_MAX(STORE_REMOVED)},
	{.name = "written", .type = FIELD_TIME},
	{.name = "edited", .type = FIELD_TIME},
	{.name = "text", .type = FIELD_TEXT, .most = TEXT_MAX_BYTES},
	{.name = NULL},
};

static const struct field report_fields[] = {
	{.name = "id", .type = FIELD_ID, .is_key = true},
	{.name = "capsule", .type = FIELD_CAPSULE},
	{.name = "comment", .type = FIELD_WITHIN, .table = "comments"},
	{.name = "person", .type = FIELD_WITHIN, .table = "people"},
	{.name = "reason", .type = FIELD_TEXT, .most = TEXT_MAX_BYTES},
	{.name = "made", .type = FIELD_TIME},
	{.name = "settled", .type = FIELD_TIME},
	{.name = NULL},
};

static const struct field action_fields[] = {
	{.name = "id", .type = FIELD_ID, .is_key = true},
	{.name = "capsule", .type = FIELD_CAPSULE},
	{.name = "act", .type = FIELD_NUMBER, .most = ENUM_MAX(STORE_ACT_INVITE)},
	{.name = "actor", .type = FIELD_WITHIN, .table = "people"},
	{.name = "actor_name", .type = FIELD_TEXT, .most = NAME_MAX_BYTES},
	{.name = "comment", .type = FIELD_WITHIN, .table = "comments"},
	{.name = "person", .type = FIELD_WITHIN, .table = "people"},
	{.name = "person_name", .type = FIELD_TEXT, .most = NAME_MAX_BYTES},
	{.name = "reason", .type = FIELD_TEXT, .most = TEXT_MAX_BYTES},
	{.name = "made", .type = FIELD_TIME},
	{.name = NULL},
};

/* An answer has a greater id than what it answers: there are no circles. States 3 and 4 are those
 * without a text. */
static const char comment_wrong[] =
	" WHEN parent >= id THEN 'it answers one that is not older than itself'"
	" WHEN (SELECT thread FROM comments WHERE id = row.parent) <> thread"
	" THEN 'it answers one of another thread'"
	" WHEN text <> '' AND state IN (3, 4) THEN 'its text ought to be gone'"
	" WHEN text = '' AND state NOT IN (3, 4) THEN 'its text is empty'";
static const char person_wrong[] =
	" WHEN (name = '') <> (standing = 2) THEN 'its name is empty, as only that of one who has "
	"left is'"
	" WHEN folded = '' THEN 'its \"folded\" is empty'"
	" WHEN feed = '' THEN 'its \"feed\" is empty'"
	" WHEN (recovery IS NULL) <> (recovery_salt IS NULL) THEN 'its recovery lacks a half'";
static const char certificate_wrong[] =
	" WHEN (SELECT standing FROM people WHERE id = row.person) = 2"
	" THEN 'its person has left'";
/* What the configuration makes of a host, coarsely: it is printed as it is. */
static const char capsule_wrong[] =
	" WHEN host = '' OR host GLOB '*[^!-~]*' THEN 'its host cannot be one'";

const struct kind kinds_all[KINDS_COUNT] = {
	{"capsule", "capsules", capsule_fields, capsule_wrong, false},
	{"person", "people", person_fields, person_wrong, false},
	{"name", "retired_names", name_fields, "", false},
	{"certificate", "certificates", certificate_fields, certificate_wrong, false},
	{"thread", "threads", thread_fields, "", false},
	{"comment", "comments", comment_fields, comment_wrong, true},
	{"report", "reports", report_fields, "", false},
	{"action", "actions", action_fields, "", false},
};

/* As for a new comment, which tree_place is then given. */
#define PARENT "FROM comments WHERE id = json_extract(?1, '$.parent')"
static const char below_parent[] =
	", (SELECT person " PARENT "), ifnull((SELECT depth + 1 " PARENT "), 0), 0";

#define HEAD_NUMBER(table)                                                                         \
	", '" #table "', ifnull((SELECT seq FROM sqlite_sequence WHERE name = '" #table "'), 0)"

const char kinds_head[] =
	"SELECT json_object('kind', 'kindling', 'version', " KINDS_VERSION KINDS_SEQUENCES(
		HEAD_NUMBER) ")";
const char kinds_end[] = "SELECT json_object('kind', 'end')";

static void put_json(struct buf *sql, const struct kind *kind)
{
	buf_printf(sql, "json_object('kind', '%s'", kind->name);
	for (const struct field *field = kind->fields; field->name != NULL; field++) {
		const char *name = field->name;
		if (field->type == FIELD_HASH)
			buf_printf(sql, ", '%s', iif(%s IS NULL, NULL, lower(hex(%s)))", name, name,
				name);
		else
			buf_printf(sql, ", '%s', %s", name, name);
	}
	buf_text(sql, ")");
}

static void put_value(struct buf *sql, const struct field *field)
{
	bool is_hash = field->type == FIELD_HASH;
	buf_text(sql, is_hash ? "unhex_or_null(" : "");
	buf_printf(sql, "json_extract(?1, '$.%s')", field->name);
	buf_text(sql, is_hash ? ")" : "");
}

/* Ids have half of the numbers to themselves, so that a next one is always there. Where the column
 * is NULL, all of this is NULL as well, and not so. */
static void put_when_wrong(struct buf *sql, const struct field *field)
{
	const char *name = field->name;
	switch (field->type) {
	case FIELD_ID:
		buf_printf(sql, " WHEN %s NOT BETWEEN 1 AND %lld THEN 'its %s cannot be one'", name,
			(long long)(INT64_MAX / 2), name);
		break;
	case FIELD_CAPSULE:
		break; /* SQLite sees to it */
	case FIELD_WITHIN:
		buf_printf(sql,
			" WHEN (SELECT capsule FROM %s WHERE id = row.%s) <> capsule"
			" THEN 'its %s is of another capsule'",
			field->table, name, name);
		break;
	case FIELD_NUMBER:
		buf_printf(sql, " WHEN %s NOT BETWEEN 0 AND %d THEN 'its %s is not known'", name,
			field->most, name);
		break;
	case FIELD_TIME:
		buf_printf(sql,
			" WHEN %s NOT BETWEEN 0 AND 253402300799"
			" THEN 'its \"%s\" is not within the years 1970 to 9999'",
			name, name);
		break;
	case FIELD_TEXT:
		buf_printf(sql,
			" WHEN length(CAST(%s AS BLOB)) > %d"
			" THEN 'its %s is longer than %d bytes'",
			name, field->most, name, field->most);
		break;
	case FIELD_HASH:
		break; /* unhex_or_null does */
	}
}

static const char *finish(const struct buf *sql, struct arena *arena)
{
	return buf_failed(sql) ? NULL : arena_copy(arena, buf_view(sql));
}

const char *kind_select(const struct kind *kind, struct arena *arena)
{
	struct buf sql;
	const char *front = " ORDER BY ";
	buf_init(&sql, arena, SQL_MAX);
	buf_text(&sql, "SELECT ");
	put_json(&sql, kind);
	buf_printf(&sql, " FROM %s", kind->table);
	for (const struct field *field = kind->fields; field->name != NULL; field++) {
		if (!field->is_key)
			continue;
		buf_printf(&sql, "%s%s", front, field->name);
		front = ", ";
	}
	return finish(&sql, arena);
}

const char *kind_insert(const struct kind *kind, struct arena *arena)
{
	struct buf sql;
	buf_init(&sql, arena, SQL_MAX);
	buf_printf(&sql, "INSERT INTO %s (", kind->table);
	for (const struct field *field = kind->fields; field->name != NULL; field++)
		buf_printf(&sql, "%s%s", field == kind->fields ? "" : ", ", field->name);
	buf_text(&sql, kind->is_placed ? ", answers_to, depth, listed) SELECT " : ") SELECT ");
	for (const struct field *field = kind->fields; field->name != NULL; field++) {
		buf_text(&sql, field == kind->fields ? "" : ", ");
		put_value(&sql, field);
	}
	buf_text(&sql, kind->is_placed ? below_parent : "");
	return finish(&sql, arena);
}

const char *kind_look(const struct kind *kind, struct arena *arena)
{
	struct buf sql;
	const char *front = " WHERE ";
	buf_init(&sql, arena, SQL_MAX);
	buf_text(&sql, "SELECT ");
	put_json(&sql, kind);
	buf_text(&sql, ", CASE");
	for (const struct field *field = kind->fields; field->name != NULL; field++)
		put_when_wrong(&sql, field);
	buf_printf(&sql, "%s END FROM %s AS row", kind->wrong, kind->table);
	for (const struct field *field = kind->fields; field->name != NULL; field++) {
		if (!field->is_key)
			continue;
		buf_printf(&sql, "%s%s = ", front, field->name);
		put_value(&sql, field);
		front = " AND ";
	}
	return finish(&sql, arena);
}

/* Capitals are no digits here: a line is read only if it would be written the same way. */
static int digit_of(unsigned char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* A blob from the hexadecimal digits that hex() writes, in small letters; NULL from all else. */
static void unhex_or_null(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	const unsigned char *digits = sqlite3_value_text(values[0]);
	int len = sqlite3_value_bytes(values[0]);
	unsigned char bytes[STORE_KEY_SIZE];
	if (digits == NULL || len != 2 * STORE_KEY_SIZE)
		return;
	for (int i = 0; i < STORE_KEY_SIZE; i++) {
		int high = digit_of(digits[2 * i]), low = digit_of(digits[2 * i + 1]);
		if (high < 0 || low < 0)
			return;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	sqlite3_result_blob(context, bytes, STORE_KEY_SIZE, SQLITE_TRANSIENT);
}

bool kinds_prepare(sqlite3 *db)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
	return sqlite3_create_function(
		       db, "unhex_or_null", 1, flags, NULL, unhex_or_null, NULL, NULL) == SQLITE_OK;
}
