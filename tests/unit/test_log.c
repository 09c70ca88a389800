/*
 * base/log: one line for each event, wherever it goes, and nothing foreign in it.
 */
#include "capture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "json.h"
#include "terminal.h"

static struct fault fault;

static void open_as(
	enum log_format format, enum log_level level, const char *to, const char *socket)
{
	struct log_settings settings = {format, level, to, socket};
	if (!log_open(&settings, &fault))
		fail_msg("%s", fault.text);
	log_settle(true);
}

/* Standard error is another one in each test. */
static void open_here(enum log_format format, enum log_level level)
{
	log_begin();
	open_as(format, level, "stderr", NULL);
}

static void one_line(const char *text)
{
	size_t len = strlen(text);
	assert_true(len > 0);
	assert_ptr_equal(strchr(text, '\n'), text + len - 1);
	for (size_t i = 0; i + 1 < len; i++)
		assert_in_range((unsigned char)text[i], 0x20, 0x7e);
}

static void contains(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("%s\nis not in\n%s", part, text);
}

static void lacks(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("%s\nis in\n%s", part, text);
}

static void is_json(const char *text)
{
	const char *rest = text;
	if (!json_line(&rest) || *rest != '\0')
		fail_msg("no JSON from here on: %s\nin: %s", rest, text);
}

/* Controls, an escape, UTF-8, C1, quotes, a backslash and DEL. */
static const struct log_request hostile = {
	.address = "192.0.2.0",
	.host = {"localhost", 9},
	.path = {"/x\nFORGED \x1b[31m\xc3\xa4\xc2\x9b\x7f\"", 21},
	.query = {"a\\b", 3},
	.status = 51,
	.bytes = 30,
	.milliseconds = 2,
	.note = "note\r\n",
};

static const struct log_request plain = {.address = "",
	.host = {"localhost", 9},
	.path = {"/", 1},
	.status = 20,
	.bytes = 300,
	.milliseconds = 1};

static const char *said(const struct log_request *request)
{
	capture_begin();
	log_begin();
	log_access(request);
	return capture_end();
}

static void a_foreign_byte_is_escaped_in_text(void **state)
{
	(void)state;
	capture_begin();
	open_here(LOG_TEXT, LOG_INFO);
	log_access(&hostile);
	const char *text = capture_end();
	one_line(text);
	contains(text, "192.0.2.0 51 30B 2ms \"localhost/x\\x0aFORGED "
		       "\\x1b[31m\\xc3\\xa4\\xc2\\x9b\\x7f\\\"?a\\\\b\" (note\\x0d\\x0a)\n");
}

static void a_foreign_byte_is_escaped_in_json(void **state)
{
	(void)state;
	capture_begin();
	open_here(LOG_JSON, LOG_INFO);
	log_access(&hostile);
	const char *text = capture_end();
	one_line(text);
	is_json(text);
	contains(text, "\"address\":\"192.0.2.0\",\"url\":\"localhost/x\\u000aFORGED "
		       "\\u001b[31m\\u00c3\\u00a4\\u00c2\\u009b\\u007f\\\"?a\\\\b\"");
	contains(text, "\"status\":51,\"bytes\":30,\"ms\":2,\"note\":\"note\\u000d\\u000a\"}");
}

/* The note has no place in these lines, and gets one of its own. */
static void a_foreign_byte_is_escaped_in_apaches_formats(void **state)
{
	static const char url[] = "localhost/x\\x0aFORGED "
				  "\\x1b[31m\\xc3\\xa4\\xc2\\x9b\\x7f\\\"?a\\\\b\"";
	static const struct {
		enum log_format format;
		const char *end;
	} formats[] = {{LOG_COMMON, " 51 30\n"}, {LOG_COMBINED, " 51 30 \"-\" \"-\"\n"}};
	char expected[256];
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		capture_begin();
		open_here(formats[i].format, LOG_INFO);
		log_access(&hostile);
		const char *text = capture_end();
		char *second = strchr(text, '\n') + 1;
		one_line(second);
		snprintf(expected, sizeof expected, " info: 51 \"%s: note\\x0d\\x0a\n", url);
		contains(second, expected);
		*second = '\0';
		one_line(text);
		assert_int_equal(strncmp(text, "192.0.2.0 - - [", 15), 0);
		snprintf(expected, sizeof expected, " +0000] \"gemini://%s%s", url, formats[i].end);
		contains(text, expected);
		/* day/month/year:hours:minutes:seconds */
		assert_int_equal(strspn(text + 15, "0123456789"), 2);
		assert_int_equal(text[21], '/');
		assert_int_equal(strspn(text + 22, "0123456789:"), 13);
	}
}

