/*
 * Where the private keys are: every page that a process of the server has in memory is searched
 * for every form in which they could stand there.
 */
#include "reloading.h"

#include <fcntl.h>
#include <inttypes.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

/* A sanitizer's notes about all addresses that there could be: larger than any real memory. */
#define MAPPING_MAX ((uint64_t)1 << 32)
#define PIECE       ((size_t)1 << 20)

#define FORM_MAX  512
#define FORMS_MAX 128

static const char *const hosts[] = {"localhost", "rsa.test"};

/* A run of bytes that only whoever has a key can have. */
struct form {
	unsigned char bytes[FORM_MAX];
	size_t length;
	unsigned key; /* 1 << its place in `hosts` */
};

static struct form forms[FORMS_MAX];
static size_t form_count;
static unsigned adding; /* the key */

#define ALL_KEYS 3

static void add_form(const void *bytes, size_t length)
{
	struct form *form = &forms[form_count];

	assert_true(form_count++ < FORMS_MAX && length >= 24 && length <= FORM_MAX);
	memcpy(form->bytes, bytes, length);
	form->length = length;
	form->key = adding;
}

/* As it stands in a file, and as OpenSSL calculates with it. */
static void add_number(EVP_PKEY *key, const char *name)
{
	BIGNUM *number = NULL;
	unsigned char bytes[FORM_MAX];

	assert_int_equal(EVP_PKEY_get_bn_param(key, name, &number), 1);

	int length = BN_num_bytes(number);

	BN_bn2binpad(number, bytes, length);
	add_form(bytes, (size_t)length);
	BN_bn2lebinpad(number, bytes, length);
	add_form(bytes, (size_t)length);
	BN_clear_free(number);
}

/* The lines of the PEM file but the last, which may be short; the first says which kind it is. */
static void add_text(const char *path)
{
	char line[128];
	FILE *file = fopen(path, "r");
	size_t first = 1;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		size_t length = strcspn(line, "\n");

		/* That of a P-256 key begins with what all of them have. */
		if (line[0] != '-' && length == 64)
			add_form(line + (first ? 40 : 0), first ? 24 : 64);
		first = first && line[0] == '-';
	}
	fclose(file);
}

static void learn_keys(void)
{
	form_count = 0;
	for (size_t i = 0; i < COUNT(hosts); i++) {
		char name[64], path[DAEMON_PATH_SIZE];

		snprintf(name, sizeof(name), "certs/%s.key", hosts[i]);
		daemon_path(&server, name, path);
		adding = 1U << i;
		add_text(path);

		FILE *file = fopen(path, "r");
		EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);

		assert_non_null(key);
		if (EVP_PKEY_is_a(key, "EC")) {
			add_number(key, OSSL_PKEY_PARAM_PRIV_KEY);
		} else {
			add_number(key, OSSL_PKEY_PARAM_RSA_D);
			add_number(key, OSSL_PKEY_PARAM_RSA_FACTOR1);
			add_number(key, OSSL_PKEY_PARAM_RSA_FACTOR2);
			add_number(key, OSSL_PKEY_PARAM_RSA_EXPONENT1);
			add_number(key, OSSL_PKEY_PARAM_RSA_EXPONENT2);
			add_number(key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
		}
		EVP_PKEY_free(key);
		fclose(file);
	}
}

/* ---- the search */

static unsigned search(const unsigned char *bytes, size_t length)
{
	unsigned found = 0;

	for (size_t i = 0; i < form_count; i++)
		if (memmem(bytes, length, forms[i].bytes, forms[i].length) != NULL)
			found |= forms[i].key;
	return found;
}

/* In memory or in swap: what never was there is not brought there. */
static bool is_there(int pagemap, uint64_t page)
{
	uint64_t entry;

	return pread(pagemap, &entry, sizeof(entry), (off_t)(page * sizeof(entry))) ==
		       (ssize_t)sizeof(entry) &&
	       (entry >> 62) != 0;
}

struct scan {
	int memory, pagemap;
	unsigned found; /* keys */
	size_t searched;
	unsigned char *bytes; /* the end of what was searched before, then PIECE */
};

/* Pages that follow one another are searched together: a key may stand across two of them. */
static void scan_mapping(struct scan *scan, uint64_t from, uint64_t to)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	size_t kept = 0;

	for (uint64_t at = from; at < to;) {
		size_t got = 0;

		while (at < to && got + size <= PIECE && is_there(scan->pagemap, at / size)) {
			if (pread(scan->memory, scan->bytes + kept + got, size, (off_t)at) !=
				(ssize_t)size)
				break;
			at += size;
			got += size;
		}
		scan->searched += got;
		scan->found |= search(scan->bytes, kept + got);
		if (got == 0) {
			at += size;
			kept = 0;
			continue;
		}

		size_t all = kept + got;

		kept = all < FORM_MAX ? all : FORM_MAX;
		memmove(scan->bytes, scan->bytes + all - kept, kept);
	}
}

static int open_of(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	return open(path, O_RDONLY);
}

