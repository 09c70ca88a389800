/*
 * kindling check: what the server's own options name, and this machine may not have.
 */
#include "cli/check.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <netinet/in.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/privileges.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define SYSLOG_SOCKET  "/dev/log"

static const char *place_of(struct check *check, const char *option)
{
	return conf_place(check->conf, NULL, option, check->arena);
}

/* 0, or why binding failed. The socket never listens, and is gone at once. */
static int try_address(const struct sockaddr_storage *address)
{
	int on = 1, error = 0, fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
		(address->ss_family == AF_INET6 &&
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0) ||
		bind(fd, (const struct sockaddr *)address, address_size(address)) != 0)
		error = errno;
	fd_close(&fd);
	return error;
}

static void check_socket_path(
	struct check *check, const char *option, const char *path, bool with_folders)
{
	struct stat info;
	struct fault fault;

	if (lstat(path, &info) == 0 && !S_ISSOCK(info.st_mode))
		check_error(check, place_of(check, option),
			"%s is there and is no socket: move it away, or name another place", path);
	else if (!file_can_be_made(path, with_folders, &fault))
		check_error(check, place_of(check, option), "%s", fault.text);
}

/* An address that is taken may be so by the very server whose configuration this is. */
static void check_address(struct check *check, const char *text)
{
	const char *place = place_of(check, "listen");
	struct sockaddr_storage address;

	if (!address_parse(text, &address, NULL))
		return; /* said while the configuration was read */
	if (address_is_unix(&address))
		return; /* check_places */

	int error = try_address(&address);

	switch (error) {
	case 0:
		return;
	case EADDRINUSE:
		check_note(check, place, "%s is taken: fine where that is Kindling itself, running",
			text);
		return;
	case EADDRNOTAVAIL:
		check_error(check, place,
			"this machine does not have the address of %s: name one that it has", text);
		return;
	case EACCES:
	case EPERM:
		check_error(check, place,
			"this user may not listen on %s: name a port from 1024 up, or let a "
			"service manager start the server",
			text);
		return;
	case EAFNOSUPPORT:
		check_error(check, place,
			"this machine does not speak the protocol of %s: leave that address out",
			text);
		return;
	default:
		check_error(check, place, "cannot listen on %s: %s", text, strerror(error));
	}
}

void check_addresses(struct check *check)
{
	for (size_t i = 0; i < check->conf->listen.count; i++)
		check_address(check, check->conf->listen.items[i]);
}

bool check_user(struct check *check)
{
	const char *name = check->conf->user, *place = place_of(check, "user");
	bool is_root = geteuid() == 0;
	struct fault fault;

	if (name[0] == '\0') {
		if (is_root)
			check_warning(check, place,
				"started as root, the server stays root: name a user for it to "
				"become");
		return false;
	}

	const struct passwd *user = getpwnam(name);

	if (user == NULL)
		check_error(check, place,
			"there is no user %s: make it (useradd --system %s), or name another", name,
			name);
	else if (user->pw_uid == 0)
		check_error(check, place, "%s is root: name a user without its rights", name);
	else if (!is_root && user->pw_uid != geteuid())
		check_note(check, place,
			"files were looked at with your own rights; root can look with those of %s",
			name);
	else if (is_root && privileges_drop(name, &fault))
		return true;
	else if (is_root)
		check_error(check, place, "%s", fault.text);
	return false;
}

/* ---- ranges of addresses */

/* A range of all there are. */
static bool is_everything(const char *text, int family)
{
	struct address_range range;

	return address_range_parse(text, &range, NULL) && range.family == family &&
	       (range.bits == 0 || family == AF_UNIX);
}

static bool deny_everything(const struct conf *conf, int family)
{
	for (size_t i = 0; i < conf->deny.count; i++)
		if (is_everything(conf->deny.items[i], family))
			return true;
	return false;
}

static bool listens_for(const struct conf *conf, int family)
{
	struct sockaddr_storage address;

	for (size_t i = 0; i < conf->listen.count; i++)
		if (address_parse(conf->listen.items[i], &address, NULL) &&
			address.ss_family == family)
			return true;
	return false;
}

static void check_ranges(struct check *check)
{
	static const int families[] = {AF_INET, AF_INET6, AF_UNIX};
	const struct conf *conf = check->conf;
	bool shut = conf->allow.count == 0;
	struct address_range range;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		shut = shut &&
		       (!listens_for(conf, families[i]) || deny_everything(conf, families[i]));
	if (shut)
		check_warning(check, place_of(check, "deny"),
			"nobody is let in: every address is denied, and none allowed");
	for (size_t i = 0; i < conf->proxies.count; i++)
		if (address_range_parse(conf->proxies.items[i], &range, NULL) &&
			!listens_for(conf, range.family))
			check_warning(check, place_of(check, "proxies"),
				"no proxy can come from %s: listen has no address of that kind",
				conf->proxies.items[i]);
}

/* ---- files */

static void check_log(struct check *check)
{
	const char *place = place_of(check, "log_to"), *where = check->conf->log_to;
	bool journal = strcmp(where, "journal") == 0;
	struct fault fault;

	if (strchr(where, '/') == NULL) {
		const char *needed = journal ? JOURNAL_SOCKET : SYSLOG_SOCKET;

		if (strcmp(where, "stderr") != 0 && access(needed, F_OK) != 0)
			check_warning(check, place, "there is no %s on this machine: %s is missing",
				where, needed);
		return;
	}
	if (access(where, F_OK) == 0 && access(where, W_OK) != 0)
		check_error(check, place, "cannot write to %s: %s", where, strerror(errno));
	else if (!file_can_be_made(where, false, &fault))
		check_error(check, place, "%s", fault.text);
}

void check_places(struct check *check)
{
	const struct conf *conf = check->conf;
	struct fault fault;

	if (conf->ready_file[0] != '\0' && !file_can_be_made(conf->ready_file, false, &fault))
		check_error(check, place_of(check, "ready_file"), "%s", fault.text);
	if (conf->control[0] != '\0')
		check_socket_path(check, "control", conf->control, true);
	for (size_t i = 0; i < conf->listen.count; i++)
		if (strncmp(conf->listen.items[i], "unix:", 5) == 0)
			check_socket_path(check, "listen", conf->listen.items[i] + 5, false);
	check_log(check);
	check_ranges(check);
}