static void nobody_and_nothing_are_hyphens(void **state)
{
	struct log_request upload = plain;
	(void)state;
	upload.upload = true;
	capture_begin();
	open_here(LOG_COMMON, LOG_INFO);
	log_access(&upload);
	log_access(&(struct log_request){.address = "", .status = 59});
	const char *text = capture_end();
	assert_int_equal(strncmp(text, "- - - [", 7), 0);
	contains(text, "] \"titan://localhost/\" 20 300\n- - - [");
	contains(text, "] \"-\" 59 0\n");
}

static void a_message_is_escaped(void **state)
{
	(void)state;
	capture_begin();
	open_here(LOG_TEXT, LOG_INFO);
	log_message(LOG_WARNING, "%s", "a \"b\"\nc\x1b");
	const char *text = capture_end();
	one_line(text);
	contains(text, "Z warning: a \\\"b\\\"\\x0ac\\x1b\n");
	capture_begin();
	open_here(LOG_JSON, LOG_INFO);
	log_message(LOG_ERROR, "%s", "a \"b\"\nc\x1b");
	text = capture_end();
	is_json(text);
	contains(text, "\"level\":\"error\",\"message\":\"a \\\"b\\\"\\u000ac\\u001b\"}\n");
}

/* What is long is cut where it stands: all that the server says of it is there. */
static void what_is_too_long_is_cut(void **state)
{
	static char longest[20000];
	static const enum log_format formats[] = {LOG_TEXT, LOG_COMMON, LOG_COMBINED, LOG_JSON};
	static const char bytes[] = {'\x01', 'a', '"'};
	struct log_request request = hostile;
	(void)state;
	request.bytes = UINT64_MAX;
	request.milliseconds = INT64_MIN;
	request.status = 99;
	for (size_t i = 0; i < 12; i++) {
		memset(longest, bytes[i % 3], sizeof longest - 1);
		request.path = request.query = (struct span){longest, sizeof longest};
		request.note = request.address = longest;
		capture_begin();
		open_here(formats[i / 3], LOG_INFO);
		log_access(&request);
		log_message(LOG_ERROR, "%s", longest);
		const char *text = capture_end();
		for (const char *line = text, *end; *line != '\0'; line = end + 1) {
			end = strchr(line, '\n');
			assert_non_null(end);
			assert_in_range(end - line, 2000, 3960);
			const char *rest = line;
			if (formats[i / 3] == LOG_JSON)
				assert_true(json_line(&rest));
		}
		contains(text, "...");
		contains(text, "18446744073709551615");
		contains(text, "99");
	}
}

static void off_leaves_warnings(void **state)
{
	(void)state;
	capture_begin();
	open_here(LOG_OFF, LOG_DEBUG);
	log_access(&hostile);
	log_message(LOG_INFO, "quiet");
	log_message(LOG_WARNING, "heard");
	const char *text = capture_end();
	one_line(text);
	contains(text, "warning: heard");
}

static void a_request_that_could_not_be_parsed_has_no_url(void **state)
{
	(void)state;
	capture_begin();
	open_here(LOG_TEXT, LOG_INFO);
	log_access(&(struct log_request){.address = "", .status = 59});
	contains(capture_end(), " 59 0B 0ms \"-\"\n");
}

