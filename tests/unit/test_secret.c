/*
 * Secrets against published vectors (RFC 4231, FIPS 180-2) and another implementation's.
 */
#include "testing.h"

#include <errno.h>
#include <unistd.h>

#include "tls/secret.h"

static void assert_hash(const unsigned char hash[SECRET_SIZE], const char *expected)
{
	char hex[SECRET_HEX_SIZE];

	secret_hex(hash, hex);
	assert_string_equal(hex, expected);
}

static void hmac(void **state)
{
	static const char twenties[] = "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
				       "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b";
	unsigned char hash[SECRET_SIZE];
	char long_key[131];

	(void)state;
	assert_true(secret_hash(S(twenties), S("Hi There"), hash));
	assert_hash(hash, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	assert_true(secret_hash(S("Jefe"), S("what do ya want for nothing?"), hash));
	assert_hash(hash, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(long_key, 0xaa, sizeof(long_key));
	assert_true(secret_hash((struct span){long_key, sizeof(long_key)},
		S("Test Using Larger Than Block-Size Key - Hash Key First"), hash));
	assert_hash(hash, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void plain(void **state)
{
	unsigned char hash[SECRET_SIZE];
	const struct span none = {NULL, 0};

	(void)state;
	assert_true(secret_hash(none, S("abc"), hash));
	assert_hash(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_true(secret_hash(none, none, hash));
	assert_hash(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void stretched(void **state)
{
	unsigned char hash[SECRET_SIZE], salt[SECRET_SIZE];

	(void)state;
	memcpy(salt, "saltSALTsaltSALTsaltSALTsaltSALT", sizeof(salt));
	assert_true(secret_stretch(S("passwordPASSWORDpassword"), salt, hash));
	assert_hash(hash, "6351d6ffd624272b7a03aa5a2ece05fed9a18644494c4b4cc7a266d1a5db1bfc");
	for (size_t i = 0; i < sizeof(salt); i++)
		salt[i] = (unsigned char)i;
	assert_true(secret_stretch((struct span){NULL, 0}, salt, hash));
	assert_hash(hash, "7fe4e2697f3a29ee57c91649c5d14c339cd602ebde47a32fd02aaab35a107e67");
}

static void random_bytes(void **state)
{
	unsigned char first[64] = {0}, second[64] = {0};
	unsigned seen = 0;

	(void)state;
	assert_true(secret_random(first, sizeof(first)));
	assert_true(secret_random(second, sizeof(second)));
	assert_memory_not_equal(first, second, sizeof(first));
	for (size_t i = 0; i < sizeof(first); i++)
		seen |= first[i];
	assert_int_equal(seen, 255);
	assert_true(secret_random(first, 0));
}

static void files(void **state)
{
	char path[] = "/tmp/kindling-test-XXXXXX", hex[SECRET_HEX_SIZE];
	char piece[1000];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_true(secret_hash_file(path, hex));
	assert_string_equal(
		hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	/* A million times the letter a: FIPS 180-2, appendix B.3 */
	memset(piece, 'a', sizeof(piece));
	for (int i = 0; i < 1000; i++)
		assert_int_equal(write(fd, piece, sizeof(piece)), sizeof(piece));
	close(fd);
	assert_true(secret_hash_file(path, hex));
	assert_string_equal(
		hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	unlink(path);
	errno = 0;
	assert_false(secret_hash_file(path, hex));
	assert_int_equal(errno, ENOENT);
	assert_false(secret_hash_file("/tmp", hex));
	assert_int_equal(errno, EISDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"with a key: HMAC-SHA256, as RFC 4231 has it", hmac, NULL, NULL, NULL},
		{"without a key: SHA-256", plain, NULL, NULL, NULL},
		{"stretching is PBKDF2 of 5,000 rounds", stretched, NULL, NULL, NULL},
		{"random bytes differ", random_bytes, NULL, NULL, NULL},
		{"a file's hash, and why there is none", files, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
