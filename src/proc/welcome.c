/*
 * The welcome, and the ready file.
 */
#include "proc/welcome.h"

#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "os/fd.h"
#include "proto/uri.h"
#include "tls/certificate.h"

/* The port that a URL has to name; 0 for none: the usual one, or sockets of another kind alone. */
static unsigned port_for_url(const struct sockets *sockets)
{
	unsigned port = 0;
	for (size_t i = 0; i < sockets->count; i++) {
		unsigned other = address_port(&sockets->places[i].bound);
		if (other == URI_DEFAULT_PORT)
			return 0;
		if (port == 0)
			port = other;
	}
	return port;
}

static void print_url(const struct conf_capsule *capsule, unsigned port)
{
	if (port == 0)
		printf("Serving gemini://%s/\n", capsule->host);
	else
		printf("Serving gemini://%s:%u/\n", capsule->host, port);
}

static void print_addresses(const struct sockets *sockets)
{
	printf("  listening   ");
	for (size_t i = 0; i < sockets->count; i++) {
		char address[ADDRESS_TEXT_SIZE];
		address_format_with_port(&sockets->places[i].bound, address);
		printf(" %s", address);
	}
	putchar('\n');
}

bool welcome_print(const struct conf *conf, const struct sockets *sockets, struct fault *fault)
{
	for (size_t i = 0; i < conf->capsule_count; i++) {
		const struct conf_capsule *capsule = &conf->capsules[i];
		struct certificate_files files;
		struct certificate_summary summary;
		if (!certificate_files_for(capsule->certs, capsule->host, &files, fault) ||
			!certificate_read_public(&files, &summary, fault))
			return false;
		char fingerprint[IDENTITY_TEXT_SIZE];
		identity_format(summary.identity.certificate, fingerprint);
		print_url(capsule, port_for_url(sockets));
		printf("  capsule      %s\n", capsule->root);
		printf("  certificate  SHA256 %s (%s)\n", fingerprint, files.certificate);
		if (capsule->comments)
			printf("  comments     %s\n", conf->store);
	}
	print_addresses(sockets);
	if (geteuid() == 0)
		printf("  user         root: with --user NAME it would become another, for good\n");
	/* A service manager, or a script, has its own way to stop it. */
	if (isatty(STDOUT_FILENO))
		printf("Open it in a Gemini client. Ctrl-C (or kill -TERM %ld) stops it.\n",
			(long)getpid());
	(void)fflush(stdout);
	return true;
}

bool welcome_write_ready_file(
	const struct conf *conf, const struct sockets *sockets, struct fault *fault)
{
	if (conf->ready_file[0] == '\0')
		return true;
	struct arena arena;
	struct buf lines;
	arena_init(&arena, 1 << 16);
	buf_init(&lines, &arena, 1 << 15);
	for (size_t i = 0; i < sockets->count; i++) {
		const struct sockaddr_storage *bound = &sockets->places[i].bound;
		char address[ADDRESS_TEXT_SIZE];
		if (address_is_unix(bound))
			address_format_with_port(bound, address);
		else
			address_format(bound, ADDRESS_FULL, address);
		buf_printf(&lines, "%s %u\n", address, address_port(bound));
	}
	bool written = buf_failed(&lines)
			       ? fault_set(fault, "%s: out of memory", conf->ready_file)
			       : file_write(conf->ready_file, buf_view(&lines), 0644, fault);
	arena_end(&arena);
	return written;
}