static void a_stuck_reader_costs_lines_and_no_time(void **state)
{
	static const enum log_format formats[] = {LOG_TEXT, LOG_JSON};
	static char text[1 << 20];
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		capture_begin();
		open_here(formats[i], LOG_INFO);
		for (int k = 0; k < 5000; k++)
			log_access(&hostile);
		assert_true(read(pipe_ends[0], text, sizeof text) > 0);
		log_message(LOG_INFO, "heard again");
		const char *after = capture_end();
		contains(after, " lines of this log were lost");
		contains(after, "heard again");
		const char *rest = after;
		if (formats[i] == LOG_JSON)
			assert_true(json_line(&rest) && json_line(&rest) && *rest == '\0');
	}
}

/* A terminal takes a line in part, where a pipe takes it whole or not at all. */
static void a_stuck_terminal_costs_no_time_either(void **state)
{
	(void)state;
	int terminal, screen;
	terminal_open(&terminal, &screen);
	int saved = dup(STDERR_FILENO);
	dup2(screen, STDERR_FILENO);
	open_here(LOG_TEXT, LOG_INFO);
	for (int i = 0; i < 5000; i++)
		log_access(&hostile);
	dup2(saved, STDERR_FILENO);
	capture_begin();
	log_begin();
	log_message(LOG_INFO, "heard again");
	contains(capture_end(), " lines of this log were lost\n");
	close(saved);
	close(screen);
	char text[256];
	assert_true(read(terminal, text, sizeof text) > 0);
	close(terminal);
}

/* A folder of the test's own, and what is in it. */
static char folder[48], path[96], other[96];

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/kindling-log-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/log", folder);
	snprintf(other, sizeof other, "%s/other", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	log_begin();
	open_as(LOG_TEXT, LOG_INFO, "stderr", NULL);
	unlink(path);
	unlink(other);
	return rmdir(folder);
}

static const char *slurp(const char *file)
{
	static char text[65536];
	int fd = open(file, O_RDONLY);
	assert_true(fd >= 0);
	ssize_t got = read(fd, text, sizeof text - 1);
	assert_true(got >= 0);
	close(fd);
	text[got] = '\0';
	return text;
}

static void a_file_that_was_renamed_is_opened_anew(void **state)
{
	struct stat info;
	(void)state;
	open_as(LOG_TEXT, LOG_INFO, path, NULL);
	log_access(&plain);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0137, 0); /* nobody's but the owner's and the group's */
	assert_int_equal(rename(path, other), 0);
	log_message(LOG_INFO, "still here");
	assert_true(log_reopen(&fault));
	log_message(LOG_INFO, "in the new one");
	contains(slurp(other), "20 300B 1ms \"localhost/\"\n");
	contains(slurp(other), "still here\n");
	one_line(slurp(path));
	contains(slurp(path), "in the new one\n");
	/* What is there is added to. */
	open_as(LOG_TEXT, LOG_INFO, path, NULL);
	log_message(LOG_INFO, "and more");
	contains(slurp(path), "in the new one\n");
	contains(slurp(path), "and more\n");
}

static void a_file_that_cannot_be_opened_leaves_the_old_one(void **state)
{
	(void)state;
	struct log_settings elsewhere = {LOG_JSON, LOG_DEBUG, "/nonexistent/log", NULL};
	open_as(LOG_TEXT, LOG_INFO, path, NULL);
	assert_false(log_open(&elsewhere, &fault));
	contains(fault.text, "/nonexistent/log");
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(log_reopen(&fault));
	contains(fault.text, path);
	log_message(LOG_INFO, "goes on");
	assert_int_equal(rmdir(path), 0);
	contains(slurp(other), "info: goes on\n");
}