/* The keys of which something stands in this process's memory. */
static unsigned keys_in(pid_t pid)
{
	struct scan scan = {.memory = open_of(pid, "mem"), .pagemap = open_of(pid, "pagemap")};
	int list = open_of(pid, "maps");
	char line[1024];

	if (scan.memory < 0 || scan.pagemap < 0 || list < 0) {
		print_message("the memory of other processes can be read by root alone\n");
		skip();
	}

	FILE *maps = fdopen(list, "r");

	scan.bytes = malloc(FORM_MAX + PIECE);
	assert_non_null(maps);
	assert_non_null(scan.bytes);
	while (fgets(line, sizeof(line), maps) != NULL) {
		uint64_t from, to;
		char readable;

		assert_int_equal(
			sscanf(line, "%" SCNx64 "-%" SCNx64 " %c", &from, &to, &readable), 3);
		if (readable == 'r' && to - from < MAPPING_MAX && strstr(line, "[v") == NULL)
			scan_mapping(&scan, from, to);
	}
	fclose(maps);
	close(scan.memory);
	close(scan.pagemap);
	free(scan.bytes);
	/* The program alone is larger. */
	assert_true(scan.searched > (size_t)1 << 20);
	return scan.found;
}

/* ---- the server */

static void shake_hands(void)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

	/* So many that each worker gets some. */
	for (size_t i = 0; i < 24; i++) {
		struct client_options options = {
			.sni = hosts[i % 2], .version = versions[i / 2 % 2]};
		char url[URL_SIZE];

		snprintf(url, sizeof(url), "gemini://%s/index.gmi", hosts[i % 2]);

		struct answer answer = ask_as(&server, &options, url);

		assert_answer(&answer, 20, url);
		answer_free(&answer);
	}
}

static int prepare(void **state)
{
	struct person person;
	char certificate[DAEMON_PATH_SIZE], key[DAEMON_PATH_SIZE];

	reloading_prepare(state);
	/* One that the server makes, and one that it finds. */
	daemon_write_text(&server, "certs/README", "");
	assert_true(person_make(&person, PERSON_RSA, "rsa.test", -1, 1));
	assert_true(
		person_write(&person, NULL, daemon_path(&server, "certs/rsa.test.crt", certificate),
			daemon_path(&server, "certs/rsa.test.key", key)));
	assert_int_equal(chmod(key, 0600), 0);
	person_end(&person);
	return 0;
}

static void start(const char *keyholder)
{
	char lines[128];

	snprintf(lines, sizeof(lines), "listen = {\"127.0.0.1:0\"}\nworkers = 2\nkeyholder = %s\n",
		keyholder);
	configure(lines, LOCALHOST "capsule \"rsa.test\" { root = \"other\" certs = \"certs\" }\n");
	daemon_start(&server);
	learn_keys();
	shake_hands();
}

static pid_t keyholder_of_server(void)
{
	pid_t found[DAEMON_PROCESSES_MAX];

	assert_int_equal(daemon_processes(&server, DAEMON_KEYHOLDER, found), 1);
	return found[0];
}

/* In the keyholder, or the search would be worth nothing, and nowhere else. */
static void assert_keys_are_held(void)
{
	pid_t workers[2];

	assert_int_equal(keys_in(keyholder_of_server()), ALL_KEYS);
	assert_int_equal(keys_in(server.pid), 0);
	daemon_workers(&server, workers, 2);
	for (size_t i = 0; i < COUNT(workers); i++)
		assert_int_equal(keys_in(workers[i]), 0);
}

static void in_the_keyholder(void **state)
{
	(void)state;
	start("yes");
	assert_keys_are_held();
}

static void after_a_reload(void **state)
{
	pid_t old, workers[2];

	(void)state;
	start("yes");
	old = keyholder_of_server();
	daemon_workers(&server, workers, 2);
	reload_to(SIGHUP, DONE);
	await_workers(workers, 2, 2);
	shake_hands();

	/* It ends with the last of its workers, and nobody tells it to. */
	pid_t found[DAEMON_PROCESSES_MAX];
	int64_t limit = now_ms() + PATIENCE_MS;

	while (daemon_processes(&server, DAEMON_KEYHOLDER, found) != 1 || found[0] == old) {
		assert_true(now_ms() < limit);
		look_again_soon();
	}
	assert_keys_are_held();
}

static void without_a_keyholder(void **state)
{
	pid_t workers[2];

	(void)state;
	start("no");
	daemon_workers(&server, workers, 2);
	assert_int_equal(keys_in(workers[0]), ALL_KEYS);
	assert_int_equal(keys_in(workers[1]), ALL_KEYS);
	assert_int_equal(keys_in(server.pid), ALL_KEYS);
}

static void a_worker_that_dies(void **state)
{
	pid_t workers[2];

	(void)state;
	start("yes");
	for (size_t i = 0; i < 3; i++) {
		daemon_workers(&server, workers, 2);
		assert_int_equal(kill(workers[i % 2], SIGKILL), 0);
		await_workers(&workers[i % 2], 1, 2);
	}
	shake_hands();
	assert_keys_are_held();
}

#define KEYS(words, function)                                                                      \
	{                                                                                          \
		words, function, prepare, fixture_end, NULL                                        \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KEYS("private keys are in the keyholder's memory, and in no other process's",
			in_the_keyholder),
		KEYS("after a reload they are in the new keyholder alone", after_a_reload),
		KEYS("without a keyholder the search finds them in the workers",
			without_a_keyholder),
		KEYS("the successor of a worker that died has a channel of its own",
			a_worker_that_dies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
