/*
 * The server's own certificates: made, renewed, read, and what is said when they are wrong.
 */
#include "tls/certificate.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "credentials.h"

struct fixture {
	char folder[64];
	struct certificate_files files;
	struct fault fault;
};

static const char *const three[] = {"example.org", "*.example.org", "127.0.0.1", "2001:db8::1"};
static const struct certificate_names names = {three, 4};
static const struct recipe year = {"example.org", 0, 365 * 86400, NULL};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	char certs[80];
	make_folder(fixture->folder);
	snprintf(certs, sizeof certs, "%s/made/certs", fixture->folder);
	assert_true(certificate_files_for(certs, "example.org", &fixture->files, &fixture->fault));
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

static void make(struct fixture *fixture)
{
	if (!certificate_make(&fixture->files, names, &fixture->fault))
		fail_msg("%s", fixture->fault.text);
}

static void bring(struct fixture *fixture, EVP_PKEY *key, X509 *leaf, X509 *issuer)
{
	assert_true(certificate_files_for(
		fixture->folder, "example.org", &fixture->files, &fixture->fault));
	write_private_key(fixture->files.key, key, NULL);
	write_certificates(fixture->files.certificate, leaf, issuer);
}

static X509 *parse(const char *path)
{
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	assert_non_null(certificate);
	return certificate;
}

static unsigned mode_of(const char *path)
{
	struct stat info;
	assert_int_equal(stat(path, &info), 0);
	return info.st_mode & 07777;
}

static void files_are_named_after_the_host(void **state)
{
	struct fixture *fixture = *state;
	struct certificate_files files;
	assert_true(certificate_files_for("certs", "localhost", &files, NULL));
	assert_string_equal(files.certificate, "certs/localhost.crt");
	assert_string_equal(files.key, "certs/localhost.key");
	assert_false(certificate_files_for("certs", "../x", &files, &fixture->fault));
	assert_string_equal(fixture->fault.text, "\"../x\" is not a host name");
	assert_false(certificate_files_for("certs", "", &files, &fixture->fault));
	assert_false(certificate_files_for("certs", "a/b", &files, &fixture->fault));
	char long_name[5000];
	memset(long_name, 'x', sizeof long_name);
	long_name[sizeof long_name - 1] = '\0';
	assert_false(certificate_files_for(long_name, "localhost", &files, &fixture->fault));
}

static void a_new_certificate_is_what_clients_want(void **state)
{
	struct fixture *fixture = *state;
	make(fixture);
	assert_int_equal(mode_of(fixture->files.key), 0600);
	assert_int_equal(mode_of(fixture->files.certificate), 0644);

	X509 *certificate = parse(fixture->files.certificate);
	EVP_PKEY *key = X509_get0_pubkey(certificate);
	char group[32];
	assert_int_equal(X509_get_version(certificate), X509_VERSION_3);
	assert_int_equal(EVP_PKEY_get_group_name(key, group, sizeof group, NULL), 1);
	assert_string_equal(group, "prime256v1");
	assert_int_equal(X509_verify(certificate, key), 1);
	assert_int_equal(X509_get_signature_nid(certificate), NID_ecdsa_with_SHA256);
	assert_int_equal(X509_check_ca(certificate), 0);
	assert_int_equal(X509_get_key_usage(certificate), KU_DIGITAL_SIGNATURE);
	assert_int_equal(X509_get_extended_key_usage(certificate), XKU_SSL_SERVER);
	assert_non_null(X509_get0_subject_key_id(certificate));
	/* All of the SAN, and nothing of the common name. */
	const unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
	assert_int_equal(X509_check_host(certificate, "example.org", 0, flags, NULL), 1);
	assert_int_equal(X509_check_host(certificate, "a.example.org", 0, flags, NULL), 1);
	assert_int_equal(X509_check_ip_asc(certificate, "127.0.0.1", 0), 1);
	assert_int_equal(X509_check_ip_asc(certificate, "2001:db8::1", 0), 1);
	assert_int_equal(X509_check_host(certificate, "example.com", 0, flags, NULL), 0);
	X509_free(certificate);
}

static void its_dates_reach_to_the_end_of_time(void **state)
{
	struct fixture *fixture = *state;
	struct certificate_summary summary;
	make(fixture);
	assert_true(certificate_read(&fixture->files, &summary, &fixture->fault));
	assert_string_equal(summary.not_after, "9999-12-31T23:59:59Z");
	assert_int_equal(summary.identity.not_after, 253402300799);
	int64_t now = clock_wall_seconds();
	assert_in_range(summary.identity.not_before, now - 86400 - 60, now - 86400 + 60);
	assert_true(summary.identity.present);
	assert_true(summary.self_signed);
	assert_int_equal(summary.chain_length, 1);
}

static void serials_are_long_and_differ(void **state)
{
	struct fixture *fixture = *state;
	make(fixture);
	X509 *first = parse(fixture->files.certificate);
	assert_true(certificate_renew(&fixture->files, names, &fixture->fault));
	X509 *second = parse(fixture->files.certificate);
	const ASN1_INTEGER *serial = X509_get0_serialNumber(first);
	assert_int_not_equal(ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(second)), 0);
	assert_int_equal(ASN1_STRING_type(serial), V_ASN1_INTEGER); /* not the negative one */
	/* One in 2^40 or so is shorter than this. */
	assert_in_range(ASN1_STRING_length(serial), 11, 16);
	X509_free(first);
	X509_free(second);
}