static void a_log_can_be_gone_back_from(void **state)
{
	(void)state;
	struct log_settings next = {LOG_TEXT, LOG_INFO, other, NULL};
	open_as(LOG_TEXT, LOG_INFO, path, NULL);
	for (int keep = 0; keep < 2; keep++) {
		assert_true(log_open(&next, &fault));
		log_message(LOG_INFO, "tried");
		log_settle(keep);
		log_message(LOG_INFO, keep ? "kept" : "went back");
	}
	one_line(slurp(path));
	contains(slurp(path), "went back\n");
	contains(slurp(other), "kept\n");
	lacks(slurp(other), "went back\n");
	/* The one that is gone back to was renamed meanwhile, and asked to be opened anew. */
	open_as(LOG_TEXT, LOG_INFO, path, NULL);
	assert_true(log_open(&next, &fault));
	assert_int_equal(unlink(path), 0);
	assert_true(log_reopen(&fault));
	log_settle(false);
	log_message(LOG_INFO, "in the new one");
	one_line(slurp(path));
	contains(slurp(path), "in the new one\n");
}

static void a_full_disk_costs_lines(void **state)
{
	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip();
	open_as(LOG_TEXT, LOG_INFO, "/dev/full", NULL);
	for (int i = 0; i < 3; i++)
		log_access(&plain);
	open_as(LOG_TEXT, LOG_INFO, path, NULL);
	log_message(LOG_INFO, "room again");
	contains(slurp(path), "warning: 3 lines of this log were lost\n");
	contains(slurp(path), "info: room again\n");
}

static int listen_at(const char *at)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", at);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static const char *receive(int fd)
{
	static char packet[16384];
	ssize_t got = recv(fd, packet, sizeof packet - 1, 0);
	if (got < 0)
		fail_msg("nothing came: %s", strerror(errno));
	packet[got] = '\0';
	return packet;
}

static void syslog_gets_datagrams(void **state)
{
	static const int priorities[] = {27, 28, 30, 31}; /* daemon's, RFC 3164 */
	char expected[64];
	(void)state;
	int fd = listen_at(path);
	open_as(LOG_TEXT, LOG_DEBUG, "syslog", path);
	for (int level = LOG_ERROR; level <= LOG_DEBUG; level++) {
		log_message((enum log_level)level, "a\nb");
		const char *packet = receive(fd);
		snprintf(expected, sizeof expected, "<%d>", priorities[level]);
		assert_int_equal(strncmp(packet, expected, 4), 0);
		/* "Nov 23 18:25:17 kindling[1]: ": no year, and blanks where they belong */
		assert_int_equal(packet[7], ' ');
		assert_int_equal(packet[10], ' ');
		assert_int_equal(packet[19], ' ');
		snprintf(expected, sizeof expected, " kindling[%ld]: ", (long)getpid());
		contains(packet, expected);
		contains(packet, ": a\\x0ab");
		lacks(packet, "\n");
	}
	log_access(&hostile);
	contains(receive(fd), "]: 192.0.2.0 51 30B 2ms \"localhost/x\\x0aFORGED");
	open_as(LOG_JSON, LOG_DEBUG, "syslog", path);
	log_access(&hostile);
	is_json(strchr(receive(fd), '{'));
	close(fd);
}

static void the_journal_gets_fields(void **state)
{
	(void)state;
	int fd = listen_at(path);
	open_as(LOG_TEXT, LOG_INFO, "journal", path);
	log_message(LOG_ERROR, "a\nPRIORITY=0");
	assert_string_equal(receive(fd), "PRIORITY=3\nSYSLOG_FACILITY=3\n"
					 "SYSLOG_IDENTIFIER=kindling\n"
					 "MESSAGE=error: a\\x0aPRIORITY=0\n");
	log_access(&hostile);
	const char *packet = receive(fd);
	contains(packet, "PRIORITY=6\n");
	contains(packet, "\nMESSAGE=192.0.2.0 51 30B 2ms \"localhost/x\\x0aFORGED");
	contains(packet, "\nKINDLING_STATUS=51\nKINDLING_BYTES=30\nKINDLING_MS=2\n"
			 "KINDLING_URL=localhost/x\\x0aFORGED ");
	contains(packet, "\nKINDLING_ADDRESS=192.0.2.0\nKINDLING_NOTE=note\\x0d\\x0a\n");
	/* Each line is a field, or a hostile value has made one. */
	for (const char *line = packet; *line != '\0'; line = strchr(line, '\n') + 1) {
		size_t name = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
		assert_true(name > 0 && line[name] == '=');
	}
	log_access(&plain);
	packet = receive(fd);
	lacks(packet, "KINDLING_ADDRESS");
	lacks(packet, "KINDLING_NOTE");
	close(fd);
}

