/*
 * Moderation: an owner by the configuration, moderators, and what they do from a client.
 */
#include "fixture.h"
#include "moderator.h"
#include "reader.h"
#include "upload.h"

#define THREAD "/comments/on/posts/essay/"
#define QUEUE  "/comments/moderation/"

static struct person owner, rosa, luz; /* Luz moderates */
static long luz_number, rosa_number;

static const char *path_of(char out[128], const char *front, long number, const char *tail)
{
	snprintf(out, 128, "%s%ld%s", front, number, tail);
	return out;
}

/* Types the reason of an order about a comment, or about a person. */
static void order(const struct person *by, long comment, const char *act, int status)
{
	char path[128], tail[32];

	snprintf(tail, sizeof(tail), "/%s", act);
	expect_guarded(
		&server, by, path_of(path, QUEUE, comment, tail), "For a reason", status, "");
}

static void order_on(const struct person *by, long person, const char *act, int status)
{
	char path[128], tail[32];

	snprintf(tail, sizeof(tail), "/%s", act);
	expect_guarded(&server, by, path_of(path, QUEUE "people/", person, tail), "For a reason",
		status, "");
}

static void configure_again(const char *more)
{
	daemon_stop(&server);
	moderator_configure(&server, &owner, more);
	daemon_start(&server);
}

/* A certificate has to be there before the configuration can name it. */
static int start_moderated(void **state)
{
	fixture_prepare(state);
	daemon_start(&server);
	reader_join(&server, &owner, "Ida");
	reader_join(&server, &luz, "Luz");
	reader_join(&server, &rosa, "Rosa");
	configure_again("");
	luz_number = number_of(&server, &owner, "Luz");
	rosa_number = number_of(&server, &owner, "Rosa");
	order_on(&owner, luz_number, "appoint", 30);
	return 0;
}

static int end_moderated(void **state)
{
	person_end(&owner);
	person_end(&luz);
	person_end(&rosa);
	return fixture_end(state);
}

static void roles(void **state)
{
	char url[URL_SIZE];

	(void)state;
	expect(&server, &owner, url_of(url, QUEUE), 20);
	expect(&server, &luz, url, 20);
	expect(&server, &rosa, url, 61);
	expect(&server, &owner, url_of(url, QUEUE "log"), 20);
	expect(&server, &luz, url, 61);
	expect_on_page(&server, &owner, QUEUE, "=> " QUEUE "log ");
	expect_not_on_page(&server, &luz, QUEUE, "log");
	/* Nobody bans whom the configuration names, nor a moderator, nor themselves. */
	order_on(&luz, number_of(&server, &luz, "Ida"), "ban", 61);
	order_on(&owner, luz_number, "ban", 61);
	order_on(&luz, luz_number, "ban", 61);
	expect(&server, &luz, url_of(url, QUEUE "people/%ld/appoint", rosa_number), 61);
	order_on(&owner, luz_number, "dismiss", 30);
	expect(&server, &luz, url_of(url, QUEUE), 61);
	expect(&server, &luz, url_of(url, QUEUE "hidden"), 61);
	expect(&server, &luz, url_of(url, QUEUE "people/%ld/ban", rosa_number), 61);
	expect_on_page(
		&server, &owner, QUEUE "log", "Ida: made Luz a reader again\n> For a reason\n");
}

