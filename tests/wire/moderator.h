/*
 * What moderators do, step by step as a client would.
 */
#ifndef KINDLING_TESTS_WIRE_MODERATOR_H
#define KINDLING_TESTS_WIRE_MODERATOR_H

#include "ask.h"

/* SHA-256 of the public key, as the configuration names an owner: 64 hexadecimal digits. */
#define KEY_TEXT_SIZE 65
void key_of_person(const struct person *person, char out[KEY_TEXT_SIZE]);

/* Writes kindling.conf with the capsule and its owner, and makes it the daemon's. `more` holds
 * further options of the capsule. */
void moderator_configure(struct daemon *daemon, const struct person *owner, const char *more);

/* reader_type of which the status counts, and that META holds the words. */
void expect_guarded(const struct daemon *daemon, const struct person *person, const char *path,
	const char *typed, int status, const char *words);

/* Status 20; its whole body, malloc'd. */
char *page_of(const struct daemon *daemon, const struct person *person, const char *path);

/* On such a page. */
void expect_on_page(const struct daemon *daemon, const struct person *person, const char *path,
	const char *part);
void expect_not_on_page(const struct daemon *daemon, const struct person *person, const char *path,
	const char *part);

/* The number of a registered person, as other pages name them. */
long number_of(const struct daemon *daemon, const struct person *moderator, const char *name);

#endif
