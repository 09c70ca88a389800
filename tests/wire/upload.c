/*
 * Uploads over Titan.
 */
#include "upload.h"

#include "reader.h"
#include "wire.h"

const char *titan_url(char out[URL_SIZE], const char *path, ...)
{
	va_list arguments;

	va_start(arguments, path);
	(void)url_at(out, "titan://localhost", path, arguments);
	va_end(arguments);
	return out;
}

struct answer upload_as(const struct daemon *daemon, const struct client_options *options,
	const char *url, const char *parameters, const void *bytes, size_t length, size_t piece)
{
	char line[URL_SIZE];
	int head = snprintf(line, sizeof(line), "%s;%s\r\n", url, parameters);
	struct answer answer;
	char *all;

	assert_true(head > 0 && (size_t)head < sizeof(line));
	all = malloc((size_t)head + length);
	assert_non_null(all);
	memcpy(all, line, (size_t)head);
	if (length > 0)
		memcpy(all + head, bytes, length);
	answer = ask_bytes(daemon, options, all, (size_t)head + length, piece);
	free(all);
	return answer;
}

struct answer upload(
	const struct daemon *daemon, const struct person *person, const char *url, const char *text)
{
	const struct client_options options = {.person = person};
	char parameters[64];

	snprintf(parameters, sizeof(parameters), "size=%zu;mime=text/plain", strlen(text));
	return upload_as(daemon, &options, url, parameters, text, strlen(text), 0);
}

void expect_upload(const struct daemon *daemon, const struct person *person, const char *url,
	const char *text, int status)
{
	struct answer answer = upload(daemon, person, url, text);

	assert_answer(&answer, status, url);
	answer_free(&answer);
}

long uploaded_comment(
	const struct daemon *daemon, const struct person *person, const char *url, const char *text)
{
	struct answer answer = upload(daemon, person, url, text);
	long id;

	assert_answer(&answer, 30, url);
	/* Whoever uploads is sent on to gemini://, in full. */
	assert_int_equal(strncmp(answer.meta, "gemini://localhost", 18), 0);
	id = comment_id(&answer);
	if (id <= 0)
		fail_msg("%s: no comment's address: %s", url, answer.meta);
	answer_free(&answer);
	return id;
}

struct answer ask_edit(const struct daemon *daemon, const struct person *person, const char *url)
{
	return upload_as(
		daemon, &(struct client_options){.person = person}, url, "edit", NULL, 0, 0);
}

struct client_options from_anywhere(const struct person *person)
{
	static unsigned count;
	static char source[32];

	count++;
	snprintf(source, sizeof(source), "127.0.%u.%u", 1 + count / 200 % 250, 1 + count % 200);
	return (struct client_options){.person = person, .source = source};
}

void assert_kept(const struct daemon *daemon, const struct person *person, long id,
	const void *text, size_t length)
{
	char url[URL_SIZE];
	struct answer answer = ask_edit(daemon, person, titan_url(url, "/comments/%ld/edit", id));

	assert_answer(&answer, 20, url);
	assert_int_equal(strncmp(answer.meta, "text/gemini", 11), 0);
	assert_int_equal(answer.length, length);
	assert_memory_equal(answer.body, text, length);
	answer_free(&answer);
}

void assert_not_kept(const struct daemon *daemon, const char *part)
{
	char *pages = read_pages(daemon, "/comments/on/" ESSAY "/", "?after=");

	assert_lacks(pages, part);
	free(pages);
}