static void queue(void **state)
{
	char path[128], url[URL_SIZE];
	long first, second, third;

	(void)state;
	configure_again("\tcommenting = \"all-held\"\n");
	first = reader_comment(&server, &rosa, ESSAY, "Number one.");
	second = reader_comment(&server, &rosa, ESSAY, "Number two.");
	third = reader_comment(&server, &rosa, ESSAY, "Number three.");
	expect_on_page(&server, &luz, QUEUE, "(3)");
	expect_on_page(&server, &luz, QUEUE, "> Number one.\n");
	expect(&server, NULL, url_of(url, "/comments/%ld", first), 51);
	order(&luz, first, "approve", 30);
	expect_on_page(&server, NULL, THREAD, "> Number one.\n");
	expect_on_page(&server, NULL, "/posts/essay.gmi", "> Number one.\n");
	order(&owner, first, "approve", 50); /* somebody was quicker */
	order(&luz, second, "remove", 30);
	order(&luz, third, "hide", 30);
	expect_on_page(&server, &luz, QUEUE, "Nothing waits");
	expect(&server, NULL, url_of(url, "/comments/%ld", second), 52);
	expect(&server, NULL, url_of(url, "/comments/%ld", third), 51);
	expect_on_page(&server, &luz, QUEUE "hidden", "> Number three.\n");
	expect_on_page(&server, &rosa, path_of(path, "/comments/", third, ""), "hidden");
	order(&luz, third, "unhide", 30);
	expect_on_page(&server, NULL, THREAD, "> Number three.\n");
	order(&luz, third, "unhide", 50);
	order(&luz, second, "unhide", 50);
	/* Moderators pass by themselves. */
	first = reader_comment(&server, &luz, ESSAY, "By a moderator.");
	expect(&server, NULL, url_of(url, "/comments/%ld", first), 20);
	expect_not_on_page(&server, NULL, THREAD, "Number two.");
}

static void reasons(void **state)
{
	char path[128], url[URL_SIZE];
	long id = reader_comment(&server, &rosa, ESSAY, "Something.");

	(void)state;
	path_of(path, QUEUE, id, "/hide");
	expect_guarded(&server, &luz, path, NULL, 10, "\"Something.\" by Rosa?");
	expect_guarded(&server, &luz, path, " ", 10, "nothing to read");
	/* Typed where no guard is, as by a link on another page. */
	expect(&server, &luz, url_of(url, "%s?Because", path), 30);
	expect(&server, NULL, url_of(url, "/comments/%ld", id), 20);
	order(&luz, 9999, "hide", 51);
	order_on(&luz, 9999, "ban", 51);
}

static void reported(void **state)
{
	char path[128];
	long rude = reader_comment(&server, &rosa, ESSAY, "Something rude.");
	long fine = reader_comment(&server, &rosa, ESSAY, "Something fine.");

	(void)state;
	expect_guarded(
		&server, &luz, path_of(path, "/comments/", rude, "/report"), "It is rude", 30, "");
	expect_guarded(&server, &owner, path_of(path, "/comments/", fine, "/report"),
		"=> /evil Follow me", 30, "");
	expect_on_page(&server, &luz, QUEUE, "## Reports (2)\n");
	expect_on_page(&server, &luz, QUEUE, "Reported by Luz, today\n> It is rude\n");
	expect_on_page(&server, &luz, QUEUE, "\n> => /evil Follow me\n");
	order(&luz, rude, "remove", 30);
	order(&luz, fine, "settle", 30);
	expect_on_page(&server, &luz, QUEUE, "Nothing waits");
	expect_not_on_page(&server, NULL, THREAD, "Something rude.");
	expect_on_page(&server, NULL, THREAD, "> Something fine.\n");
	expect_on_page(
		&server, &owner, QUEUE "log", "Luz: removed a comment by Rosa\n> For a reason\n");
	order(&luz, fine, "settle", 50);
}

/* Links a second certificate to Rosa, as from another device. */
static void link_device(struct person *device)
{
	char code[CODE_TEXT_SIZE], url[URL_SIZE];
	struct answer answer;

	assert_true(person_make_ordinary(device, "another device"));
	reader_device_code(&server, &rosa, code);
	answer = reader_type_code(&server, device, "/comments/link", code);
	assert_answer(&answer, 30, code);
	answer_free(&answer);
	expect(&server, device, url_of(url, "/comments/"), 20);
}

