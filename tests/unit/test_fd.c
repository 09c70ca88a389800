/*
 * Descriptors and files.
 */
#include "testing.h"

#include <dirent.h>
#include <errno.h>
#include <sys/syscall.h>

#include "os/fd.h"
#include "tree.h"

/* Names relative to the current folder make messages that can be compared whole. */
static int enter_folder(void **state)
{
	static struct tree tree;

	tree_begin(&tree);
	*state = &tree;
	return chdir(tree.path);
}

static int leave_folder(void **state)
{
	tree_end(*state);
	return chdir("/");
}

static size_t count_files(const char *folder)
{
	DIR *dir = opendir(folder);
	size_t count = 0;

	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static unsigned mode_of(const char *path)
{
	struct stat info;

	assert_int_equal(stat(path, &info), 0);
	return info.st_mode & 0777;
}

static void closing_twice_closes_once(void **state)
{
	int fd = open("/dev/null", O_RDONLY);
	int closed = fd;

	(void)state;
	fd_close(&fd);
	assert_int_equal(fd, -1);
	assert_int_equal(fcntl(closed, F_GETFD), -1);
	fd_close(&fd);
	assert_int_equal(fd, -1);
}

static void a_descriptor_becomes_nonblocking(void **state)
{
	int ends[2];
	char byte;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_true(fd_set_nonblocking(ends[0]));
	assert_int_equal(read(ends[0], &byte, 1), -1);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	assert_false(fd_set_nonblocking(-1));
}

static void what_is_written_is_read(void **state)
{
	struct arena arena;
	struct span text;
	struct fault fault;

	(void)state;
	arena_init(&arena, 65536);
	assert_true(file_write("a", S("one\0two"), 0640, &fault));
	assert_int_equal(mode_of("a"), 0640);
	assert_true(file_read("a", 7, &arena, &text, &fault));
	assert_int_equal(text.len, 7);
	assert_memory_equal(text.ptr, "one\0two", 8);
	assert_true(file_write("a", S(""), 0600, &fault));
	assert_int_equal(mode_of("a"), 0600);
	assert_true(file_read("a", 7, &arena, &text, &fault));
	assert_int_equal(text.len, 0);
	assert_int_equal(count_files("."), 1);
	arena_end(&arena);
}

static void a_name_left_behind_is_stepped_over(void **state)
{
	char name[64];
	struct fault fault;

	(void)state;
	(void)snprintf(name, sizeof(name), "b.%ld-0.new", (long)getpid());
	assert_true(file_write(name, S("old"), 0600, &fault));
	assert_true(file_write("b", S("new"), 0600, &fault));
	assert_int_equal(unlink(name), 0);
}

static void reading_fails_with_the_reason(void **state)
{
	struct arena arena;
	struct span text;
	struct fault fault;

	(void)state;
	arena_init(&arena, 65536);
	assert_false(file_read("absent", 9, &arena, &text, &fault));
	assert_string_equal(fault.text, "cannot open absent: No such file or directory");
	assert_true(file_write("ten", S("0123456789"), 0600, &fault));
	assert_false(file_read("ten", 9, &arena, &text, &fault));
	assert_string_equal(fault.text, "ten is larger than 9 bytes");
	assert_false(file_read(".", 9, &arena, &text, &fault));
	assert_string_equal(fault.text, ". is not a regular file");
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_false(file_read("fifo", 9, &arena, &text, &fault));
	assert_string_equal(fault.text, "fifo is not a regular file");
	arena_end(&arena);
	arena_init(&arena, 8);
	assert_false(file_read("ten", 10, &arena, &text, &fault));
	assert_string_equal(fault.text, "no memory left to read ten");
	arena_end(&arena);
}

static void a_write_that_fails_leaves_the_old_file(void **state)
{
	struct arena arena;
	struct span text;
	struct fault fault;

	(void)state;
	arena_init(&arena, 65536);
	assert_false(file_write("none/a", S("x"), 0600, &fault));
	assert_string_equal(fault.text, "cannot make none/a: No such file or directory");
	assert_int_equal(mkdir("taken", 0755), 0);
	assert_false(file_write("taken", S("x"), 0600, &fault));
	assert_string_equal(fault.text, "cannot write taken: Is a directory");
	assert_int_equal(rmdir("taken"), 0);
	assert_true(file_write("c", S("old"), 0600, &fault));

	char deep[5000];

	memset(deep, 'x', sizeof(deep));
	deep[sizeof(deep) - 1] = '\0';
	assert_false(file_write(deep, S("x"), 0600, &fault));
	assert_true(file_read("c", 9, &arena, &text, &fault));
	assert_span_equal(text, "old");
	arena_end(&arena);
}

static void folders_are_made_with_those_above(void **state)
{
	struct fault fault;

	(void)state;
	assert_true(directory_make("d/e/f/", 0700, &fault));
	assert_int_equal(mode_of("d/e/f"), 0700);
	assert_int_equal(mode_of("d/e"), 0755);
	assert_true(directory_make("d/e", 0700, &fault));
	assert_int_equal(mode_of("d/e"), 0755);
	assert_true(directory_make(".", 0700, &fault));
	assert_true(directory_make("/", 0700, &fault));
	assert_true(directory_make("/tmp", 0700, &fault));
	assert_true(file_write("file", S(""), 0600, &fault));
	assert_false(directory_make("file", 0700, &fault));
	assert_string_equal(fault.text, "cannot make the folder file: a file has that name");
	assert_false(directory_make("file/x", 0700, &fault));
	assert_false(directory_make("", 0700, &fault));
	assert_string_equal(fault.text, "a folder has no name");
}

static ino_t synced[8];
static size_t synced_count;

/* In place of libc's, for the whole program: remembers what was synced. */
int fsync(int fd)
{
	struct stat info;

	if (fstat(fd, &info) == 0 && synced_count < 8)
		synced[synced_count++] = info.st_ino;
	return (int)syscall(SYS_fsync, fd);
}

static ino_t inode_of(const char *path)
{
	struct stat info;

	assert_int_equal(stat(path, &info), 0);
	return info.st_ino;
}

/* Or a loss of power could take the folder, with all that was synced in it. */
static void a_new_folder_is_on_the_disk(void **state)
{
	struct fault fault;

	(void)state;
	assert_int_equal(mkdir("old", 0755), 0);
	synced_count = 0;
	assert_true(directory_make("old/p/q", 0700, &fault));
	assert_int_equal(synced_count, 2);
	assert_int_equal(synced[0], inode_of("old"));
	assert_int_equal(synced[1], inode_of("old/p"));
	assert_true(directory_make("single", 0700, &fault));
	assert_int_equal(synced_count, 3);
	assert_int_equal(synced[2], inode_of("."));
	assert_true(directory_make("old/p/q", 0700, &fault));
	assert_int_equal(synced_count, 3);
}

static void where_a_file_can_be_made_is_found_out(void **state)
{
	struct fault fault;
	char deep[5000];

	(void)state;
	assert_int_equal(mkdir("here", 0755), 0);
	assert_true(file_can_be_made("here/x", false, &fault));
	assert_true(file_can_be_made("x", false, &fault));
	assert_true(file_can_be_made("/tmp/kindling-no-such-file", false, &fault));
	assert_true(file_can_be_made("here/a/b/x", true, &fault));
	assert_true(file_can_be_made("none/a//b/x", true, &fault));
	assert_false(file_can_be_made("here/a/x", false, &fault));
	assert_string_equal(fault.text, "cannot write to the folder here/a, where here/a/x is to "
					"be: No such file or directory");
	assert_int_equal(count_files("here"), 0);
	assert_false(file_can_be_made("here", true, &fault));
	assert_string_equal(fault.text, "here is a folder");
	assert_true(file_write("here/file", S(""), 0600, &fault));
	assert_false(file_can_be_made("here/file/a/x", true, &fault));
	assert_false(file_can_be_made("/proc/a/x", true, &fault));
	memset(deep, 'x', sizeof(deep));
	deep[sizeof(deep) - 1] = '\0';
	assert_false(file_can_be_made(deep, false, &fault));
	deep[0] = '/';
	deep[4094] = '/';
	assert_false(file_can_be_made(deep, false, &fault));
	assert_int_equal(unlink("here/file"), 0);
	assert_int_equal(rmdir("here"), 0);
}

static void a_temporary_file_has_no_name(void **state)
{
	struct tree *tree = *state;
	struct fault fault;
	struct stat info;
	char bytes[8] = "";

	assert_int_equal(setenv("TMPDIR", tree->path, 1), 0);

	int fd = fd_temporary(&fault);

	assert_true(fd >= 0);
	assert_int_equal(count_files(tree->path), 0);
	assert_int_equal(fstat(fd, &info), 0);
	assert_int_equal(info.st_nlink, 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_true(fd_write(fd, S("kept")));
	assert_int_equal(pread(fd, bytes, sizeof(bytes), 0), 4);
	assert_string_equal(bytes, "kept");
	fd_close(&fd);
	assert_int_equal(setenv("TMPDIR", "/nonexistent", 1), 0);
	assert_int_equal(fd_temporary(&fault), -1);
	assert_non_null(strstr(fault.text, "cannot make /nonexistent/kindling-"));
	assert_int_equal(unsetenv("TMPDIR"), 0);
}

static void what_cannot_be_written_is_false(void **state)
{
	int fd = open("/dev/full", O_WRONLY);

	(void)state;
	assert_true(fd >= 0);
	assert_false(fd_write(fd, S("lost")));
	assert_int_equal(errno, ENOSPC);
	fd_close(&fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closing_twice_closes_once),
		cmocka_unit_test(a_descriptor_becomes_nonblocking),
		cmocka_unit_test(a_temporary_file_has_no_name),
		cmocka_unit_test(what_cannot_be_written_is_false),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(a_name_left_behind_is_stepped_over),
		cmocka_unit_test(reading_fails_with_the_reason),
		cmocka_unit_test(a_write_that_fails_leaves_the_old_file),
		cmocka_unit_test(folders_are_made_with_those_above),
		cmocka_unit_test(a_new_folder_is_on_the_disk),
		cmocka_unit_test(where_a_file_can_be_made_is_found_out),
	};

	return cmocka_run_group_tests_name("fd", tests, enter_folder, leave_folder);
}
