/*
 * Asking a daemon and asserting what every answer must be.
 */
#include "ask.h"

#include "wire.h"

#define ORIGIN "gemini://localhost"

static const char *const end_names[] = {
	"nothing: it is still open", "a FIN", "a reset", "silence", "broken TLS"};

struct answer ask_bytes(const struct daemon *daemon, const struct client_options *options,
	const void *bytes, size_t length, size_t piece)
{
	const bool ipv6 = options != NULL && options->ipv6;
	struct client client;
	struct answer answer;

	if (!client_open(&client, ipv6 ? daemon->port6 : daemon->port, options))
		fail_msg("no connection: it ended with %s", end_names[client.end]);
	/* A refusal may come before all is sent, so a failure to send is no failure yet. */
	client_send(&client, bytes, length, piece);
	client_receive(&client, &answer);
	client_close(&client);
	if (answer.status == 0 || answer.wrong != NULL)
		fail_msg("no good answer to \"%.*s\": %s; it ended with %s%s", (int)length,
			(const char *)bytes, answer.wrong != NULL ? answer.wrong : "no byte came",
			answer.close_notify ? "close_notify and " : "", end_names[answer.end]);
	if (!answer.close_notify || answer.end != CLIENT_FIN)
		fail_msg("the answer %d %s to \"%.*s\" ended %s close_notify and with %s",
			answer.status, answer.meta, (int)length, (const char *)bytes,
			answer.close_notify ? "with" : "without", end_names[answer.end]);
	return answer;
}

struct answer ask_as(
	const struct daemon *daemon, const struct client_options *options, const char *url)
{
	char line[URL_SIZE + 2];
	int length = snprintf(line, sizeof(line), "%s\r\n", url);

	assert_true(length > 0 && (size_t)length < sizeof(line));
	return ask_bytes(daemon, options, line, (size_t)length, 0);
}

struct answer ask(const struct daemon *daemon, const struct person *person, const char *url)
{
	return ask_as(daemon, &(struct client_options){.person = person}, url);
}

void assert_answer(const struct answer *answer, int status, const char *url)
{
	if (answer->status != status)
		fail_msg("%s: expected %d, got %d %s", url, status, answer->status, answer->meta);
}

void expect(const struct daemon *daemon, const struct person *person, const char *url, int status)
{
	struct answer answer = ask(daemon, person, url);

	assert_answer(&answer, status, url);
	answer_free(&answer);
}

void expect_each(const struct daemon *daemon, const char *const *urls, size_t count, int status)
{
	for (size_t i = 0; i < count; i++)
		expect(daemon, NULL, urls[i], status);
}

void expect_body(const struct daemon *daemon, const char *url, const char *body)
{
	struct answer answer = ask(daemon, NULL, url);

	assert_answer(&answer, 20, url);
	assert_string_equal(answer.body, body);
	answer_free(&answer);
}

const char *redirect_path(const struct answer *answer)
{
	const char *path = answer->meta;

	if (answer->status != 30 && answer->status != 31)
		fail_msg("expected a redirect, got %d %s", answer->status, answer->meta);
	if (strncmp(path, ORIGIN "/", sizeof(ORIGIN)) == 0)
		path += sizeof(ORIGIN) - 1;
	if (path[0] != '/' || path[1] == '/')
		fail_msg("a redirect to elsewhere: %s", answer->meta);
	return path;
}

void expect_redirect(const struct daemon *daemon, const struct person *person, const char *url,
	int status, const char *path)
{
	struct answer answer = ask(daemon, person, url);

	assert_answer(&answer, status, url);
	assert_string_equal(redirect_path(&answer), path);
	answer_free(&answer);
}

void assert_contains(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is missing in:\n%s", part, text);
}

void assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" must not stand in:\n%s", part, text);
}

size_t count_of(const char *text, const char *part)
{
	size_t count = 0;

	for (text = strstr(text, part); text != NULL; text = strstr(text + 1, part))
		count++;
	return count;
}

const char *url_at(char out[URL_SIZE], const char *origin, const char *path, va_list arguments)
{
	size_t used = (size_t)snprintf(out, URL_SIZE, "%s", origin);
	int length = vsnprintf(out + used, URL_SIZE - used, path, arguments);

	assert_true(length >= 0 && (size_t)length < URL_SIZE - used);
	return out;
}

const char *url_of(char out[URL_SIZE], const char *path, ...)
{
	va_list arguments;

	va_start(arguments, path);
	(void)url_at(out, ORIGIN, path, arguments);
	va_end(arguments);
	return out;
}

const char *encode_query(const char *text, char *out, size_t size)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~+";
	size_t used = 0;

	for (const char *next = text; *next != '\0'; next++) {
		if (strchr(plain, *next) != NULL)
			used += (size_t)snprintf(out + used, size - used, "%c", *next);
		else
			used += (size_t)snprintf(
				out + used, size - used, "%%%02X", (unsigned char)*next);
		assert_true(used < size);
	}
	return out;
}