static void banned(void **state)
{
	char url[URL_SIZE];
	struct person device;
	struct answer answer;
	long id;

	(void)state;
	id = reader_comment(&server, &rosa, ESSAY, "Before all that.");
	link_device(&device);
	/* She is asked what to say, and banned while she types. */
	expect_answered(&server, &rosa, "/comments/on/posts/essay/new", NULL, 10);
	order_on(&luz, rosa_number, "ban", 30);
	answer = reader_send(&server, &rosa, ESSAY, "Typed too late.");
	assert_answer(&answer, 61, "a comment by a banned person");
	assert_contains(answer.meta, "banned");
	answer_free(&answer);
	expect_upload(&server, &rosa, titan_url(url, "/comments/%ld/reply", id), "Late.", 61);
	answer = reader_send(&server, &device, ESSAY, "From elsewhere.");
	assert_answer(&answer, 61, "the other certificate");
	answer_free(&answer);
	expect(&server, &device, url_of(url, "/comments/"), 61);
	expect(&server, &device, url_of(url, "/comments/register?Somebody"), 61);
	/* Reading goes on, and what was said stays. */
	expect(&server, &rosa, url_of(url, THREAD), 20);
	expect_on_page(&server, &rosa, THREAD, "> Before all that.\n");
	expect_not_on_page(&server, NULL, THREAD, "late");
	expect_not_on_page(&server, NULL, THREAD, "elsewhere");
	order_on(&luz, rosa_number, "ban", 50);
	order_on(&luz, rosa_number, "unban", 30);
	reader_comment(&server, &device, ESSAY, "Back again.");
	person_end(&device);
}

static void deleted_while_answered(void **state)
{
	char path[128], url[URL_SIZE];
	long id = reader_comment(&server, &rosa, ESSAY, "Soon to go.");
	long other = reader_comment(&server, &rosa, ESSAY, "Soon to be hidden.");

	(void)state;
	expect_answered(&server, &luz, path_of(path, "/comments/", id, "/reply"), NULL, 10);
	expect_guarded(&server, &rosa, path_of(path, "/comments/", id, "/delete"), "yes", 30, "");
	path_of(path, "/comments/", id, "/reply");
	expect_answered(&server, &luz, path, "To%20nothing", 52);
	expect_upload(&server, &luz, titan_url(url, "/comments/%ld/reply", id), "To nothing", 52);
	order(&owner, other, "hide", 30);
	path_of(path, "/comments/", other, "/reply");
	expect_answered(&server, &rosa, path, "To%20nothing", 50);
	expect_not_on_page(&server, NULL, THREAD, "To nothing");
	expect_guarded(&server, &rosa, path_of(path, "/comments/", other, "/edit"), "Else", 50, "");
}

static void invited(void **state)
{
	char code[CODE_TEXT_SIZE], *body;
	struct person ana;
	struct answer answer;

	(void)state;
	configure_again("\tregistration = \"invitation\"\n");
	assert_true(person_make_ordinary(&ana, "Ana"));
	answer = reader_type(&server, &luz, QUEUE "invite", "Ana");
	assert_answer(&answer, 30, "invite");
	body = page_of(&server, &luz, redirect_path(&answer));
	read_code(body, code);
	free(body);
	expect_not_on_page(&server, &luz, redirect_path(&answer), code);
	answer_free(&answer);
	expect_guarded(&server, &ana, "/comments/register", "Ana", 30, "/comments/invitation/~");
	answer = reader_type_code(&server, &ana, "/comments/invitation", code);
	assert_answer(&answer, 30, code);
	answer_free(&answer);
	expect_guarded(&server, &ana, "/comments/register", "Ana", 30, "/comments/welcome/");
	reader_comment(&server, &ana, ESSAY, "Thank you for having me.");
	expect_on_page(&server, &owner, QUEUE "log", "Luz: made an invitation\n> Ana\n");
	person_end(&ana);
}

#define EACH(words, function)                                                                      \
	{                                                                                          \
		words, function, start_moderated, end_moderated, NULL                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH("owners, moderators and readers", roles),
		EACH("what waits is approved, hidden or removed", queue),
		EACH("no order without a reason and a guard", reasons),
		EACH("reports are worked off", reported),
		EACH("a person is banned while typing, with all their certificates", banned),
		EACH("a comment goes while it is being answered", deleted_while_answered),
		EACH("a moderator invites somebody", invited),
	};

	return cmocka_run_group_tests_name("moderation", tests, NULL, NULL);
}
