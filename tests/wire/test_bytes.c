/*
 * Long bodies: byte-exact whatever their size, also while the file changes.
 *
 * The big file is a whole GiB, and less only where the disk has no room for that.
 */
#include "fixture.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <openssl/evp.h>

#define MIB    ((size_t)1 << 20)
#define MOVING (64 * MIB)

/* A pattern without a period in sight, which begins anew in each MiB with the MiB's number. */
static void fill(unsigned char *chunk, uint64_t number)
{
	uint64_t word = number * 0x9e3779b97f4a7c15U + 1;

	for (size_t i = 0; i < MIB; i += sizeof(word)) {
		word ^= word << 13;
		word ^= word >> 7;
		word ^= word << 17;
		memcpy(chunk + i, &word, sizeof(word));
	}
}

/* Writes so many MiB and one odd byte behind them. */
static void make_file(const char *path, size_t mebibytes, EVP_MD_CTX *digest)
{
	static unsigned char chunk[1 << 20];
	char whole[DAEMON_PATH_SIZE];
	FILE *file = fopen(daemon_path(&server, path, whole), "wb");

	assert_non_null(file);
	for (size_t i = 0; i < mebibytes; i++) {
		fill(chunk, i);
		assert_int_equal(fwrite(chunk, 1, MIB, file), MIB);
		assert_int_equal(EVP_DigestUpdate(digest, chunk, MIB), 1);
	}
	assert_int_equal(fputc('!', file), '!');
	assert_int_equal(EVP_DigestUpdate(digest, "!", 1), 1);
	assert_int_equal(fclose(file), 0);
}

/* Opens a transaction and reads its header; what of the body came with it is digested. */
static size_t begin(struct client *client, const char *request, EVP_MD_CTX *digest)
{
	static char bytes[65536];
	size_t used = 0;
	char *end = NULL;

	assert_true(client_open(client, server.port, NULL));
	assert_true(client_send(client, request, strlen(request), 0));
	while (end == NULL) {
		ssize_t got = client_read(client, bytes + used, sizeof(bytes) - used);

		assert_true(got > 0);
		used += (size_t)got;
		end = memmem(bytes, used, "\r\n", 2);
	}
	assert_memory_equal(bytes, "20 ", 3);
	used -= (size_t)(end + 2 - bytes);
	if (digest != NULL)
		assert_int_equal(EVP_DigestUpdate(digest, end + 2, used), 1);
	return used;
}

/* Reads to the end, which must be in order; how many bytes came. */
static size_t read_rest(struct client *client, EVP_MD_CTX *digest)
{
	static char bytes[65536];
	size_t total = 0;
	ssize_t got;

	while ((got = client_read(client, bytes, sizeof(bytes))) > 0) {
		if (digest != NULL)
			assert_int_equal(EVP_DigestUpdate(digest, bytes, (size_t)got), 1);
		total += (size_t)got;
		/* As long as something comes, all is well. */
		client->deadline = now_ms() + PATIENCE_MS;
	}
	assert_int_equal(got, 0);
	assert_true(client->close_notify);
	assert_int_equal(client->end, CLIENT_FIN);
	return total;
}

static size_t big_enough(void)
{
	struct statvfs disk;

	assert_int_equal(statvfs(server.folder, &disk), 0);
	if (disk.f_bavail * disk.f_frsize / MIB > 2048)
		return 1024;
	print_message("# less than 2 GiB free: a file of 64 MiB instead of 1 GiB\n");
	return 64;
}

