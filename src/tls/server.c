/*
 * The server's side of TLS: contexts, and which of them a client gets.
 *
 * What is offered is short on purpose: every group and signature algorithm costs time in every
 * handshake. Measured with OpenSSL 3.0 against its defaults: SHA-256 in place of SHA-384 saves
 * 8 %, not building a chain 2 %, short lists 1 %.
 */
#include "tls/server.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "tls/internal.h"
#include "tls/x509.h"

#define SERVER_MAGIC 0x746c7373u

#define CIPHERS_1_3 "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384"
#define CIPHERS_1_2                                                                                \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"                               \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"                               \
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
/* P-521 only because TLS 1.2 takes a client's P-521 certificate only where the group is named. */
#define GROUPS "X25519:P-256:P-384:P-521"
/* A client's whole chain: several times what a 4096-bit RSA one needs. */
#define CLIENT_CHAIN_MAX (32 * 1024)

#define OPTIONS                                                                                    \
	(SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |                      \
		SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |                       \
		SSL_OP_IGNORE_UNEXPECTED_EOF)

/* Any certificate will do: that the client has its key is checked apart from this. */
static int accept_any(X509_STORE_CTX *store, void *unused)
{
	(void)store;
	(void)unused;
	return 1;
}

/* In lower case, and without the dot of the root zone: some clients send it, and it names the same
 * host. A client may name one twice, before and after a HelloRetryRequest. */
static bool keep_name(struct tls_connection *tls, const char *name)
{
	size_t len = strlen(name);

	free(tls->sni);
	tls->sni = NULL;
	tls->sni_len = 0;
	if (len > 0 && name[len - 1] == '.')
		len--;
	if (len == 0)
		return true;
	if (len > SNI_NAME_MAX || (tls->sni = malloc(len)) == NULL)
		return false;
	for (size_t i = 0; i < len; i++)
		tls->sni[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]);
	tls->sni_len = (unsigned char)len;
	return true;
}

static int choose_host(SSL *ssl, int *alert, void *argument)
{
	struct tls_server *server = argument;
	/* Until the handshake ends, writes go through a BIO of OpenSSL's own; reads do not. */
	struct tls_connection *tls = BIO_get_data(SSL_get_rbio(ssl));
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	(void)alert;
	CHECK_MAGIC(server, SERVER_MAGIC);
	if (!keep_name(tls, name != NULL ? name : ""))
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	if (tls->sni_len == 0)
		return SSL_TLSEXT_ERR_NOACK;

	int host = server->find(server->find_context, tls_sni(tls));

	CHECK(host < (int)server->count);
	if (host > 0 && SSL_set_SSL_CTX(ssl, server->contexts[host]) == NULL)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	return SSL_TLSEXT_ERR_OK;
}

/* For our own key and for the clients': every kind that OpenSSL, Go or GnuTLS makes by default. */
static void list_signatures(char *list, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < SCHEME_COUNT; i++) {
		int len = snprintf(
			list + used, size - used, "%s%s", i > 0 ? ":" : "", schemes[i].name);

		CHECK(len > 0 && (size_t)len < size - used);
		used += (size_t)len;
	}
}

static bool configure(SSL_CTX *context, struct tls_server *server)
{
	char groups[] = GROUPS, signatures[512]; /* OpenSSL's macros cast const away */

	list_signatures(signatures, sizeof signatures);

	SSL_CTX_set_options(context, OPTIONS);
	/* No auto chain: without it every handshake looks for issuers of our own certificate. */
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
	SSL_CTX_set_read_ahead(context, 1);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_security_level(context, 2); /* whatever the system's configuration says */
	SSL_CTX_set_max_cert_list(context, CLIENT_CHAIN_MAX);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(context, accept_any, NULL);
	SSL_CTX_set_tlsext_servername_callback(context, choose_host);
	SSL_CTX_set_tlsext_servername_arg(context, server);
	return SSL_CTX_set_num_tickets(context, 0) == 1 &&
	       SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
	       SSL_CTX_set_ciphersuites(context, CIPHERS_1_3) == 1 &&
	       SSL_CTX_set_cipher_list(context, CIPHERS_1_2) == 1 &&
	       SSL_CTX_set1_groups_list(context, groups) == 1 &&
	       SSL_CTX_set1_sigalgs_list(context, signatures) == 1;
}

