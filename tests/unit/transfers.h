/*
 * Exports and imports of a test's store.
 */
#ifndef KINDLING_TESTS_UNIT_TRANSFERS_H
#define KINDLING_TESTS_UNIT_TRANSFERS_H

#include "store/transfer.h"
#include "stores.h"

static inline char *slurp(FILE *stream, size_t *len)
{
	long size = ftell(stream);
	char *text = calloc(1, (size_t)size + 1);
	assert_non_null(text);
	rewind(stream);
	*len = fread(text, 1, (size_t)size, stream);
	assert_int_equal(*len, size);
	fclose(stream);
	return text;
}

static int64_t told_done, told_whole;

static inline void tell(void *context, int64_t done, int64_t whole)
{
	assert_ptr_equal(context, &told_done);
	assert_true(done >= told_done);
	told_done = done;
	told_whole = whole;
}

static inline char *export_from(const char *file, size_t *len)
{
	FILE *stream = tmpfile();
	assert_non_null(stream);
	told_done = 0;
	if (!store_export(file, stream, tell, &told_done, &w.fault))
		fail_msg("%s", w.fault.text);
	return slurp(stream, len);
}

static inline bool import_into(const char *file, const char *text, size_t len)
{
	FILE *stream = tmpfile();
	assert_non_null(stream);
	assert_int_equal(fwrite(text, 1, len, stream), len);
	rewind(stream);
	told_done = 0;
	bool well = store_import(file, stream, tell, &told_done, &w.fault);
	fclose(stream);
	return well;
}

static inline const char *new_file(void)
{
	return tree_at(&w.tree, "new/kindling.db");
}

#endif
