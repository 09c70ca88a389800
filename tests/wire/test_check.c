/*
 * kindling check: what it finds in a configuration, a certificate, a store and the places around
 * them. What it finds in a capsule: test_check_capsule.c.
 */
#include "checking.h"
#include "reader.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <netinet/in.h>

static void check_good(void **state)
{
	struct program_result result;

	(void)state;
	result = RUN("cert", "--host", "localhost", "--certs", "certs", "make");
	assert_code(&result, 0);
	program_result_free(&result);
	result = CHECK_CAPSULE("capsule");
	assert_code(&result, 0);
	assert_string_equal(said_by_check(&result), "");
	assert_contains(result.out, "localhost: capsule with 5 files, 2 posts\n");
	assert_contains(result.out, "localhost: the certificate is valid until 9999-12-31");
	assert_contains(result.out, geteuid() == 0 ? "\n0 errors, 1 warning.\n"
						   : "\nEverything is in order: 1 capsule.\n");
	program_result_free(&result);
}

#define CHECK_WITH(...) CHECK_CAPSULE("capsule", __VA_ARGS__)

static void check_bad(void **state)
{
	struct program_result result;

	(void)state;
	/* A wrong value is no wrong usage; serve would have ended at the same one. */
	assert_found(RUN("serve", "--workers", "x"), 1, "--workers: ");
	assert_found(RUN("serve", "--types", "a.b=c/d"), 1, "--types: ");
	/* What is wrong with the feed hides nothing of the certificate. */
	daemon_write_text(&server, "bad/index.gmi", "# Bad\n=> none.gmi 2026-01-01 - None\n");
	result = CHECK_CAPSULE("bad", "--certs", "later");
	assert_code(&result, 1);
	assert_string_equal(said_by_check(&result),
		"bad/index.gmi:2: the link to none.gmi is dead: nothing that can be served is "
		"there\n");
	assert_contains(result.out, "localhost: the certificate will be made in later\n");
	assert_contains(result.out, "\n1 error, ");
	program_result_free(&result);
	assert_found(CHECK_CAPSULE("nowhere"), 1, "--root: cannot open the folder nowhere");
}

/* What serve would refuse. */
static void check_places(void **state)
{
	struct program_result result;
	char path[DAEMON_PATH_SIZE];

	(void)state;
	daemon_write_text(
		&server, "garbage.db", "This is no database, it is a letter to somebody.");
	assert_found(CHECK_WITH("--store", "sqlite:garbage.db"), 1, "not a database");
	assert_found(CHECK_WITH("--store", "sqlite:capsule"), 1, "is a folder");
	assert_found(CHECK_WITH("--store", "sqlite:capsule/"), 1, "path of a file");
	assert_found(CHECK_WITH("--store", "sqlite:/proc/x/k.db"), 1, "--store: cannot write to");
	assert_found(CHECK_WITH("--ready-file", "none/ready"), 1, "--ready-file: cannot write to");
	assert_found(CHECK_WITH("--log-to", "none/log"), 1, "--log-to: cannot write to");
	assert_found(CHECK_WITH("--control", "garbage.db"), 1, "--control: garbage.db is there");
	assert_found(CHECK_WITH("--control", "/proc/x/s"), 1, "--control: cannot write to");
	assert_found(CHECK_WITH("--certs", "/proc/x"), 1, "/proc");
	result = CHECK_WITH("--store", "sqlite:new/k.db", "--ready-file", "ready", "--log-to",
		"./log", "--control", "sockets/k");
	assert_checked(result, 0, "");
	assert_int_equal(access(daemon_path(&server, "new", path), F_OK), -1);
	assert_int_equal(access(daemon_path(&server, "sockets", path), F_OK), -1);
	assert_int_equal(access(daemon_path(&server, "log", path), F_OK), -1);
	assert_int_equal(access(daemon_path(&server, "ready", path), F_OK), -1);
}

/* A port that is taken may be so by the server itself. */
static void check_addresses(void **state)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct program_result result;
	char taken[64];

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	snprintf(taken, sizeof(taken), "127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
	result = CHECK_WITH("--listen", taken);
	close(fd);
	assert_contains(result.out, "is taken: fine where that is Kindling itself");
	assert_checked(result, 0, "");
	/* RFC 5737: nobody's address. */
	assert_found(CHECK_WITH("--listen", "192.0.2.55:1965"), 1,
		"--listen: this machine does not have the address of 192.0.2.55:1965");
	assert_found(CHECK_WITH("--listen", "unix:none/s"), 1, "--listen: cannot write to");
	assert_found(CHECK_WITH("--listen", "unix:capsule"), 1, "is there and is no socket");
}

