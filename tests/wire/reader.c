/*
 * What a reader does on the comment side.
 */
#include "reader.h"

#include "wire.h"

#define PAGES_MAX 2000

void reader_join(const struct daemon *daemon, struct person *person, const char *name)
{
	char query[URL_SIZE / 2], url[URL_SIZE];
	struct answer answer;

	assert_true(person_make_ordinary(person, "somebody"));
	url_of(url, "/comments/register?%s", encode_query(name, query, sizeof(query)));
	answer = ask(daemon, person, url);
	assert_answer(&answer, 30, url);
	assert_int_equal(strncmp(redirect_path(&answer), "/comments/", 10), 0);
	answer_free(&answer);
}

struct answer reader_send(const struct daemon *daemon, const struct person *person,
	const char *slug, const char *text)
{
	char query[URL_SIZE], url[URL_SIZE];

	url_of(url, "/comments/on/%s/new?%s", slug, encode_query(text, query, sizeof(query)));
	return ask(daemon, person, url);
}

long comment_id(const struct answer *answer)
{
	const char *path = answer->meta, *digits = strstr(path, "/comments/");
	char *end;
	long id;

	if (answer->status != 30 || digits == NULL)
		return 0;
	id = strtol(digits + 10, &end, 10);
	return *end == '\0' ? id : 0;
}

long reader_comment(const struct daemon *daemon, const struct person *person, const char *slug,
	const char *text)
{
	struct answer answer = reader_send(daemon, person, slug, text);
	long id;

	assert_answer(&answer, 30, text);
	redirect_path(&answer);
	id = comment_id(&answer);
	if (id <= 0)
		fail_msg("no comment's address: %s", answer.meta);
	answer_free(&answer);
	return id;
}

bool find_link(const char *page, const char *begin, char *out, size_t size)
{
	for (const char *line = page; line != NULL; line = strchr(line, '\n')) {
		size_t length;

		line += *line == '\n';
		if (strncmp(line, "=> ", 3) != 0)
			continue;
		line += 3;
		length = strcspn(line, " \t\r\n");
		if (length < size && strncmp(line, begin, strlen(begin)) == 0) {
			memcpy(out, line, length);
			out[length] = '\0';
			return true;
		}
	}
	return false;
}

char *read_pages(const struct daemon *daemon, const char *path, const char *next)
{
	char url[URL_SIZE], link[URL_SIZE / 2], begin[URL_SIZE / 2];
	size_t used = 0;
	char *all = NULL;

	snprintf(begin, sizeof(begin), "%s%s", path, next);
	url_of(url, "%s", path);
	for (int page = 0; page < PAGES_MAX; page++) {
		struct answer answer = ask(daemon, NULL, url);
		bool more;

		assert_answer(&answer, 20, url);
		all = realloc(all, used + answer.length + 1);
		assert_non_null(all);
		memcpy(all + used, answer.body, answer.length + 1);
		used += answer.length;
		more = find_link(answer.body, begin, link, sizeof(link));
		answer_free(&answer);
		if (!more)
			return all;
		url_of(url, "%s", link);
	}
	fail_msg("%s has no last page", path);
	return NULL;
}
