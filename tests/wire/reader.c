/*
 * What a reader does on the comment side.
 */
#include "reader.h"

#include "wire.h"

#define PAGES_MAX   2000
#define SOURCE_SIZE 32

/* Another address of this machine each time. */
static const char *choose_source(char out[SOURCE_SIZE])
{
	static _Atomic unsigned asked;
	const unsigned number = asked++;

	snprintf(out, SOURCE_SIZE, "127.1.%u.%u", number / 200 % 256, number % 200 + 1);
	return out;
}

struct answer ask_from_anywhere(
	const struct daemon *daemon, const struct person *person, const char *url)
{
	char source[SOURCE_SIZE];

	choose_source(source);
	return ask_as(daemon, &(struct client_options){.person = person, .source = source}, url);
}

void read_code(const char *page, char code[CODE_TEXT_SIZE])
{
	const char *line = strstr(page, "\n```");
	size_t length;

	line = line != NULL ? strchr(line + 1, '\n') : NULL;
	if (line == NULL)
		fail_msg("no code in:\n%s", page);
	length = strcspn(line + 1, "\n");
	assert_true(length > 0 && length < CODE_TEXT_SIZE);
	memcpy(code, line + 1, length);
	code[length] = '\0';
}

void reader_register(const struct daemon *daemon, const struct person *person, const char *name,
	char code[CODE_TEXT_SIZE])
{
	char query[URL_SIZE / 2], url[URL_SIZE];
	struct answer answer = reader_answer(
		daemon, person, "/comments/register", encode_query(name, query, sizeof(query)));

	assert_answer(&answer, 30, name);
	assert_int_equal(strncmp(redirect_path(&answer), "/comments/welcome/", 18), 0);
	url_of(url, "%s", redirect_path(&answer));
	answer_free(&answer);
	answer = ask(daemon, person, url);
	assert_answer(&answer, 20, url);
	read_code(answer.body, code);
	answer_free(&answer);
}

void reader_join(const struct daemon *daemon, struct person *person, const char *name)
{
	char code[CODE_TEXT_SIZE];

	assert_true(person_make_ordinary(person, "somebody"));
	reader_register(daemon, person, name, code);
}

/* Whether the answer leads to where the path's page asks this reader: to `url`, with the query. */
static bool leads_to_guard(
	const struct answer *answer, const char *path, const char *query, char url[URL_SIZE])
{
	const char *found = answer->status == 30 ? strstr(answer->meta, path) : NULL;

	if (found == NULL || strncmp(found + strlen(path), "/~", 2) != 0)
		return false;
	url_of(url, "%s%s%s", found, query != NULL ? "?" : "", query != NULL ? query : "");
	return true;
}

struct answer reader_answer(const struct daemon *daemon, const struct person *person,
	const char *path, const char *query)
{
	char url[URL_SIZE];
	struct answer answer = ask_from_anywhere(daemon, person, url_of(url, "%s", path));

	if (!leads_to_guard(&answer, path, query, url))
		return answer;
	answer_free(&answer);
	return ask_from_anywhere(daemon, person, url);
}

void expect_answered(const struct daemon *daemon, const struct person *person, const char *path,
	const char *query, int status)
{
	struct answer answer = reader_answer(daemon, person, path, query);

	assert_answer(&answer, status, path);
	answer_free(&answer);
}

bool reader_fetch(unsigned port, const struct person *person, const char *path, const char *query,
	struct answer *answer)
{
	char url[URL_SIZE], source[SOURCE_SIZE];
	const struct client_options options = {.person = person, .source = choose_source(source)};

	if (!client_fetch(port, &options, url_of(url, "%s", path), answer))
		return false;
	if (!leads_to_guard(answer, path, query, url))
		return true;
	answer_free(answer);
	return client_fetch(port, &options, url, answer);
}

struct answer reader_type(const struct daemon *daemon, const struct person *person,
	const char *path, const char *typed)
{
	char query[URL_SIZE / 2], url[URL_SIZE];
	struct answer answer = ask(daemon, person, url_of(url, "%s", path));

	if (typed != NULL)
		encode_query(typed, query, sizeof(query));
	if (!leads_to_guard(&answer, path, typed != NULL ? query : NULL, url))
		fail_msg("%s: %d %s, not to where it asks", path, answer.status, answer.meta);
	answer_free(&answer);
	return ask(daemon, person, url);
}

void reader_device_code(
	const struct daemon *daemon, const struct person *person, char code[CODE_TEXT_SIZE])
{
	char url[URL_SIZE];
	struct answer answer = reader_type(daemon, person, "/comments/account/device", "yes");

	url_of(url, "%s", redirect_path(&answer));
	answer_free(&answer);
	answer = ask(daemon, person, url);
	assert_answer(&answer, 20, url);
	read_code(answer.body, code);
	answer_free(&answer);
}

struct answer reader_type_code(const struct daemon *daemon, const struct person *person,
	const char *path, const char *code)
{
	char query[URL_SIZE / 2] = "";

	return reader_answer(daemon, person, path, encode_query(code, query, sizeof(query)));
}

struct answer reader_send(const struct daemon *daemon, const struct person *person,
	const char *slug, const char *text)
{
	char query[URL_SIZE], path[URL_SIZE / 2];

	snprintf(path, sizeof(path), "/comments/on/%s/new", slug);
	return reader_answer(daemon, person, path, encode_query(text, query, sizeof(query)));
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