static void a_long_host_name_is_cut_in_the_common_name_alone(void **state)
{
	struct fixture *fixture = *state;
	const char *host = "a-very-long-label-that-goes-on-and-on.and-another-one-like-it."
			   "example.org";
	assert_true(certificate_make(
		&fixture->files, (struct certificate_names){&host, 1}, &fixture->fault));
	X509 *certificate = parse(fixture->files.certificate);
	char name[256];
	X509_NAME_get_text_by_NID(
		X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
	assert_int_equal(strlen(name), 64);
	assert_memory_equal(name, host, 64);
	assert_int_equal(X509_check_host(certificate, host, 0, 0, NULL), 1);
	X509_free(certificate);
}

static void what_is_there_is_never_overwritten(void **state)
{
	struct fixture *fixture = *state;
	struct certificate_summary before, after;
	make(fixture);
	assert_true(certificate_read(&fixture->files, &before, NULL));
	assert_false(certificate_make(&fixture->files, names, &fixture->fault));
	assert_non_null(strstr(fixture->fault.text, "is there already"));
	assert_true(certificate_read(&fixture->files, &after, NULL));
	assert_memory_equal(&before.identity, &after.identity, sizeof before.identity);
}

static void half_a_pair_is_named(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(certificate_look(&fixture->files, NULL), CERTIFICATE_ABSENT);
	make(fixture);
	assert_int_equal(certificate_look(&fixture->files, NULL), CERTIFICATE_PRESENT);
	assert_int_equal(unlink(fixture->files.certificate), 0);
	assert_int_equal(certificate_look(&fixture->files, &fixture->fault), CERTIFICATE_HALF);
	char expected[256];
	snprintf(expected, sizeof expected, "%.100s is there without %.100s", fixture->files.key,
		fixture->files.certificate);
	assert_memory_equal(fixture->fault.text, expected, strlen(expected));
}

static void a_key_alone_gets_its_certificate(void **state)
{
	struct fixture *fixture = *state;
	struct certificate_summary before, after;
	make(fixture);
	assert_true(certificate_read(&fixture->files, &before, NULL));
	assert_int_equal(unlink(fixture->files.certificate), 0);
	make(fixture);
	assert_true(certificate_read(&fixture->files, &after, NULL));
	assert_memory_equal(before.identity.key, after.identity.key, IDENTITY_KEY_SIZE);
}

static void a_key_that_is_none_gets_no_certificate(void **state)
{
	struct fixture *fixture = *state;
	make(fixture);
	assert_int_equal(unlink(fixture->files.certificate), 0);
	write_text(fixture->files.key, "nothing of use\n");
	assert_false(certificate_make(&fixture->files, names, &fixture->fault));
	assert_non_null(strstr(fixture->fault.text, "holds no private key in PEM form"));
	assert_int_not_equal(access(fixture->files.certificate, F_OK), 0);
}

static void a_certificate_alone_stays_so(void **state)
{
	struct fixture *fixture = *state;
	make(fixture);
	assert_int_equal(unlink(fixture->files.key), 0);
	assert_false(certificate_make(&fixture->files, names, &fixture->fault));
	assert_non_null(strstr(fixture->fault.text, ".crt is there without "));
	assert_int_equal(certificate_look(&fixture->files, NULL), CERTIFICATE_HALF);
}

static void a_folder_that_cannot_be_made_is_a_fault(void **state)
{
	struct fixture *fixture = *state;
	char file[80];
	snprintf(file, sizeof file, "%s/made", fixture->folder);
	write_text(file, "in the way");
	assert_false(certificate_make(&fixture->files, names, &fixture->fault));
	assert_non_null(strstr(fixture->fault.text, file));
}

static void the_key_of_a_certificate_that_could_not_be_made_is_kept(void **state)
{
	struct fixture *fixture = *state;
	char blocked[4200];
	/* A host name that no certificate can hold. */
	const char *empty = "";
	assert_false(certificate_make(
		&fixture->files, (struct certificate_names){&empty, 1}, &fixture->fault));
	snprintf(blocked, sizeof blocked, "cannot make the certificate %s",
		fixture->files.certificate);
	assert_memory_equal(fixture->fault.text, blocked, strlen(blocked));
	/* Not lost, and not in the way: the next try goes on with it. */
	assert_int_equal(certificate_look(&fixture->files, NULL), CERTIFICATE_HALF);
	make(fixture);
}

static void renewal_keeps_the_key(void **state)
{
	static const char *const kinds[] = {"P-256", "RSA2048", "ED25519"};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		EVP_PKEY *key = make_key(kinds[i]);
		X509 *old = make_certificate(key, year);
		struct certificate_summary summary;
		unsigned char hash[32];
		size_t uncovered;
		bring(fixture, key, old, NULL);
		assert_true(certificate_first_uncovered(&fixture->files, names, &uncovered, NULL));
		assert_int_equal(uncovered, 0);
		if (!certificate_renew(&fixture->files, names, &fixture->fault))
			fail_msg("%s: %s", kinds[i], fixture->fault.text);
		assert_true(certificate_read(&fixture->files, &summary, &fixture->fault));
		hash_key(key, hash);
		assert_memory_equal(summary.identity.key, hash, sizeof hash);
		assert_string_equal(summary.not_after, "9999-12-31T23:59:59Z");
		assert_true(certificate_first_uncovered(&fixture->files, names, &uncovered, NULL));
		assert_int_equal(uncovered, names.count);
		X509_free(old);
		EVP_PKEY_free(key);
	}
}

