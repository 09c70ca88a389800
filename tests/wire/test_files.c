/*
 * The capsule's files: which are found, which never are, and of what type they are.
 */
#include "fixture.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

static const char configuration[] =
	"capsule \"localhost\" {\n"
	"    root = \"capsule\"\n    certs = \"certs\"\n    lang = \"en\"\n"
	"    types = {\"foo=text/x-foo\", \"gmx=text/gemini\"}\n"
	"}\n"
	"capsule \"list.example\" {\n"
	"    root = \"list\"\n    certs = \"certs\"\n    lang = \"\"\n    listing = true\n"
	"}\n";

static const unsigned char png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I',
	'H', 'D', 'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89};

/* `path` is where the link lies, relative to the daemon's folder. */
static void make_link(const char *target, const char *path)
{
	char whole[DAEMON_PATH_SIZE];

	assert_int_equal(symlink(target, daemon_path(&server, path, whole)), 0);
}

static void make_links(void)
{
	char inside[DAEMON_PATH_SIZE];

	daemon_write_text(&server, "outside/secret.gmi", "# Secret\n");
	make_link("folder/page.gmi", "capsule/link.gmi");
	make_link("folder", "capsule/linked");
	make_link("../index.gmi", "capsule/folder/up.gmi");
	make_link(daemon_path(&server, "capsule/folder/page.gmi", inside), "capsule/absolute.gmi");
	make_link("../outside/secret.gmi", "capsule/out.gmi");
	make_link("../outside", "capsule/out");
	make_link(daemon_path(&server, "outside/secret.gmi", inside), "capsule/outabsolute.gmi");
	make_link("/etc/passwd", "capsule/passwd");
	make_link("/", "capsule/root");
	make_link("nowhere", "capsule/dangling.gmi");
	make_link("loop.gmi", "capsule/loop.gmi");
	make_link("/proc/self/environ", "capsule/environ");
	make_link("/dev/zero", "capsule/zero");
}

