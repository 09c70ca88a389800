/*
 * The provider: key management (provider-keymgmt(7)) and signatures (provider-signature(7)).
 *
 * A key wraps the public one, which is OpenSSL's own and answers every question but one. Signing
 * is for TLS alone: the whole message at once, with the schemes of scheme.h.
 */
#include "tls/provider.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#define KEY_MAGIC 0x6b686b79u

#define PROPERTIES "provider=kindling"
/* How provider_key hands its arguments to import_key, through OpenSSL. */
#define PARAM_HELD "kindling-held"

struct provider {
	OSSL_LIB_CTX *library;
	OSSL_PROVIDER *handle;
};

/* Key types: a name of our own, OpenSSL's names for the key and for its signatures. */
#define TYPES(X)                                                                                   \
	X(ec, "EC", "EC:id-ecPublicKey:1.2.840.10045.2.1", "ECDSA")                                \
	X(rsa, "RSA", "RSA:rsaEncryption:1.2.840.113549.1.1.1", "RSA")                             \
	X(rsa_pss, "RSA-PSS", "RSA-PSS:RSASSA-PSS:1.2.840.113549.1.1.10", "RSA")                   \
	X(ed25519, "ED25519", "ED25519:1.3.101.112", "ED25519")                                    \
	X(ed448, "ED448", "ED448:1.3.101.113", "ED448")

struct held {
	EVP_PKEY *public;
	struct channel *channel; /* NULL: only the public key is here */
	uint32_t place;
};

struct key {
	unsigned magic;
	const char *type;
	struct held held;
};

/* ---- keys */

static void *new_key(const char *type)
{
	struct key *key = calloc(1, sizeof *key);

	if (key != NULL) {
		key->magic = KEY_MAGIC;
		key->type = type;
	}
	return key;
}

static void free_key(void *memory)
{
	struct key *key = memory;

	if (key == NULL)
		return;
	CHECK_MAGIC(key, KEY_MAGIC);
	key->magic = 0;
	EVP_PKEY_free(key->held.public);
	free(key);
}

static int key_has(const void *memory, int selection)
{
	const struct key *key = memory;

	CHECK_MAGIC(key, KEY_MAGIC);
	return key->held.public != NULL &&
	       ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 || key->held.channel != NULL);
}

static int keys_match(const void *one, const void *other, int selection)
{
	const struct key *a = one, *b = other;

	(void)selection;
	return a->held.public != NULL && b->held.public != NULL &&
	       EVP_PKEY_eq(a->held.public, b->held.public) == 1;
}

/* A public key of OpenSSL's: it asks for that where it compares one with ours. */
static EVP_PKEY *import_public(const char *type, int selection, const OSSL_PARAM params[])
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *copy = OSSL_PARAM_dup(params); /* only for the missing const */
	EVP_PKEY *public = NULL;

	if (context != NULL && copy != NULL && EVP_PKEY_fromdata_init(context) == 1)
		(void)EVP_PKEY_fromdata(
			context, &public, selection & ~OSSL_KEYMGMT_SELECT_PRIVATE_KEY, copy);
	OSSL_PARAM_free(copy);
	EVP_PKEY_CTX_free(context);
	return public;
}

static int import_key(void *memory, int selection, const OSSL_PARAM params[])
{
	struct key *key = memory;
	const OSSL_PARAM *param = OSSL_PARAM_locate_const(params, PARAM_HELD);
	const void *held;
	size_t size;

	CHECK_MAGIC(key, KEY_MAGIC);
	if (key->held.public != NULL)
		return 0;
	if (param == NULL) {
		key->held.public = import_public(key->type, selection, params);
		return key->held.public != NULL;
	}
	if (OSSL_PARAM_get_octet_ptr(param, &held, &size) != 1 || size != sizeof key->held ||
		EVP_PKEY_up_ref(((const struct held *)held)->public) != 1)
		return 0;
	key->held = *(const struct held *)held;
	return 1;
}