static void the_first_uncovered_name_is_found(void **state)
{
	static const char *const others[] = {"example.org", "b.a.example.org"};
	static const char *const address[] = {"127.0.0.1", "127.0.0.2"};
	static const char *const address6[] = {"::1"};
	struct fixture *fixture = *state;
	size_t index;
	make(fixture);
	const struct certificate_files *files = &fixture->files;
	assert_true(certificate_first_uncovered(
		files, (struct certificate_names){others, 2}, &index, NULL));
	assert_int_equal(index, 1);
	assert_true(certificate_first_uncovered(
		files, (struct certificate_names){address, 2}, &index, NULL));
	assert_int_equal(index, 1);
	assert_true(certificate_first_uncovered(
		files, (struct certificate_names){address6, 1}, &index, NULL));
	assert_int_equal(index, 0);
}

static void a_chain_is_counted(void **state)
{
	struct fixture *fixture = *state;
	EVP_PKEY *key = make_key("P-256"), *other = make_key("P-256");
	X509 *leaf = make_certificate(key, year), *issuer = make_certificate(other, year);
	struct certificate_summary summary;
	X509_sign(leaf, other, EVP_sha256());
	bring(fixture, key, leaf, issuer);
	assert_true(certificate_read(&fixture->files, &summary, &fixture->fault));
	assert_int_equal(summary.chain_length, 2);
	assert_false(summary.self_signed);
	unsigned char hash[32];
	unsigned len;
	X509_digest(leaf, EVP_sha256(), hash, &len);
	assert_memory_equal(summary.identity.certificate, hash, sizeof hash);
	X509_free(leaf);
	X509_free(issuer);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

static void expect_fault(struct fixture *fixture, const char *words)
{
	struct certificate_summary summary;
	assert_false(certificate_read(&fixture->files, &summary, &fixture->fault));
	if (strstr(fixture->fault.text, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, fixture->fault.text);
}

static void what_cannot_be_read_is_explained(void **state)
{
	struct fixture *fixture = *state;
	EVP_PKEY *key = make_key("P-256"), *other = make_key("P-256");
	X509 *leaf = make_certificate(key, year);
	char passphrase[] = "secret";

	struct certificate_summary summary;
	size_t index;

	expect_fault(fixture, "No such file or directory");
	assert_false(certificate_read_public(&fixture->files, &summary, &fixture->fault));
	assert_false(certificate_first_uncovered(&fixture->files, names, &index, &fixture->fault));
	bring(fixture, key, leaf, NULL);
	write_private_key(fixture->files.key, other, NULL);
	expect_fault(fixture, "does not belong to the certificate");
	write_private_key(fixture->files.key, key, passphrase);
	expect_fault(fixture, "has a passphrase");
	write_text(fixture->files.key, "nothing of use\n");
	expect_fault(fixture, "holds no private key in PEM form");
	write_text(fixture->files.certificate, "nothing of use\n");
	expect_fault(fixture, "holds no certificate in PEM form");
	write_certificates(fixture->files.certificate, leaf, NULL);
	FILE *file = fopen(fixture->files.certificate, "a");
	fputs("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", file);
	fclose(file);
	expect_fault(fixture, "certificate 2 in");
	/* A block that wants a passphrase must not ask for it on the terminal. */
	write_text(fixture->files.certificate,
		"-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n"
		"DEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF\n\n"
		"MTIzNDU2Nzg5MDEyMzQ1Ng==\n-----END CERTIFICATE-----\n");
	expect_fault(fixture, "holds no certificate in PEM form");

	X509_free(leaf);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_are_named_after_the_host),
		TEST(a_new_certificate_is_what_clients_want),
		TEST(its_dates_reach_to_the_end_of_time),
		TEST(serials_are_long_and_differ),
		TEST(a_long_host_name_is_cut_in_the_common_name_alone),
		TEST(what_is_there_is_never_overwritten),
		TEST(half_a_pair_is_named),
		TEST(a_key_alone_gets_its_certificate),
		TEST(a_key_that_is_none_gets_no_certificate),
		TEST(a_certificate_alone_stays_so),
		TEST(a_folder_that_cannot_be_made_is_a_fault),
		TEST(the_key_of_a_certificate_that_could_not_be_made_is_kept),
		TEST(renewal_keeps_the_key),
		TEST(the_first_uncovered_name_is_found),
		TEST(a_chain_is_counted),
		TEST(what_cannot_be_read_is_explained),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