static void make_specials(void)
{
	char path[DAEMON_PATH_SIZE];
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_int_equal(mkfifo(daemon_path(&server, "capsule/fifo.gmi", path), 0644), 0);
	assert_int_equal(mkdir(daemon_path(&server, "capsule/fifofolder", path), 0755), 0);
	assert_int_equal(
		mkfifo(daemon_path(&server, "capsule/fifofolder/index.gmi", path), 0644), 0);
	snprintf(name.sun_path, sizeof(name.sun_path), "%s/capsule/socket", server.folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	close(fd);
}

static int start(void **state)
{
	fixture_prepare(state);
	server.conf = "kindling.conf";
	daemon_write_text(&server, "kindling.conf", configuration);
	daemon_write_text(&server, "capsule/bare/file.gmi", "# No index here\n");
	daemon_write_text(&server, "capsule/with space/index.gmi", "# Spaces\n");
	daemon_write_text(&server, "capsule/a%b?c#d.gmi", "# Odd name\n");
	daemon_write_text(&server, "list/zebra.gmi", "# Zebra\n");
	daemon_write_text(&server, "list/a b.txt", "text\n");
	daemon_write_text(&server, "list/.hidden", "hidden\n");
	daemon_write_text(&server, "list/=> evil", "evil\n");
	daemon_write_text(&server, "list/sub/index.gmi", "# Sub\n");
	make_links();
	make_specials();
	daemon_start(&server);
	return 0;
}

static void folders(void **state)
{
	(void)state;
	expect_body(&server, "gemini://localhost/folder/", "# The folder\n");
	expect_redirect(&server, NULL, "gemini://localhost/folder", 31, "/folder/");
	expect_redirect(&server, NULL, "gemini://localhost/with%20space", 31, "/with%20space/");
	expect_redirect(&server, NULL, "gemini://localhost/linked", 31, "/linked/");
	expect(&server, NULL, "gemini://localhost/bare/", 51);
	expect(&server, NULL, "gemini://localhost/folder/page.gmi/", 51);
	expect(&server, NULL, "gemini://localhost/folder/page.gmi/x", 51);
	expect(&server, NULL, "gemini://localhost/missing", 51);
	expect_body(&server, "gemini://localhost/a%25b%3Fc%23d.gmi", "# Odd name\n");
}

static void links_inside(void **state)
{
	static const char page[] = "# The page in the folder\n";

	(void)state;
	expect_body(&server, "gemini://localhost/link.gmi", page);
	expect_body(&server, "gemini://localhost/linked/page.gmi", page);
	expect_body(&server, "gemini://localhost/absolute.gmi", page);
	expect(&server, NULL, "gemini://localhost/folder/up.gmi", 20);
}

static void links_outside(void **state)
{
	static const char *const urls[] = {"gemini://localhost/out.gmi",
		"gemini://localhost/out/secret.gmi", "gemini://localhost/out/",
		"gemini://localhost/outabsolute.gmi", "gemini://localhost/passwd",
		"gemini://localhost/root/etc/passwd", "gemini://localhost/root/",
		"gemini://localhost/dangling.gmi", "gemini://localhost/loop.gmi",
		"gemini://localhost/environ", "gemini://localhost/zero"};

	(void)state;
	expect_each(&server, urls, COUNT(urls), 51);
}

static void specials(void **state)
{
	int64_t begun = now_ms();
	char path[DAEMON_PATH_SIZE];

	(void)state;
	expect(&server, NULL, "gemini://localhost/fifo.gmi", 51);
	expect(&server, NULL, "gemini://localhost/fifofolder/", 51);
	expect(&server, NULL, "gemini://localhost/socket", 51);
	if (mknod(daemon_path(&server, "capsule/device", path), S_IFCHR | 0666, makedev(1, 5)) == 0)
		expect(&server, NULL, "gemini://localhost/device", 51);
	assert_in_range(now_ms() - begun, 0, 5000);
}

static void listing(void **state)
{
	const struct client_options options = {.sni = "list.example"};
	struct answer answer = ask_as(&server, &options, "gemini://list.example/");

	(void)state;
	assert_answer(&answer, 20, "a listing");
	assert_int_equal(strncmp(answer.meta, "text/gemini", 11), 0);
	assert_contains(answer.body, "zebra.gmi");
	assert_contains(answer.body, "a%20b.txt");
	assert_contains(answer.body, "sub/");
	assert_lacks(answer.body, "hidden");
	assert_lacks(answer.body, "\n=> evil");
	assert_true(strstr(answer.body, "a%20b.txt") < strstr(answer.body, "zebra.gmi"));
	answer_free(&answer);
}

/* What a file is said to be; META must be `type` exactly. */
static void expect_type(const char *name, const void *bytes, size_t length, const char *type)
{
	char path[DAEMON_PATH_SIZE], url[URL_SIZE];
	struct answer answer;

	snprintf(path, sizeof(path), "capsule/%s", name);
	daemon_write(&server, path, bytes, length);
	answer = ask(&server, NULL, url_of(url, "/%s", name));
	assert_answer(&answer, 20, url);
	if (strcmp(answer.meta, type) != 0)
		fail_msg("%s: %s instead of %s", name, answer.meta, type);
	assert_int_equal(answer.length, length);
	if (length > 0)
		assert_memory_equal(answer.body, bytes, length);
	answer_free(&answer);
}

static void types(void **state)
{
	static const char latin[] = "Ein gr\xfc\xdf"
				    "endes Wort, f\xfcr Latin-1.\n";
	static const char feed[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
				   "<feed xmlns=\"http://www.w3.org/2005/Atom\"></feed>\n";
	static const unsigned char unknown[] = {0x00, 0x91, 0xfe, 0x03, 0xee, 0x17, 0x80, 0x42};

	(void)state;
#define TYPE(name, text, type) expect_type(name, text, sizeof(text) - 1, type)
	TYPE("t-text.gmi", "# Title\ntext\n", "text/gemini; lang=en");
	TYPE("t-links.gmi", "=> / home\n=> /x x\n", "text/gemini; lang=en");
	TYPE("t-c.gmi", "# C\n```\n#include <stdio.h>\nint main(void)\n{\n\treturn 0;\n}\n```\n",
		"text/gemini; lang=en");
	TYPE("t-shell.gmi", "#!/bin/sh\necho hello\n", "text/gemini; lang=en");
	TYPE("t-empty.gmi", "", "text/gemini; lang=en");
	TYPE("t-long.gemini", "# Title\n", "text/gemini; lang=en");
	TYPE("t-atom.xml", feed, "application/atom+xml");
	TYPE("t-plain.txt", "plain text\n", "text/plain");
	TYPE("t-utf8.txt",
		"gr\xc3\xbc\xc3\x9f"
		"e\n",
		"text/plain");
	TYPE("t-latin.txt", latin, "text/plain; charset=iso-8859-1");
	TYPE("t-own.foo", "anything\n", "text/x-foo");
	expect_type("calendar", png, sizeof(png), "image/png");
	expect_type("calendar.jpg", png, sizeof(png), "image/png");
	expect_type("t-unknown", unknown, sizeof(unknown), "application/octet-stream");
	TYPE("t-empty", "", "application/octet-stream");
#undef TYPE
}

/* Clients crash on binary bytes that are called gemtext. */
static void no_gemtext_that_is_not_utf8(void **state)
{
	static const char latin[] = "# Gr\xfc\xdf"
				    "e aus Latin-1\n";
	const struct {
		const char *path, *url;
		const void *bytes;
		size_t length;
	} cases[] = {
		{"capsule/n-latin.gmi", "gemini://localhost/n-latin.gmi", latin, sizeof(latin) - 1},
		{"capsule/n-png.gmi", "gemini://localhost/n-png.gmi", png, sizeof(png)},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct answer answer;

		daemon_write(&server, cases[i].path, cases[i].bytes, cases[i].length);
		answer = ask(&server, NULL, cases[i].url);
		assert_answer(&answer, 20, cases[i].url);
		assert_lacks(answer.meta, "text/gemini");
		answer_free(&answer);
	}
}

static void type_follows_change(void **state)
{
	(void)state;
	expect_type("changing", png, sizeof(png), "image/png");
	expect_type("changing", "now it is text\n", 15, "text/plain");
	expect_type("changing", png, sizeof(png), "image/png");
}

static void language(void **state)
{
	const struct client_options options = {.sni = "list.example"};
	struct answer answer = ask_as(&server, &options, "gemini://list.example/zebra.gmi");

	(void)state;
	assert_answer(&answer, 20, "no language is set");
	assert_string_equal(answer.meta, "text/gemini");
	answer_free(&answer);
}

static void folder_changes(void **state)
{
	char path[DAEMON_PATH_SIZE];

	(void)state;
	daemon_write_text(&server, "capsule/later.gmi", "# One\n");
	expect_body(&server, "gemini://localhost/later.gmi", "# One\n");
	daemon_write_text(&server, "capsule/later.gmi", "# Another, longer\n");
	expect_body(&server, "gemini://localhost/later.gmi", "# Another, longer\n");
	assert_int_equal(unlink(daemon_path(&server, "capsule/later.gmi", path)), 0);
	expect(&server, NULL, "gemini://localhost/later.gmi", 51);
}

static void unreadable(void **state)
{
	char path[DAEMON_PATH_SIZE];

	(void)state;
	if (geteuid() == 0) {
		print_message("root reads everything: skipped\n");
		skip();
	}
	daemon_write_text(&server, "capsule/closed.gmi", "# Closed\n");
	assert_int_equal(chmod(daemon_path(&server, "capsule/closed.gmi", path), 0), 0);
	expect(&server, NULL, "gemini://localhost/closed.gmi", 51);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("folders: index.gmi, 31 with the slash, no listing unless asked for", folders),
		TEST("links inside the root work", links_inside),
		TEST("links out of the root are 51", links_outside),
		TEST("a FIFO, a socket or a device is 51 at once", specials),
		TEST("a listing where it is asked for, without hidden names", listing),
		TEST("types as the table says", types),
		TEST("never text/gemini for what is not UTF-8", no_gemtext_that_is_not_utf8),
		TEST("a remembered type is forgotten when the file changes", type_follows_change),
		TEST("lang stands on gemtext where there is one", language),
		TEST("the folder may change while it is served", folder_changes),
		TEST("a file that may not be read is 51 (root may read every file)", unreadable),
	};

	return cmocka_run_group_tests_name("files", tests, start, fixture_end);
}