static void check_ranges(void **state)
{
	(void)state;
	assert_checked(CHECK_WITH("--deny", "::/0"), 0, "");
	assert_checked(CHECK_WITH("--deny", "0.0.0.0/0", "--allow", "192.0.2.0/24"), 0, "");
	assert_checked(CHECK_WITH("--deny", "0.0.0.0/0"), 0,
		"--deny: warning: nobody is let in: every address is denied, and none allowed\n");
	assert_checked(CHECK_WITH("--proxies", "127.0.0.1"), 0, "");
	assert_checked(CHECK_WITH("--proxies", "unix"), 0,
		"--proxies: warning: no proxy can come from unix: listen has no address of that "
		"kind\n");
}

/* Nothing that is not for readers may lie in the capsule, and nothing else beside the store. */
static void check_neighbours(void **state)
{
	(void)state;
	assert_found(CHECK_WITH("--store", "sqlite:capsule/data/k.db"), 1,
		"--store: capsule/data/k.db lies in the capsule of localhost");
	assert_found(CHECK_WITH("--certs", "capsule/folder/keys"), 1,
		"--certs: capsule/folder/keys lies in the capsule");
	assert_checked(CHECK_WITH("--store", "sqlite:capsule/.data/k.db"), 0, "");
	assert_found(CHECK_WITH("--store", "sqlite:k.db"), 0,
		"--root: warning: capsule lies in the folder of the store");
	assert_found(CHECK_WITH("--store", "sqlite:k.db"), 0,
		"--certs: warning: certs lies in the folder of the store");
	assert_checked(CHECK_WITH("--store", "sqlite:k.db", "--sandbox", "no"), 0, "");
}

/* ---- who looks */

static void check_users(void **state)
{
	const struct passwd *nobody = getpwnam("nobody");
	struct program_result result;
	char path[DAEMON_PATH_SIZE];

	(void)state;
	assert_found(CHECK_WITH("--user", "no-such-user"), 1, "--user: there is no user");
	assert_found(CHECK_WITH("--user", "root"), 1, "--user: root is root");
	if (nobody == NULL)
		return;
	if (geteuid() != 0) {
		result = CHECK_WITH("--user", "nobody");
		assert_contains(result.out, "--user: files were looked at with your own rights");
		program_result_free(&result);
		return;
	}
	/* Root could read and write all of it; that user cannot. */
	assert_int_equal(chmod(server.folder, 0755), 0);
	assert_int_equal(chmod(daemon_path(&server, "capsule/posts/second.gmi", path), 0600), 0);
	result = CHECK_WITH("--user", "nobody");
	assert_int_equal(chmod(path, 0644), 0);
	assert_code(&result, 1);
	assert_contains(
		result.err, "capsule/posts/second.gmi: it cannot be read: Permission denied\n");
	assert_contains(result.err, "--store: cannot write to the folder");
	assert_contains(result.err, "certs/localhost.key");
	program_result_free(&result);
}

/* ---- certificates */

static EVP_PKEY *read_key(void)
{
	char path[DAEMON_PATH_SIZE];
	FILE *file = fopen(daemon_path(&server, "certs/localhost.key", path), "r");
	EVP_PKEY *key;

	assert_non_null(file);
	key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	fclose(file);
	assert_non_null(key);
	return key;
}

/* One for localhost alone, with these dates, in seconds from now. */
static void write_certificate(long from, long to)
{
	char path[DAEMON_PATH_SIZE];
	EVP_PKEY *key = read_key();
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);
	X509_EXTENSION *names = X509V3_EXT_conf(NULL, NULL, "subjectAltName", "DNS:localhost");
	FILE *file = fopen(daemon_path(&server, "certs/localhost.crt", path), "w");

	assert_non_null(file);
	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7);
	X509_NAME_add_entry_by_NID(
		name, NID_commonName, MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0);
	X509_set_issuer_name(certificate, name);
	X509_gmtime_adj(X509_getm_notBefore(certificate), from);
	X509_gmtime_adj(X509_getm_notAfter(certificate), to);
	X509_set_pubkey(certificate, key);
	X509_add_ext(certificate, names, -1);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_X509(file, certificate), 1);
	fclose(file);
	X509_EXTENSION_free(names);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void check_dates(void **state)
{
	const long day = 24 * 3600;

	(void)state;
	write_certificate(-2 * day, -day);
	assert_found(CHECK_WITH("--workers", "1"), 1, "the certificate has run out");
	write_certificate(day, 400 * day);
	assert_found(CHECK_WITH("--workers", "1"), 1, "the certificate is not valid yet");
	write_certificate(-day, 20 * day);
	assert_found(CHECK_WITH("--workers", "1"), 0,
		"certs/localhost.crt: warning: the certificate runs out within 30 days");
	write_certificate(-day, 400 * day);
	assert_checked(CHECK_WITH("--workers", "1"), 0, "");
	assert_checked(CHECK_WITH("--aliases", "localhost.example", "--aliases", "192.0.2.1"), 1,
		"certs/localhost.crt: the certificate is not made out to localhost.example: "
		"kindling cert renew makes a new one for the same key\n"
		"certs/localhost.crt: the certificate is not made out to 192.0.2.1: "
		"kindling cert renew makes a new one for the same key\n");
}

