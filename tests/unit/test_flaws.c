/*
 * Certificates with the eyes of clients: each kind that some refuse is told of.
 */
#include "tls/flaws.h"

#include "credentials.h"

struct fixture {
	char folder[64];
	struct certificate_files files;
	struct fault fault;
	char found[1024]; /* a line for each flaw, with its weight in front */
};

static const struct recipe leaf = {"example.org", 0, 365 * 86400, NULL};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	make_folder(fixture->folder);
	assert_true(certificate_files_for(
		fixture->folder, "example.org", &fixture->files, &fixture->fault));
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	remove_folder(fixture->folder);
	free(fixture);
	return 0;
}

static void keep(void *context, enum flaw_weight weight, const char *words)
{
	struct fixture *fixture = context;
	size_t used = strlen(fixture->found);
	snprintf(
		fixture->found + used, sizeof fixture->found - used, "%d %s\n", (int)weight, words);
}

/* Takes over all three. */
static const char *flaws_of(struct fixture *fixture, EVP_PKEY *key, X509 *own, X509 *next)
{
	write_private_key(fixture->files.key, key, NULL);
	write_certificates(fixture->files.certificate, own, next);
	fixture->found[0] = '\0';
	if (!flaws_find(&fixture->files, keep, fixture, &fixture->fault))
		fail_msg("%s", fixture->fault.text);
	X509_free(own);
	X509_free(next);
	EVP_PKEY_free(key);
	return fixture->found;
}

static const char *flaws_with(
	struct fixture *fixture, const char *kind, const char *extensions, const EVP_MD *hash)
{
	struct recipe recipe = leaf;
	EVP_PKEY *key = make_key(kind);
	recipe.extensions = extensions;
	X509 *own = make_certificate(key, recipe);
	if (hash != NULL)
		assert_true(X509_sign(own, key, hash) > 0);
	return flaws_of(fixture, key, own, NULL);
}

static void assert_flaw(const char *found, const char *words)
{
	if (strncmp(found, words, strlen(words)) != 0 || strchr(found, '\n')[1] != '\0')
		fail_msg("not \"%s\" alone:\n%s", words, found);
}

static void our_own_has_none(void **state)
{
	struct fixture *fixture = *state;
	const char *const names[] = {"example.org"};
	assert_true(certificate_make(
		&fixture->files, (struct certificate_names){names, 1}, &fixture->fault));
	assert_true(flaws_find(&fixture->files, keep, fixture, &fixture->fault));
	assert_string_equal(fixture->found, "");
}

static void usual_kinds_have_none(void **state)
{
	static const char *const kinds[] = {"RSA2048", "P-256", "P-384"};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		assert_string_equal(flaws_with(*state, kinds[i], NULL, NULL), "");
}

static void weak_and_rare_kinds(void **state)
{
	assert_flaw(flaws_with(*state, "RSA1024", NULL, NULL), "2 its RSA key has 1024 bits");
	assert_flaw(flaws_with(*state, "ED25519", NULL, NULL), "0 it has an Edwards key");
	assert_flaw(flaws_with(*state, "DSA", NULL, NULL), "2 it has a kind of key that no client");
	assert_flaw(flaws_with(*state, "ED448", NULL, NULL), "0 it has an Edwards key");
	assert_flaw(flaws_with(*state, "P-521", NULL, NULL), "1 its key is on the curve");
	assert_flaw(
		flaws_with(*state, "P-256", NULL, EVP_sha1()), "1 certificate 1 in it is signed");
}

static void wrong_uses(void **state)
{
	assert_flaw(flaws_with(*state, "P-256", "basicConstraints=critical,CA:TRUE", NULL),
		"1 it is made out as an authority's");
	assert_flaw(
		flaws_with(*state, "P-256", "keyUsage=keyEncipherment", NULL), "2 its key usage");
	assert_flaw(flaws_with(*state, "P-256", "extendedKeyUsage=clientAuth", NULL),
		"2 its extended key usage");

	EVP_PKEY *key = make_key("P-256");
	X509 *old = make_certificate(key, leaf);
	assert_int_equal(X509_set_version(old, X509_VERSION_1), 1);
	assert_true(X509_sign(old, key, EVP_sha256()) > 0);
	assert_flaw(flaws_of(*state, key, old, NULL), "2 it is X.509 version 1");
}

static void a_chain_in_order(void **state)
{
	const struct recipe root = {"root", 0, 365 * 86400, "basicConstraints=critical,CA:TRUE"};
	EVP_PKEY *key = make_key("P-256"), *root_key = make_key("P-256");
	X509 *issuer = make_certificate(root_key, root), *own = make_certificate(key, leaf);
	assert_int_equal(X509_set_issuer_name(own, X509_get_subject_name(issuer)), 1);
	assert_true(X509_sign(own, root_key, EVP_sha256()) > 0);
	X509_up_ref(own);
	X509_up_ref(issuer);
	EVP_PKEY_up_ref(key);
	assert_string_equal(flaws_of(*state, key, own, issuer), "");

	/* Signed by somebody else with a broken hash, which counts more. */
	assert_true(X509_sign(own, root_key, EVP_sha1()) > 0);
	X509_free(issuer);
	EVP_PKEY_up_ref(key);
	X509_up_ref(own);
	assert_flaw(flaws_of(*state, key, own, NULL), "2 certificate 1 in it is signed");
	EVP_PKEY_free(root_key);
	assert_true(X509_sign(own, key, EVP_sha256()) > 0);

	EVP_PKEY *other_key = make_key("P-256");
	assert_flaw(flaws_of(*state, key, own, make_certificate(other_key, root)),
		"2 certificate 2 in it does not belong to certificate 1");
	EVP_PKEY_free(other_key);

	/* Of the same key, but not of the name that is in it. */
	key = make_key("P-256");
	own = make_certificate(key, leaf);
	issuer = make_certificate(key, root);
	X509_up_ref(issuer);
	EVP_PKEY_up_ref(key);
	assert_flaw(flaws_of(*state, key, own, issuer),
		"2 certificate 2 in it does not belong to certificate 1");
	X509_free(issuer);
	EVP_PKEY_free(key);
}

static void what_cannot_be_read(void **state)
{
	struct fixture *fixture = *state;
	assert_false(flaws_find(&fixture->files, keep, fixture, &fixture->fault));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(our_own_has_none),
		TEST(usual_kinds_have_none),
		TEST(weak_and_rare_kinds),
		TEST(wrong_uses),
		TEST(a_chain_in_order),
		TEST(what_cannot_be_read),
	};
	return cmocka_run_group_tests_name("flaws", tests, NULL, NULL);
}