static void a_stuck_socket_costs_lines_and_no_time(void **state)
{
	char packet[64];
	(void)state;
	int fd = listen_at(path);
	open_as(LOG_TEXT, LOG_INFO, "syslog", path);
	for (int i = 0; i < 5000; i++)
		log_access(&plain);
	while (recv(fd, packet, sizeof packet, 0) > 0)
		;
	log_message(LOG_INFO, "heard again");
	contains(receive(fd), " lines of this log were lost");
	contains(receive(fd), "info: heard again");
	close(fd);
}

/* As after a restart of syslog's daemon. */
static void a_socket_that_was_made_again_is_found(void **state)
{
	(void)state;
	int fd = listen_at(path);
	open_as(LOG_TEXT, LOG_INFO, "syslog", path);
	close(fd);
	unlink(path);
	log_message(LOG_INFO, "nobody hears");
	assert_false(log_reopen(&fault));
	contains(fault.text, path);
	fd = listen_at(path);
	assert_true(log_reopen(&fault));
	log_message(LOG_INFO, "heard");
	contains(receive(fd), "1 line of this log was lost");
	contains(receive(fd), "info: heard");
	close(fd);
}

static void without_a_socket_it_does_not_open(void **state)
{
	struct log_settings settings = {LOG_TEXT, LOG_INFO, "syslog", path};
	(void)state;
	assert_false(log_open(&settings, &fault));
	contains(fault.text, path);
	settings.to = "journal";
	assert_false(log_open(&settings, &fault));
	contains(fault.text, "journal");
}

/* Runs first: nothing is open yet. */
static void before_it_is_open_standard_error_is_told(void **state)
{
	(void)state;
	assert_false(log_is_open());
	capture_begin();
	log_message(LOG_DEBUG, "quiet");
	log_message(LOG_INFO, "early");
	const char *text = capture_end();
	one_line(text);
	contains(text, "info: early\n");
	assert_true(log_reopen(&fault));
	contains(said(&plain), "\"localhost/\"");
	capture_begin();
	open_here(LOG_TEXT, LOG_INFO);
	log_message(LOG_INFO, "open");
	one_line(capture_end());
	assert_true(log_is_open());
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_it_is_open_standard_error_is_told),
		cmocka_unit_test(a_stuck_reader_costs_lines_and_no_time),
		cmocka_unit_test(a_stuck_terminal_costs_no_time_either),
		cmocka_unit_test(a_foreign_byte_is_escaped_in_text),
		cmocka_unit_test(a_foreign_byte_is_escaped_in_json),
		cmocka_unit_test(a_foreign_byte_is_escaped_in_apaches_formats),
		cmocka_unit_test(nobody_and_nothing_are_hyphens),
		cmocka_unit_test(a_message_is_escaped),
		cmocka_unit_test(what_is_too_long_is_cut),
		cmocka_unit_test(off_leaves_warnings),
		cmocka_unit_test(a_request_that_could_not_be_parsed_has_no_url),
		IN_FOLDER(a_file_that_was_renamed_is_opened_anew),
		IN_FOLDER(a_file_that_cannot_be_opened_leaves_the_old_one),
		IN_FOLDER(a_log_can_be_gone_back_from),
		IN_FOLDER(a_full_disk_costs_lines),
		IN_FOLDER(syslog_gets_datagrams),
		IN_FOLDER(the_journal_gets_fields),
		IN_FOLDER(a_stuck_socket_costs_lines_and_no_time),
		IN_FOLDER(a_socket_that_was_made_again_is_found),
		IN_FOLDER(without_a_socket_it_does_not_open),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
