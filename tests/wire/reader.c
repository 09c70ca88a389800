/*
 * What a reader does on the comment side.
 */
#include "reader.h"

#include "wire.h"

#define PAGES_MAX 2000

struct answer ask_from_anywhere(
	const struct daemon *daemon, const struct person *person, const char *url)
{
	static _Atomic unsigned asked;
	const unsigned number = asked++;
	char source[32];

	snprintf(source, sizeof(source), "127.1.%u.%u", number / 200 % 256, number % 200 + 1);
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
	struct answer answer;

	url_of(url, "/comments/register?%s", encode_query(name, query, sizeof(query)));
	answer = ask_from_anywhere(daemon, person, url);
	assert_answer(&answer, 30, url);
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

struct answer reader_type(const struct daemon *daemon, const struct person *person,
	const char *path, const char *typed)
{
	char query[URL_SIZE / 2], url[URL_SIZE];
	struct answer answer = ask(daemon, person, url_of(url, "%s", path));
	const char *guarded = redirect_path(&answer);

	assert_answer(&answer, 30, path);
	assert_int_equal(strncmp(guarded, path, strlen(path)), 0);
	if (typed == NULL)
		url_of(url, "%s", guarded);
	else
		url_of(url, "%s?%s", guarded, encode_query(typed, query, sizeof(query)));
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
	char query[URL_SIZE / 2] = "", url[URL_SIZE];

	url_of(url, "%s?%s", path, encode_query(code, query, sizeof(query)));
	return ask_from_anywhere(daemon, person, url);
}

struct answer reader_send(const struct daemon *daemon, const struct person *person,
	const char *slug, const char *text)
{
	char query[URL_SIZE], url[URL_SIZE];

	url_of(url, "/comments/on/%s/new?%s", slug, encode_query(text, query, sizeof(query)));
	return ask_from_anywhere(daemon, person, url);
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