static void set_mode(const char *path, mode_t mode)
{
	char whole[DAEMON_PATH_SIZE];

	assert_int_equal(chmod(daemon_path(&server, path, whole), mode), 0);
}

static void check_keys(void **state)
{
	char path[DAEMON_PATH_SIZE];
	char *key = file_slurp(daemon_path(&server, "certs/localhost.key", path), NULL);

	(void)state;
	set_mode("certs/localhost.key", 0604);
	assert_found(CHECK_WITH("--workers", "1"), 1,
		"certs/localhost.key: the key can be read or changed by others");
	set_mode("certs/localhost.key", 0640);
	assert_found(CHECK_WITH("--workers", "1"), 0,
		"certs/localhost.key: warning: its group can read the key");
	set_mode("certs/localhost.key", 0600);
	set_mode("certs", 0757);
	assert_found(CHECK_WITH("--workers", "1"), 1, "certs: everybody can write to the folder");
	set_mode("certs", 0775);
	assert_found(CHECK_WITH("--workers", "1"), 0, "certs: warning: its group can write");
	set_mode("certs", 0755);
	daemon_write_text(&server, "certs/localhost.key", "no key");
	assert_found(CHECK_WITH("--workers", "1"), 1, "holds no private key");
	assert_int_equal(unlink(path), 0);
	assert_found(CHECK_WITH("--workers", "1"), 1, "is there without");
	daemon_write_text(&server, "certs/localhost.key", key);
	set_mode("certs/localhost.key", 0600);
	free(key);
	assert_checked(CHECK_WITH("--workers", "1"), 0, "");
}

/* ---- the store */

static void write_comment(const struct daemon *daemon)
{
	struct person rosa;

	reader_join(daemon, &rosa, "Rosa");
	reader_comment(daemon, &rosa, ESSAY, "Thank you");
	person_end(&rosa);
}

/* A new host name hides the comments of the old one, which check says, and serve goes on. */
static void check_hosts(void **state)
{
	struct program_result result;
	struct daemon daemon;

	(void)state;
	daemon_prepare(&daemon);
	daemon_start(&daemon);
	write_comment(&daemon);
	daemon_stop(&daemon);
	for (int i = 0; i < 2; i++) {
		const char *const words[] = {"check", "--host",
			i == 0 ? "localhost" : "new.example", "--root", "capsule", "--certs",
			"later", "--store", "sqlite:store.db", "--sandbox", "no", NULL};

		result = program_run(daemon.folder, words);
		assert_code(&result, 0);
		assert_int_equal(count_of(result.err, "1 comment of localhost"), i);
		program_result_free(&result);
	}
	daemon_end(&daemon);
}

/* ---- the configuration's lines */

/* One mistake does not hide what is wrong with the capsules, and each has its line. */
static void check_goes_on(void **state)
{
	struct program_result result;

	(void)state;
	daemon_write_text(&server, "two.conf",
		"workers = 9999\ncapsule one.example {\nroot = nowhere }\n"
		"capsule two.example { root = nowhere2\n lang = - }\n");
	result = RUN("check", "-c", "two.conf");
	assert_code(&result, 1);
	assert_contains(result.err, "two.conf:1:");
	assert_contains(result.err, "two.conf:5:");
	assert_contains(result.err, "two.conf:3: root: cannot open the folder nowhere:");
	assert_int_equal(count_of(result.err, "nowhere2"), 0);
	assert_contains(result.out, "The configuration is wrong. 1 error, 0 warnings.\n");
	program_result_free(&result);
	daemon_write_text(&server, "three.conf",
		"listen = {'127.0.0.1:0'}\nlog_to = none/log\n\nready_file = none/ready\n");
	result = RUN("check", "-c", "three.conf");
	assert_code(&result, 1);
	assert_contains(result.err, "three.conf:2: log_to: cannot write");
	assert_contains(result.err, "three.conf:4: ready_file: cannot write");
	program_result_free(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"check of what is good: exit 0 and nothing to say on standard error", check_good,
			NULL, NULL, NULL},
		{"check of what is not: exit 1", check_bad, NULL, NULL, NULL},
		{"check tells of places where nothing can be made", check_places, NULL, NULL, NULL},
		{"check tells of addresses that cannot be listened on", check_addresses, NULL, NULL,
			NULL},
		{"check warns of ranges that let nobody in", check_ranges, NULL, NULL, NULL},
		{"check tells of secrets in a capsule, and of a store with neighbours",
			check_neighbours, NULL, NULL, NULL},
		{"check tells of users that are none, and looks with the rights of one",
			check_users, NULL, NULL, NULL},
		{"check tells of a certificate's dates and names", check_dates, NULL, NULL, NULL},
		{"check tells of keys that others can get at", check_keys, NULL, NULL, NULL},
		{"check tells of comments whose host is not configured", check_hosts, NULL, NULL,
			NULL},
		{"each complaint has its line, and hides no other", check_goes_on, NULL, NULL,
			NULL},
	};

	return cmocka_run_group_tests_name("check", tests, fixture_prepare, fixture_end);
}
