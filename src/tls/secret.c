/*
 * Secrets, by OpenSSL.
 */
#include "tls/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <unistd.h>

#include "os/fd.h"

#define ROUNDS     5000
#define FILE_PIECE 65536

/* What OpenSSL notes about a failure would stay with the thread. */
static bool settle(bool done)
{
	if (!done)
		ERR_clear_error();
	return done;
}

bool secret_random(unsigned char *bytes, size_t count)
{
	return settle(count <= INT_MAX && RAND_priv_bytes(bytes, (int)count) == 1);
}

bool secret_hash(struct span key, struct span text, unsigned char hash[SECRET_SIZE])
{
	if (key.len == 0)
		return settle(EVP_Digest(text.ptr, text.len, hash, NULL, EVP_sha256(), NULL) == 1);
	return settle(key.len <= INT_MAX &&
		      HMAC(EVP_sha256(), key.ptr, (int)key.len, (const unsigned char *)text.ptr,
			      text.len, hash, NULL) != NULL);
}

bool secret_stretch(struct span text, const unsigned char salt[SECRET_SIZE],
	unsigned char stretched[SECRET_SIZE])
{
	return settle(text.len <= INT_MAX &&
		      PKCS5_PBKDF2_HMAC(text.len > 0 ? text.ptr : "", (int)text.len, salt,
			      SECRET_SIZE, ROUNDS, EVP_sha256(), SECRET_SIZE, stretched) == 1);
}

void secret_hex(const unsigned char hash[SECRET_SIZE], char hex[SECRET_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SECRET_SIZE; i++) {
		hex[2 * i] = digits[hash[i] >> 4];
		hex[2 * i + 1] = digits[hash[i] & 15];
	}
	hex[SECRET_HEX_SIZE - 1] = '\0';
}

/* False with errno. */
static bool digest_rest(int fd, EVP_MD_CTX *context)
{
	char bytes[FILE_PIECE];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof(bytes))) != 0) {
		if (got < 0 && errno != EINTR)
			return false;
		if (got > 0 && EVP_DigestUpdate(context, bytes, (size_t)got) != 1) {
			errno = ENOMEM;
			return false;
		}
	}
	return true;
}

bool secret_hash_file(const char *path, char hex[SECRET_HEX_SIZE])
{
	unsigned char hash[SECRET_SIZE];
	bool done = false;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;

	if (fd < 0) {
		error = errno;
		goto end;
	}
	error = ENOMEM; /* the only reason for which OpenSSL cannot hash */
	if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
		goto end;
	if (!digest_rest(fd, context)) {
		error = errno;
		goto end;
	}
	done = EVP_DigestFinal_ex(context, hash, NULL) == 1;
	if (done)
		secret_hex(hash, hex);
end:
	fd_close(&fd);
	EVP_MD_CTX_free(context);
	errno = error;
	return done;
}
