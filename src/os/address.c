/*
 * Network addresses.
 */
#include "os/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#define UNIX_PREFIX "unix:"

/* struct sockaddr_storage is made to be read as the struct of its family. */
static const struct sockaddr_in *as_ipv4(const struct sockaddr_storage *address)
{
	return (const struct sockaddr_in *)(const void *)address;
}

static const struct sockaddr_in6 *as_ipv6(const struct sockaddr_storage *address)
{
	return (const struct sockaddr_in6 *)(const void *)address;
}

static const struct sockaddr_un *as_unix(const struct sockaddr_storage *address)
{
	return (const struct sockaddr_un *)(const void *)address;
}

bool address_is_unix(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_UNIX;
}

socklen_t address_size(const struct sockaddr_storage *address)
{
	switch (address->ss_family) {
	case AF_INET6:
		return sizeof(struct sockaddr_in6);
	case AF_UNIX:
		return (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				   strlen(as_unix(address)->sun_path) + 1);
	default:
		return sizeof(struct sockaddr_in);
	}
}

/* host = IPv4 / "[" IPv6 "]" */
static bool parse_host(struct span text, struct sockaddr_storage *address)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	bool ipv6 = span_starts_with(text, SPAN_LIT("[")) && span_ends_with(text, SPAN_LIT("]"));
	char host[INET6_ADDRSTRLEN];

	memset(address, 0, sizeof(*address));
	if (ipv6)
		text = span_take(span_skip(text, 1), text.len - 2);
	if (text.len >= sizeof(host))
		return false;
	memcpy(host, text.ptr, text.len);
	host[text.len] = '\0';
	if (inet_pton(ipv6 ? AF_INET6 : AF_INET, host,
		    ipv6 ? (void *)&in6.sin6_addr : (void *)&in.sin_addr) != 1)
		return false;
	if (ipv6)
		memcpy(address, &in6, sizeof(in6));
	else
		memcpy(address, &in, sizeof(in));
	return true;
}

static void set_port(struct sockaddr_storage *address, uint16_t port)
{
	if (address->ss_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)address)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)(void *)address)->sin_port = htons(port);
}

/* host ":" port; the port is 0 to 65535. */
static bool parse_ip(const char *text, struct sockaddr_storage *address, struct fault *fault)
{
	const char *colon = strrchr(text, ':');
	bool has_port = colon != NULL && strchr(colon, ']') == NULL;
	struct span host = has_port ? (struct span){text, (size_t)(colon - text)} : span_of(text);
	const char *digits = has_port ? colon + 1 : "";
	uint64_t port;

	if (!parse_host(host, address) || digits[strspn(digits, "0123456789")] != '\0')
		return fault_set(fault,
			"\"%s\" is not an address with a port: write 0.0.0.0:1965 for IPv4, "
			"[::]:1965 for IPv6",
			text);
	if (digits[0] == '\0')
		return fault_set(fault, "\"%s\": the port is missing: write %.*s:1965", text,
			SPAN_ARG(host));
	if (!span_to_u64(span_of(digits), 65535, &port))
		return fault_set(fault, "\"%s\": the port is too large: it is at most 65535", text);
	set_port(address, (uint16_t)port);
	return true;
}

/* The path of a Unix socket: not empty, and short enough for the system. */
static bool parse_unix(struct span path, struct sockaddr_storage *address, struct fault *fault)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	if (path.len == 0)
		return fault_set(fault,
			"the path of the socket is missing: write unix:/run/kindling/gemini");
	if (path.len >= sizeof(un.sun_path))
		return fault_set(fault, "%.*s: the path of a socket has %zu bytes at most",
			SPAN_ARG(path), sizeof(un.sun_path) - 1);
	memcpy(un.sun_path, path.ptr, path.len);
	memset(address, 0, sizeof(*address));
	memcpy(address, &un, sizeof(un));
	return true;
}

bool address_parse(const char *text, struct sockaddr_storage *address, struct fault *fault)
{
	struct span whole = span_of(text);

	if (span_starts_with(whole, SPAN_LIT(UNIX_PREFIX)))
		return parse_unix(span_skip(whole, strlen(UNIX_PREFIX)), address, fault);
	return parse_ip(text, address, fault);
}

bool address_is_any(const struct sockaddr_storage *address)
{
	switch (address->ss_family) {
	case AF_INET:
		return as_ipv4(address)->sin_addr.s_addr == INADDR_ANY;
	case AF_INET6:
		return IN6_IS_ADDR_UNSPECIFIED(&as_ipv6(address)->sin6_addr);
	default:
		return false;
	}
}

unsigned address_port(const struct sockaddr_storage *address)
{
	switch (address->ss_family) {
	case AF_INET:
		return ntohs(as_ipv4(address)->sin_port);
	case AF_INET6:
		return ntohs(as_ipv6(address)->sin6_port);
	default:
		return 0;
	}
}

void address_format_with_port(const struct sockaddr_storage *address, char text[ADDRESS_TEXT_SIZE])
{
	char host[INET6_ADDRSTRLEN] = "?";
	bool ipv6 = address->ss_family == AF_INET6;

	if (address_is_unix(address)) {
		(void)snprintf(
			text, ADDRESS_TEXT_SIZE, UNIX_PREFIX "%s", as_unix(address)->sun_path);
		return;
	}

	if (ipv6)
		inet_ntop(AF_INET6, &as_ipv6(address)->sin6_addr, host, sizeof(host));
	else
		inet_ntop(AF_INET, &as_ipv4(address)->sin_addr, host, sizeof(host));
	(void)snprintf(
		text, ADDRESS_TEXT_SIZE, ipv6 ? "[%s]:%u" : "%s:%u", host, address_port(address));
}

