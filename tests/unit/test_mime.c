/*
 * Types: the table of names, and what the bytes of a file say.
 */
#include "tree.h"

#include "site/content.h"
#include "site/remembered.h"
#include "site/types.h"

static struct tree tree;
static struct types types;
static struct mime *mime;

static int set_up(void **state)
{
	static const char *own[] = {"wasm=application/wasm", ".SPECIAL=text/x-special"};
	(void)state;
	tree_begin(&tree);
	tree_file(&tree, "mime.types",
		"# a comment\n"
		"text/plain\ttxt text\n"
		"text/gemini\tother\n"
		"text/x-csrc c # of C\n"
		"text/xml\txml\n"
		"image/jpeg jpg jpeg\n"
		"text/x-evil\r\n20 evil\n"
		"text/ nothing\n"
		"text/x-special wasm special\n");
	struct fault fault;
	if (!types_begin(
		    &types, &(struct conf_texts){own, 2}, tree_at(&tree, "mime.types"), &fault))
		fail_msg("%s", fault.text);
	mime = mime_new();
	assert_non_null(mime);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mime_free(mime);
	types_end(&types);
	tree_end(&tree);
	return 0;
}

static void names(void **state)
{
	static const struct {
		const char *path, *type;
	} cases[] = {
		{"a.gmi", "text/gemini"},
		{"dir.x/a.GEMINI", "text/gemini"},
		{"a.txt", "text/plain"},
		{"a.b.TXT", "text/plain"},
		{"a.c", "text/x-csrc"},
		{"feed.atom", "application/atom+xml"},
		{"feed.rss", "application/rss+xml"},
		{"a.md", "text/markdown"},
		{"a.wasm", "application/wasm"},
		{"a.special", "text/x-special"},
		{"a.jpg", NULL},
		{"a.xml", NULL},
		{"a.evil", NULL},
		{"a.nothing", NULL},
		{"a.of", NULL},
		{"README", NULL},
		{"dir.txt/README", NULL},
		{"a.", NULL},
		{"", NULL},
		{"a.averyveryveryveryverylongextensionthatnobodyhas", NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *type = types_of_name(&types, span_of(cases[i].path));
		if (cases[i].type == NULL)
			assert_null(type);
		else
			assert_string_equal(type, cases[i].type);
	}
}

static void names_without_a_system_table(void **state)
{
	struct types few;
	(void)state;
	assert_true(
		types_begin(&few, &(struct conf_texts){NULL, 0}, tree_at(&tree, "nothing"), NULL));
	assert_string_equal(types_of_name(&few, S("x.txt")), "text/plain");
	assert_string_equal(types_of_name(&few, S("x.gmi")), "text/gemini");
	types_end(&few);
}

static void capsules_types_come_first(void **state)
{
	static const char *own[] = {"gmi=text/plain", "txt=text/gemini"};
	struct types changed;
	(void)state;
	assert_true(types_begin(
		&changed, &(struct conf_texts){own, 2}, tree_at(&tree, "mime.types"), NULL));
	assert_string_equal(types_of_name(&changed, S("x.gmi")), "text/plain");
	assert_string_equal(types_of_name(&changed, S("x.txt")), "text/gemini");
	types_end(&changed);
}

static bool find_type(const char *name, char type[CONTENT_TYPE_SIZE])
{
	int fd = open(tree_at(&tree, name), O_RDONLY);
	assert_true(fd >= 0);
	bool sure = content_type(mime, fd, types_of_name(&types, span_of(name)), type);
	close(fd);
	return sure;
}

static void expect(const char *name, const void *bytes, size_t len, const char *expected)
{
	char type[CONTENT_TYPE_SIZE];
	tree_bytes(&tree, name, bytes, len);
	assert_true(find_type(name, type));
	if (strcmp(type, expected) != 0)
		fail_msg("%s: \"%s\", expected \"%s\"", name, type, expected);
}

#define EXPECT(name, bytes, expected) expect(name, bytes, sizeof(bytes) - 1, expected)

#define PNG                                                                                        \
	"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89"                \
	"\0\0\0\rIDATx\x9c"                                                                        \
	"c\xf8\xff\xff?\0\5\xfe\2\xfe"
#define JPEG "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xdb\0C\0"
#define ATOM                                                                                       \
	"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- made by hand -->\n"                      \
	"<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>x</title></feed>\n"
#define UTF16 "\xff\xfe#\0 \0H\0e\0l\0l\0o\0\n\0"

/* The rows of the table that the types were decided by. */
static void samples(void **state)
{
	(void)state;
	EXPECT("a.gmi", "# Hello\n\nSome words.\n", "text/gemini");
	EXPECT("links.gmi", "=> / Home\n=> /a A\n", "text/gemini");
	EXPECT("program.gmi", "```\n#include <stdio.h>\nint main(void)\n{\n\treturn 0;\n}\n```\n",
		"text/gemini");
	EXPECT("shell.gmi", "#!/bin/sh\necho hello\n", "text/gemini");
	EXPECT("empty.gmi", "", "text/gemini");
	EXPECT("feed.xml", ATOM, "application/atom+xml");
	EXPECT("latin.txt", "Caf\xe9 au lait, s'il vous pla\xeet\n",
		"text/plain; charset=iso-8859-1");
	EXPECT("calendar", PNG, "image/png");
	EXPECT("calendar.jpg", PNG, "image/png");
	EXPECT("picture.jpg", JPEG, "image/jpeg");
	EXPECT("picture", JPEG, "image/jpeg");
}

static void texts(void **state)
{
	(void)state;
	EXPECT("utf8.txt", "Käse\n", "text/plain");
	EXPECT("ascii.txt", "cheese\n", "text/plain");
	EXPECT("empty.txt", "", "text/plain");
	EXPECT("sixteen.txt", UTF16, "text/plain; charset=utf-16le");
	EXPECT("README", "Käse\n", "text/plain");
	EXPECT("README.latin", "K\xe4se und \xd6l\n", "text/plain; charset=iso-8859-1");
	EXPECT("script", "#!/bin/sh\necho hello\n", "text/x-shellscript");
	EXPECT("program.c", "int x;\n", "text/x-csrc");
	EXPECT("empty", "", "application/octet-stream");
	EXPECT("noise", "\1\2\3\xfe\xff\0\0\x90", "application/octet-stream");
}

static void gemtext_that_is_not_utf8(void **state)
{
	(void)state;
	EXPECT("latin.gmi", "# Caf\xe9\n\nau lait\n", "text/plain; charset=iso-8859-1");
	EXPECT("sixteen.gmi", UTF16, "text/plain; charset=utf-16le");
	EXPECT("picture.gmi", PNG, "image/png");
	EXPECT("cut.gmi", "A text that ends in the middle of K\xc3",
		"text/plain; charset=iso-8859-1");
	EXPECT("latin.c", "/* Caf\xe9 */ int x;\n", "text/x-csrc; charset=iso-8859-1");
}

static void feeds(void **state)
{
	(void)state;
	EXPECT("plain.xml", "<?xml version=\"1.0\"?>\n<list><feed/></list>\n", "text/xml");
	EXPECT("rss.xml", "<?xml version=\"1.0\"?>\n<rss version=\"2.0\"></rss>\n",
		"application/rss+xml");
	EXPECT("rdf.xml",
		"<?xml version=\"1.0\"?>\n<rdf:RDF xmlns:rdf=\"x\" "
		"xmlns=\"http://purl.org/rss/1.0/\"></rdf:RDF>\n",
		"application/rss+xml");
	EXPECT("prefix.xml",
		"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!DOCTYPE x>\n"
		"<a:feed xmlns:a=\"http://www.w3.org/2005/Atom\"/>\n",
		"application/atom+xml");
	EXPECT("bare.xml", "<feed xmlns=\"http://www.w3.org/2005/Atom\"></feed>\n",
		"application/atom+xml");
	EXPECT("feed", ATOM, "application/atom+xml");
	EXPECT("other.xml", "<?xml version=\"1.0\"?>\n<feed xmlns=\"urn:other\"></feed>\n",
		"text/xml");
	EXPECT("open.xml", "<?xml version=\"1.0\"?>\n<!-- <feed", "text/xml");
}

/* `len` bytes of a two-byte character, after one ASCII byte: no power of two is a boundary. */
static void expect_long(const char *name, size_t len, const char *end, const char *expected)
{
	size_t end_len = strlen(end);
	char *text = malloc(len + end_len);
	assert_non_null(text);
	for (size_t i = 0; i < len; i++)
		text[i] = i % 2 == 0 ? '\xa4' : '\xc3';
	text[0] = 'x';
	memcpy(text + len, end, end_len);
	expect(name, text, len + end_len, expected);
	free(text);
}

static void long_texts(void **state)
{
	(void)state;
	expect_long("long.gmi", 300001, "", "text/gemini");
	expect_long("bad.gmi", 300001, " Caf\xe9 au lait\n", "text/plain; charset=iso-8859-1");
	expect_long("exact.txt", 256 * 1024 - 1, "x", "text/plain");
	expect_long("bound.gmi", (16 << 20) + 1, "\xff\xff", "text/gemini");
	char text[200001];
	memset(text, 'a', sizeof text);
	memcpy(text + 150000, " Caf\xe9 ", 6);
	expect("late.txt", text, sizeof text - 1, "text/plain; charset=iso-8859-1");
}

/* Whatever the bytes are: a MIME type in ASCII, and nothing that ends a line. */
static void hostile_bytes(void **state)
{
	static const char *const starts[] = {"PK\3\4", "\177ELF\2\1\1",
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "<?xml ", "%PDF-1.", "RIFF", "!<arch>\n",
		"\x1f\x8b\x08", "Xcur", "BZh9", "MZ", ""};
	unsigned seed = 1;
	(void)state;
	for (size_t i = 0; i < 12 * 40; i++) {
		unsigned char bytes[2048];
		char type[CONTENT_TYPE_SIZE];
		const char *start = starts[i % 12];
		for (size_t j = 0; j < sizeof bytes; j++) {
			seed = seed * 1103515245u + 12345u;
			bytes[j] = (unsigned char)(seed >> 16);
		}
		memcpy(bytes, start, strlen(start));
		tree_bytes(&tree, "hostile", bytes, sizeof bytes);
		find_type("hostile", type);
		struct span name, charset;
		span_cut(span_of(type), ';', &name, &charset);
		if (!types_is_type(name))
			fail_msg("\"%s\"", type);
	}
}

static void a_file_that_cannot_be_read(void **state)
{
	char type[CONTENT_TYPE_SIZE];
	int fd = open(tree.path, O_RDONLY | O_DIRECTORY);
	(void)state;
	assert_false(content_type(mime, fd, NULL, type));
	assert_string_equal(type, "application/octet-stream");
	close(fd);
}

static void remembering(void **state)
{
	struct remembered remembered;
	struct arena arena;
	(void)state;
	const char *gemtext = types_of_name(&types, S("a.gmi"));
	arena_init(&arena, 1 << 20);
	remembered_begin(&remembered);
	struct stamp stamp = {.device = 1, .inode = 2, .size = 3};
	assert_null(remembered_type(&remembered, &stamp, NULL, &arena));
	remembered_add(&remembered, &stamp, NULL, "image/png");
	remembered_add(&remembered, &stamp, gemtext, "text/gemini");
	assert_string_equal(remembered_type(&remembered, &stamp, NULL, &arena), "image/png");
	assert_string_equal(remembered_type(&remembered, &stamp, gemtext, &arena), "text/gemini");
	struct stamp changed = stamp;
	changed.changed.tv_nsec = 1;
	assert_null(remembered_type(&remembered, &changed, NULL, &arena));
	remembered_add(&remembered, &changed, NULL, "image/jpeg");
	assert_null(remembered_type(&remembered, &stamp, NULL, &arena));
	assert_string_equal(remembered_type(&remembered, &changed, NULL, &arena), "image/jpeg");
	assert_string_equal(remembered_type(&remembered, &stamp, gemtext, &arena), "text/gemini");
	/* Far more files than there is room for: the newest one is always there. */
	for (ino_t inode = 1; inode < 20000; inode++) {
		struct stamp other = {.device = 9, .inode = inode, .size = 1};
		remembered_add(&remembered, &other, NULL, "a/b");
		assert_non_null(remembered_type(&remembered, &other, NULL, &arena));
	}
	remembered_end(&remembered);
	arena_end(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(names_without_a_system_table),
		cmocka_unit_test(capsules_types_come_first),
		cmocka_unit_test(samples),
		cmocka_unit_test(texts),
		cmocka_unit_test(gemtext_that_is_not_utf8),
		cmocka_unit_test(feeds),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(hostile_bytes),
		cmocka_unit_test(a_file_that_cannot_be_read),
		cmocka_unit_test(remembering),
	};
	return cmocka_run_group_tests_name("mime", tests, set_up, tear_down);
}