/* Never where the private key is asked for: so OpenSSL signs here, and nowhere else. */
static int export_key(void *memory, int selection, OSSL_CALLBACK *callback, void *argument)
{
	const struct key *key = memory;

	CHECK_MAGIC(key, KEY_MAGIC);
	return key->held.public != NULL && (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 &&
	       EVP_PKEY_export(key->held.public, selection, callback, argument);
}

static const OSSL_PARAM *moved_params(int selection)
{
	static const OSSL_PARAM params[] = {
		OSSL_PARAM_octet_ptr(PARAM_HELD, NULL, 0),
		OSSL_PARAM_END,
	};

	(void)selection;
	return params;
}

static int key_params(void *memory, OSSL_PARAM params[])
{
	const struct key *key = memory;

	CHECK_MAGIC(key, KEY_MAGIC);
	return key->held.public != NULL && EVP_PKEY_get_params(key->held.public, params);
}

static const OSSL_PARAM *gettable_key_params(void *unused)
{
	static const OSSL_PARAM params[] = {
		OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_MANDATORY_DIGEST, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
		OSSL_PARAM_END,
	};

	(void)unused;
	return params;
}

/* ---- signatures */

struct signing {
	const struct key *key;
	char digest[32]; /* "": the scheme has its own */
	bool pss;
};

static void *new_signing(void *unused, const char *properties)
{
	(void)unused;
	(void)properties;
	return calloc(1, sizeof(struct signing));
}

static int set_signing_params(void *memory, const OSSL_PARAM params[]);

static int begin_signing(
	void *memory, const char *digest, void *key_memory, const OSSL_PARAM params[])
{
	struct signing *signing = memory;
	const struct key *key = key_memory;

	CHECK_MAGIC(key, KEY_MAGIC);
	if (key->held.channel == NULL)
		return 0;
	*signing = (struct signing){.key = key, .pss = strcmp(key->type, "RSA-PSS") == 0};
	if (digest != NULL) {
		size_t len = strlen(digest);

		if (len >= sizeof signing->digest)
			return 0;
		memcpy(signing->digest, digest, len + 1);
	}
	/* OpenSSL asks in this way which digests the key can be used with; RSA's padding comes
	 * later. */
	return set_signing_params(signing, params) &&
	       (scheme_of_key(key->held.public, signing->digest, false) != NULL ||
		       scheme_of_key(key->held.public, signing->digest, true) != NULL);
}

static int sign_whole(void *memory, unsigned char *out, size_t *out_len, size_t room,
	const unsigned char *bytes, size_t len)
{
	const struct signing *signing = memory;

	if (signing->key == NULL || len > SCHEME_INPUT_MAX)
		return 0;

	const struct held *held = &signing->key->held;
	const struct scheme *scheme = scheme_of_key(held->public, signing->digest, signing->pss);

	if (scheme == NULL)
		return 0;
	if (out == NULL) {
		*out_len = (size_t)EVP_PKEY_get_size(held->public);
		return 1;
	}
	*out_len = channel_ask(held->channel, held->place, scheme, bytes, len, out, room);
	if (*out_len == 0)
		ERR_raise_data(ERR_LIB_USER, ERR_R_OPERATION_FAIL, "no signature");
	return *out_len > 0;
}

static bool is_number(const OSSL_PARAM *param)
{
	return param->data_type == OSSL_PARAM_INTEGER ||
	       param->data_type == OSSL_PARAM_UNSIGNED_INTEGER;
}

/* "pss", "pkcs1", or their numbers; the salt is always as long as the digest, TLS has no other. */
static int set_signing_params(void *memory, const OSSL_PARAM params[])
{
	struct signing *signing = memory;
	const OSSL_PARAM *param =
		params == NULL ? NULL
			       : OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PAD_MODE);
	const char *name;
	int number;

	if (param == NULL)
		return 1;
	if (is_number(param)) {
		if (OSSL_PARAM_get_int(param, &number) != 1)
			return 0;
	} else if (OSSL_PARAM_get_utf8_string_ptr(param, &name) == 1) {
		number = strcmp(name, OSSL_PKEY_RSA_PAD_MODE_PSS) == 0       ? RSA_PKCS1_PSS_PADDING
			 : strcmp(name, OSSL_PKEY_RSA_PAD_MODE_PKCSV15) == 0 ? RSA_PKCS1_PADDING
									     : -1;
	} else {
		return 0;
	}
	signing->pss = number == RSA_PKCS1_PSS_PADDING;
	return number == RSA_PKCS1_PSS_PADDING || number == RSA_PKCS1_PADDING;
}

static const OSSL_PARAM *settable_signing_params(void *unused, void *unused_too)
{
	static const OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
		OSSL_PARAM_END,
	};

	(void)unused;
	(void)unused_too;
	return params;
}

/* ---- what OpenSSL is shown */

#define SHOW(id, function)                                                                         \
	{                                                                                          \
		id, (void (*)(void))(function)                                                     \
	}
#define SHOW_END                                                                                   \
	{                                                                                          \
		0, NULL                                                                            \
	}

