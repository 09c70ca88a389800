/*
 * Pages behind guards, and what moderators do.
 */
#include "moderator.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "reader.h"
#include "wire.h"

void key_of_person(const struct person *person, char out[KEY_TEXT_SIZE])
{
	unsigned char *der = NULL, digest[EVP_MAX_MD_SIZE];
	int length = i2d_PUBKEY(person->key, &der);
	unsigned count;

	assert_true(length > 0);
	assert_int_equal(EVP_Digest(der, (size_t)length, digest, &count, EVP_sha256(), NULL), 1);
	OPENSSL_free(der);
	for (unsigned i = 0; i < count; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

void moderator_configure(struct daemon *daemon, const struct person *owner, const char *more)
{
	char key[KEY_TEXT_SIZE], text[1024];

	key_of_person(owner, key);
	snprintf(text, sizeof(text),
		"capsule \"localhost\" {\n"
		"\troot = \"capsule\"\n"
		"\tcerts = \"certs\"\n"
		"\towner = {\"%s\"}\n"
		"%s}\n",
		key, more);
	daemon_write_text(daemon, "kindling.conf", text);
	daemon->conf = "kindling.conf";
}

void expect_guarded(const struct daemon *daemon, const struct person *person, const char *path,
	const char *typed, int status, const char *words)
{
	struct answer answer = reader_type(daemon, person, path, typed);

	assert_answer(&answer, status, path);
	assert_contains(answer.meta, words);
	answer_free(&answer);
}

char *page_of(const struct daemon *daemon, const struct person *person, const char *path)
{
	char url[URL_SIZE], *body;
	struct answer answer = ask(daemon, person, url_of(url, "%s", path));

	assert_answer(&answer, 20, url);
	body = strdup(answer.body);
	assert_non_null(body);
	answer_free(&answer);
	return body;
}

void expect_on_page(const struct daemon *daemon, const struct person *person, const char *path,
	const char *part)
{
	char *body = page_of(daemon, person, path);

	assert_contains(body, part);
	free(body);
}

void expect_not_on_page(const struct daemon *daemon, const struct person *person, const char *path,
	const char *part)
{
	char *body = page_of(daemon, person, path);

	assert_lacks(body, part);
	free(body);
}

long number_of(const struct daemon *daemon, const struct person *moderator, const char *name)
{
	char *body = page_of(daemon, moderator, "/comments/moderation/people"), label[128];
	const char *found, *link;

	snprintf(label, sizeof(label), " More by %s\n", name);
	found = strstr(body, label);
	if (found == NULL)
		fail_msg("%s is not among:\n%s", name, body);
	for (link = found; link > body && link[-1] != '/';)
		link--;

	long number = strtol(link, NULL, 10);

	free(body);
	assert_true(number > 0);
	return number;
}