struct address_peer address_peer_made(unsigned family, const unsigned char bytes[16])
{
	struct address_peer peer = {.family = (unsigned char)family};
	struct in6_addr in6;

	memcpy(&in6, bytes, sizeof(in6));
	if (family == 6 && IN6_IS_ADDR_V4MAPPED(&in6)) {
		peer.family = 4;
		bytes += 12;
	}
	memcpy(peer.bytes, bytes, peer.family == 4 ? 4 : peer.family == 6 ? 16 : 0);
	return peer;
}

struct address_peer address_peer_of(const struct sockaddr_storage *address)
{
	unsigned char bytes[16] = {0};

	if (address->ss_family == AF_INET6)
		return address_peer_made(6, as_ipv6(address)->sin6_addr.s6_addr);
	if (address->ss_family != AF_INET)
		return address_peer_made(0, bytes);
	memcpy(bytes, &as_ipv4(address)->sin_addr, 4);
	return address_peer_made(4, bytes);
}

void address_peer_format(
	struct address_peer peer, enum address_detail detail, char text[ADDRESS_TEXT_SIZE])
{
	text[0] = '\0';
	if (detail == ADDRESS_NONE || peer.family == 0)
		return;
	if (detail == ADDRESS_TRUNCATED) {
		size_t kept = peer.family == 4 ? 3 : 6;

		memset(peer.bytes + kept, 0, sizeof(peer.bytes) - kept);
	}
	inet_ntop(peer.family == 4 ? AF_INET : AF_INET6, peer.bytes, text, ADDRESS_TEXT_SIZE);
}

void address_format(const struct sockaddr_storage *address, enum address_detail detail,
	char text[ADDRESS_TEXT_SIZE])
{
	address_peer_format(address_peer_of(address), detail, text);
}

/* The first bytes of the address, as many as are named for its family. */
static struct address_network first_bytes(struct address_peer peer, size_t of_ipv4, size_t of_ipv6)
{
	struct address_network network = {{peer.family}};

	memcpy(network.bytes + 1, peer.bytes, peer.family == 4 ? of_ipv4 : of_ipv6);
	return network;
}

struct address_network address_client_of(struct address_peer peer)
{
	return first_bytes(peer, 4, 8);
}

struct address_network address_network_of(struct address_peer peer)
{
	return first_bytes(peer, 3, 6);
}

static bool range_fault(const char *text, struct fault *fault)
{
	return fault_set(fault,
		"\"%s\" is not a range of addresses: write 192.0.2.0/24, 2001:db8::/32, one "
		"address, "
		"or unix",
		text);
}

static bool bit_at(const unsigned char *bytes, unsigned bit)
{
	return (bytes[bit / 8] & (0x80u >> bit % 8)) != 0;
}

/* Nobody comes from ::ffff:0:0/96 but as whom it stands for: a peer has lost that form, and a range
 * that kept it would hold nobody. */
static void unmap_range(struct address_range *range)
{
	static const unsigned char front[12] = {[10] = 0xff, [11] = 0xff};

	if (range->family != AF_INET6 || range->bits < 96 ||
		memcmp(range->bytes, front, sizeof(front)) != 0)
		return;
	range->family = AF_INET;
	range->bits -= 96;
	memmove(range->bytes, range->bytes + sizeof(front), 4);
	memset(range->bytes + 4, 0, sizeof(range->bytes) - 4);
}

bool address_range_parse(const char *text, struct address_range *range, struct fault *fault)
{
	struct span host, bits, whole = span_of(text);
	bool has_bits = span_cut(whole, '/', &host, &bits);
	char number[INET6_ADDRSTRLEN];
	uint64_t count;

	*range = (struct address_range){.family = AF_UNIX};
	if (span_equal(whole, SPAN_LIT("unix")))
		return true;
	if (host.len >= sizeof(number))
		return range_fault(text, fault);
	memcpy(number, host.ptr, host.len);
	number[host.len] = '\0';
	range->family = strchr(number, ':') != NULL ? AF_INET6 : AF_INET;

	unsigned most = range->family == AF_INET6 ? 128 : 32;

	count = most;
	if (inet_pton(range->family, number, range->bytes) != 1 ||
		(has_bits && !span_to_u64(bits, most, &count)))
		return range_fault(text, fault);
	range->bits = (unsigned)count;
	for (unsigned bit = range->bits; bit < most; bit++)
		if (bit_at(range->bytes, bit))
			return fault_set(fault,
				"\"%s\": the address has bits set behind the first %u: a range "
				"begins "
				"with its lowest address",
				text, range->bits);
	unmap_range(range);
	return true;
}

bool address_range_holds(const struct address_range *range, struct address_peer peer)
{
	static const struct {
		int range;
		unsigned char peer;
	} families[] = {{AF_INET, 4}, {AF_INET6, 6}, {AF_UNIX, 0}};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (range->family == families[i].range && peer.family != families[i].peer)
			return false;
	for (unsigned bit = 0; bit < range->bits; bit++)
		if (bit_at(peer.bytes, bit) != bit_at(range->bytes, bit))
			return false;
	return true;
}