static const OSSL_DISPATCH signature[] = {
	SHOW(OSSL_FUNC_SIGNATURE_NEWCTX, new_signing),
	SHOW(OSSL_FUNC_SIGNATURE_FREECTX, free),
	SHOW(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, begin_signing),
	SHOW(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, sign_whole),
	SHOW(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, set_signing_params),
	SHOW(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, settable_signing_params),
	SHOW_END,
};

#define MANAGEMENT(name, type, names, signatures)                                                  \
	static void *new_##name(void *unused)                                                      \
	{                                                                                          \
		(void)unused;                                                                      \
		return new_key(type);                                                              \
	}                                                                                          \
	static const char *operation_##name(int operation)                                         \
	{                                                                                          \
		return operation == OSSL_OP_SIGNATURE ? (signatures) : NULL;                       \
	}                                                                                          \
	static const OSSL_DISPATCH management_##name[] = {                                         \
		SHOW(OSSL_FUNC_KEYMGMT_NEW, new_##name),                                           \
		SHOW(OSSL_FUNC_KEYMGMT_FREE, free_key),                                            \
		SHOW(OSSL_FUNC_KEYMGMT_HAS, key_has),                                              \
		SHOW(OSSL_FUNC_KEYMGMT_MATCH, keys_match),                                         \
		SHOW(OSSL_FUNC_KEYMGMT_IMPORT, import_key),                                        \
		SHOW(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, moved_params),                                \
		SHOW(OSSL_FUNC_KEYMGMT_EXPORT, export_key),                                        \
		SHOW(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, moved_params),                                \
		SHOW(OSSL_FUNC_KEYMGMT_GET_PARAMS, key_params),                                    \
		SHOW(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, gettable_key_params),                      \
		SHOW(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, operation_##name),                    \
		SHOW_END,                                                                          \
	};
TYPES(MANAGEMENT)
#undef MANAGEMENT

static const OSSL_ALGORITHM managements[] = {
#define ALGORITHM(name, type, names, signatures) {names, PROPERTIES, management_##name, NULL},
	TYPES(ALGORITHM)
#undef ALGORITHM
		{NULL, NULL, NULL, NULL},
};
static const OSSL_ALGORITHM signatures[] = {
	{"ECDSA", PROPERTIES, signature, NULL},
	{"RSA", PROPERTIES, signature, NULL},
	{"ED25519", PROPERTIES, signature, NULL},
	{"ED448", PROPERTIES, signature, NULL},
	{NULL, NULL, NULL, NULL},
};

static const OSSL_ALGORITHM *query(void *unused, int operation, int *not_to_be_kept)
{
	(void)unused;
	*not_to_be_kept = 0;
	switch (operation) {
	case OSSL_OP_KEYMGMT:
		return managements;
	case OSSL_OP_SIGNATURE:
		return signatures;
	default:
		return NULL;
	}
}

static int init_provider(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *core,
	const OSSL_DISPATCH **out, void **context)
{
	static const OSSL_DISPATCH provider[] = {
		SHOW(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
		SHOW_END,
	};

	(void)handle;
	(void)core;
	*out = provider;
	*context = NULL;
	return 1;
}

struct provider *provider_new(void)
{
	struct provider *provider = calloc(1, sizeof *provider);

	if (provider == NULL)
		return NULL;
	provider->library = OSSL_LIB_CTX_new();
	if (provider->library != NULL &&
		OSSL_PROVIDER_add_builtin(provider->library, "kindling", init_provider) == 1)
		provider->handle = OSSL_PROVIDER_load(provider->library, "kindling");
	if (provider->handle != NULL)
		return provider;
	provider_free(provider);
	return NULL;
}

void provider_free(struct provider *provider)
{
	if (provider == NULL)
		return;
	if (provider->handle != NULL)
		OSSL_PROVIDER_unload(provider->handle);
	OSSL_LIB_CTX_free(provider->library);
	free(provider);
}

EVP_PKEY *provider_key(
	struct provider *provider, EVP_PKEY *public, struct channel *channel, uint32_t place)
{
	struct held held = {public, channel, place};
	void *pointer = &held;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_ptr(PARAM_HELD, &pointer, sizeof held),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(
		provider->library, EVP_PKEY_get0_type_name(public), NULL);
	EVP_PKEY *key = NULL;

	if (context != NULL && EVP_PKEY_fromdata_init(context) == 1)
		(void)EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params);
	EVP_PKEY_CTX_free(context);
	return key;
}