/* The certificate, and a key for it: the real one, or what asks the keyholder for it. */
static bool read_credentials(struct tls_server *server, const struct certificate_files *files,
	struct credentials *credentials, struct fault *fault)
{
	if (server->provider == NULL) {
		if (!credentials_read(files, credentials, fault))
			return false;
		key_warn_of_readers(files->key);
		return true;
	}
	if (!credentials_read_public(files, credentials, fault))
		return false;

	EVP_PKEY *public = X509_get0_pubkey(credentials->leaf);

	if (public != NULL)
		credentials->key = provider_key(
			server->provider, public, &server->channel, (uint32_t)server->count);
	if (credentials->key != NULL)
		return true;
	credentials_free(credentials);
	return fault_set(fault, "the certificate %s cannot be used: %s", files->certificate,
		openssl_reason());
}

static SSL_CTX *context_new(
	struct tls_server *server, const struct certificate_files *files, struct fault *fault)
{
	struct credentials credentials;

	if (!read_credentials(server, files, &credentials, fault))
		return NULL;

	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	if (context == NULL || !configure(context, server)) {
		fault_set(fault, "cannot set up TLS: %s", openssl_reason());
		goto fail;
	}
	if (SSL_CTX_use_cert_and_key(
		    context, credentials.leaf, credentials.key, credentials.chain, 1) != 1) {
		fault_set(fault, "the certificate %s cannot be used: %s", files->certificate,
			openssl_reason());
		goto fail;
	}
	credentials_free(&credentials);
	return context;

fail:
	credentials_free(&credentials);
	SSL_CTX_free(context);
	return NULL;
}

/* The keyholder has read its certificates a moment earlier than this process. */
static bool has_keys(
	const struct tls_server *server, const struct keys_held *held, struct fault *fault)
{
	struct keys_held mine = {{0}};

	for (size_t i = 0; i < server->count; i++)
		if (!keys_held_add(&mine, SSL_CTX_get0_certificate(server->contexts[i])))
			return fault_set(fault, "cannot set up TLS: %s", openssl_reason());
	return memcmp(mine.digest, held->digest, sizeof mine.digest) == 0 ||
	       fault_set(fault, "a certificate was replaced while it was being read; try again");
}

/* Everything but the contexts. */
static struct tls_server *server_new(size_t count, bool keyholder)
{
	struct tls_server *server = calloc(1, sizeof *server);

	if (server == NULL)
		return NULL;
	server->magic = SERVER_MAGIC;
	server->channel.fd = -1;
	server->contexts = calloc(count, sizeof(SSL_CTX *));
	server->method = wire_method_new();
	server->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	server->provider = keyholder ? provider_new() : NULL;
	if (server->contexts != NULL && server->method != NULL && server->sha256 != NULL &&
		(server->provider != NULL || !keyholder))
		return server;
	tls_server_free(server);
	return NULL;
}

struct tls_server *tls_server_new(const struct certificate_files *hosts, size_t count,
	tls_find_host *find, void *context, const struct keys_held *held, struct fault *fault)
{
	CHECK(count > 0);

	struct tls_server *server = server_new(count, held != NULL);

	if (server == NULL) {
		fault_set(fault, "cannot set up TLS: %s", openssl_reason());
		return NULL;
	}
	server->find = find;
	server->find_context = context;
	for (; server->count < count; server->count++) {
		SSL_CTX *made = context_new(server, &hosts[server->count], fault);

		if (made == NULL)
			break;
		server->contexts[server->count] = made;
	}
	if (server->count == count && (held == NULL || has_keys(server, held, fault)))
		return server;
	tls_server_free(server);
	return NULL;
}

void tls_server_ask(struct tls_server *server, int channel)
{
	CHECK_MAGIC(server, SERVER_MAGIC);
	CHECK(server->provider != NULL);
	server->channel = (struct channel){.fd = channel};
}

void tls_server_free(struct tls_server *server)
{
	if (server == NULL)
		return;
	CHECK_MAGIC(server, SERVER_MAGIC);
	server->magic = 0;
	for (size_t i = 0; i < server->count; i++)
		SSL_CTX_free(server->contexts[i]);
	provider_free(server->provider);
	free(server->contexts);
	BIO_meth_free(server->method);
	EVP_MD_free(server->sha256);
	free(server);
}