static void byte_exact(void **state)
{
	const size_t mebibytes = big_enough();
	EVP_MD_CTX *written = EVP_MD_CTX_new(), *read = EVP_MD_CTX_new();
	unsigned char expected[EVP_MAX_MD_SIZE], got[EVP_MAX_MD_SIZE];
	struct client client;
	unsigned size;
	size_t total;
	char path[DAEMON_PATH_SIZE];

	(void)state;
	assert_int_equal(EVP_DigestInit(written, EVP_sha256()), 1);
	assert_int_equal(EVP_DigestInit(read, EVP_sha256()), 1);
	make_file("capsule/big.bin", mebibytes, written);
	total = begin(&client, "gemini://localhost/big.bin\r\n", read);
	total += read_rest(&client, read);
	client_close(&client);
	assert_int_equal(total, mebibytes * MIB + 1);
	assert_int_equal(EVP_DigestFinal(written, expected, &size), 1);
	assert_int_equal(EVP_DigestFinal(read, got, &size), 1);
	assert_memory_equal(got, expected, size);
	EVP_MD_CTX_free(written);
	EVP_MD_CTX_free(read);
	unlink(daemon_path(&server, "capsule/big.bin", path));
}

/* Sizes around those of TLS records and of buffers that somebody may have chosen. */
static void awkward_sizes(void **state)
{
	static const size_t sizes[] = {1, 1023, 4095, 4096, 16383, 16384, 16385, 32767, 32768,
		65535, 65536, 65537, 131071, 131073, 1048577};
	static unsigned char chunk[2 << 20];

	(void)state;
	fill(chunk, 7);
	fill(chunk + MIB, 8);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct answer answer;

		daemon_write(&server, "capsule/odd.bin", chunk, sizes[i]);
		answer = ask(&server, NULL, "gemini://localhost/odd.bin");
		assert_answer(&answer, 20, "odd.bin");
		assert_int_equal(answer.length, sizes[i]);
		assert_memory_equal(answer.body, chunk, sizes[i]);
		answer_free(&answer);
	}
}

static void make_moving(char path[DAEMON_PATH_SIZE])
{
	int fd = open(daemon_path(&server, "capsule/moving.bin", path), O_CREAT | O_WRONLY, 0644);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(ftruncate(fd, (off_t)MOVING), 0);
	close(fd);
}

static void shrinks(void **state)
{
	struct client client;
	char path[DAEMON_PATH_SIZE];
	size_t total;

	(void)state;
	make_moving(path);
	total = begin(&client, "gemini://localhost/moving.bin\r\n", NULL);
	assert_int_equal(truncate(path, (off_t)MIB), 0);
	total += read_rest(&client, NULL);
	client_close(&client);
	assert_in_range(total, 1, MOVING - 1);
}

static void grows(void **state)
{
	struct client client;
	char path[DAEMON_PATH_SIZE];
	size_t total;

	(void)state;
	make_moving(path);
	total = begin(&client, "gemini://localhost/moving.bin\r\n", NULL);
	assert_int_equal(truncate(path, (off_t)(2 * MOVING)), 0);
	total += read_rest(&client, NULL);
	client_close(&client);
	assert_int_equal(total, MOVING);
}

static void vanishes(void **state)
{
	struct client client;
	char path[DAEMON_PATH_SIZE];
	size_t total;

	(void)state;
	make_moving(path);
	total = begin(&client, "gemini://localhost/moving.bin\r\n", NULL);
	assert_int_equal(unlink(path), 0);
	total += read_rest(&client, NULL);
	client_close(&client);
	assert_int_equal(total, MOVING);
}

/* A reader who goes away in the middle costs nobody else anything. */
static void reader_leaves(void **state)
{
	char path[DAEMON_PATH_SIZE];

	(void)state;
	make_moving(path);
	for (int i = 0; i < 8; i++) {
		struct client client;

		begin(&client, "gemini://localhost/moving.bin\r\n", NULL);
		if (i % 2 == 0)
			client_abort(&client);
		else
			client_close(&client);
	}
	expect(&server, NULL, "gemini://localhost/", 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("a big file arrives with the same SHA-256", byte_exact),
		TEST("every size around a record's or a buffer's arrives whole", awkward_sizes),
		TEST("a file that shrinks while it is sent ends cleanly", shrinks),
		TEST("a file that grows while it is sent ends where it was", grows),
		TEST("a file that is removed while it is sent is sent whole", vanishes),
		TEST("a reader who leaves in the middle harms nobody", reader_leaves),
	};

	return cmocka_run_group_tests_name("bytes", tests, fixture_start, fixture_end);
}
