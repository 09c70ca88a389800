/*
 * Reading a PROXY header.
 */
#include "proto/proxy.h"

#include <arpa/inet.h>
#include <string.h>

/* What has come agrees with the beginning of a header so far. */
static bool may_become(struct span received, struct span beginning)
{
	return span_starts_with(received, span_take(beginning, received.len));
}

/*
 * Version 1, a line of text with its CRLF of 107 bytes at most:
 *
 * "PROXY" SP ("TCP4" / "TCP6") SP source SP destination SP source-port SP destination-port CRLF
 * "PROXY" SP "UNKNOWN" *anything CRLF
 */
#define V1_BEGINNING SPAN_LIT("PROXY ")
#define V1_MAX       107

static enum proxy_result bad(const char **wrong, const char *why)
{
	*wrong = why;
	return PROXY_BAD;
}

static bool parse_address(int family, struct span text, unsigned char address[16])
{
	char spelled[INET6_ADDRSTRLEN];
	unsigned char bytes[16] = {0};
	if (text.len >= sizeof spelled)
		return false;
	memcpy(spelled, text.ptr, text.len);
	spelled[text.len] = '\0';
	if (strlen(spelled) != text.len || inet_pton(family, spelled, bytes) != 1)
		return false;
	memcpy(address, bytes, sizeof bytes);
	return true;
}

static bool parse_port(struct span text, unsigned *port)
{
	uint64_t number;
	if (!span_to_u64(text, 65535, &number) || (text.len > 1 && text.ptr[0] == '0'))
		return false;
	*port = (unsigned)number;
	return true;
}

/* What stands behind "PROXY ", without its CRLF. */
static bool parse_words(struct span line, struct proxy_header *header)
{
	enum { PROTOCOL, SOURCE, DESTINATION, SOURCE_PORT, DESTINATION_PORT, WORDS };
	struct span words[WORDS], rest = line;
	span_cut(rest, ' ', &words[PROTOCOL], &rest);
	if (span_equal(words[PROTOCOL], SPAN_LIT("UNKNOWN")))
		return true;
	for (int i = SOURCE; i < DESTINATION_PORT; i++)
		if (!span_cut(rest, ' ', &words[i], &rest))
			return false;
	words[DESTINATION_PORT] = rest;
	int family = span_equal(words[PROTOCOL], SPAN_LIT("TCP6")) ? AF_INET6 : AF_INET;
	unsigned char destination[16];
	unsigned source_port;
	if (family == AF_INET && !span_equal(words[PROTOCOL], SPAN_LIT("TCP4")))
		return false;
	header->family = family == AF_INET6 ? 6 : 4;
	return parse_address(family, words[SOURCE], header->address) &&
	       parse_address(family, words[DESTINATION], destination) &&
	       parse_port(words[SOURCE_PORT], &source_port) &&
	       parse_port(words[DESTINATION_PORT], &header->port);
}

static enum proxy_result scan_v1(
	struct span received, struct proxy_header *header, size_t *used, const char **wrong)
{
	struct span line = span_take(received, V1_MAX);
	const char *end = memchr(line.ptr, '\r', line.len);
	if (end == NULL || end + 1 == line.ptr + line.len) {
		if (line.len < V1_MAX)
			return PROXY_MORE;
		return bad(wrong, "the line of version 1 is too long");
	}
	if (end[1] != '\n')
		return bad(wrong, "the line of version 1 does not end with CR and LF");
	line = span_skip((struct span){line.ptr, (size_t)(end - line.ptr)}, V1_BEGINNING.len);
	if (!parse_words(line, header))
		return bad(wrong, "the line of version 1 names no addresses of TCP");
	*used = (size_t)(end + 2 - received.ptr);
	return PROXY_COMPLETE;
}

/* Version 2: a signature; a byte of version and command, one of family and protocol, a length of
 * two bytes; then as many bytes as that says: addresses, ports, extensions. */
#define V2_BEGINNING SPAN_LIT("\r\n\r\n\0\r\nQUIT\n")
#define V2_FIXED     16

enum { V2_LOCAL = 0x20, V2_PROXY = 0x21 };
enum { V2_UNSPEC = 0x00, V2_TCP4 = 0x11, V2_TCP6 = 0x21, V2_UNIX = 0x31 };

static unsigned two_bytes(const unsigned char *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

/* Source, destination, source port, destination port. False: it does not fit into `length`. */
static bool take_addresses(
	const unsigned char *block, size_t length, unsigned family, struct proxy_header *header)
{
	size_t size = family == 4 ? 4 : 16;
	if (length < 2 * size + 4)
		return false;
	header->family = family;
	memcpy(header->address, block, size);
	header->port = two_bytes(block + 2 * size + 2);
	return true;
}

static enum proxy_result scan_v2(
	struct span received, struct proxy_header *header, size_t *used, const char **wrong)
{
	if (received.len < V2_FIXED)
		return PROXY_MORE;
	const unsigned char *bytes = (const unsigned char *)received.ptr;
	unsigned command = bytes[12], family = bytes[13];
	size_t length = two_bytes(bytes + 14);
	if (command != V2_LOCAL && command != V2_PROXY)
		return bad(wrong, "its version or command is unknown");
	if (V2_FIXED + length > PROXY_HEADER_MAX)
		return bad(wrong, "it is too long");
	if (received.len < V2_FIXED + length)
		return PROXY_MORE;
	*used = V2_FIXED + length;
	bool fits = true;
	/* Whatever family LOCAL names is to be left aside. */
	if (command == V2_PROXY && (family == V2_TCP4 || family == V2_TCP6))
		fits = take_addresses(bytes + V2_FIXED, length, family == V2_TCP4 ? 4 : 6, header);
	else if (command == V2_PROXY && family != V2_UNSPEC && family != V2_UNIX)
		return bad(wrong, "it speaks for something else than TCP");
	return fits ? PROXY_COMPLETE : bad(wrong, "it is too short for its addresses");
}

enum proxy_result proxy_scan(
	struct span received, struct proxy_header *header, size_t *used, const char **wrong)
{
	*header = (struct proxy_header){0};
	*used = 0;
	bool v1 = may_become(received, V1_BEGINNING), v2 = may_become(received, V2_BEGINNING);
	if (!v1 && !v2)
		return bad(wrong, "there is none");
	if (received.len < (v1 ? V1_BEGINNING.len : V2_BEGINNING.len))
		return PROXY_MORE;
	return v1 ? scan_v1(received, header, used, wrong) : scan_v2(received, header, used, wrong);
}
