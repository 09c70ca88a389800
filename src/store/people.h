/*
 * People, their names, certificates and what belongs to them alone.
 */
#ifndef KINDLING_STORE_PEOPLE_H
#define KINDLING_STORE_PEOPLE_H

#include "store/store.h"

#define STORE_CERTIFICATES_MAX  20                /* of one person */
#define STORE_NAME_KEPT_SECONDS (90 * 24 * 3600L) /* a name given up, from everybody else */

/* STORE_NONE also for one who has left. */
enum store_result store_person_by_key(struct store *store, struct span capsule,
	const unsigned char key[STORE_KEY_SIZE], struct arena *arena, struct store_person *person);
/* Also one who has left. */
enum store_result store_person_by_id(struct store *store, struct span capsule, int64_t id,
	struct arena *arena, struct store_person *person);
/* By the form in which names are compared. */
enum store_result store_person_by_name(struct store *store, struct span capsule, struct span folded,
	struct arena *arena, struct store_person *person);
/* Everybody who has not left, in order of id after `after`. */
enum store_result store_people(struct store *store, struct span capsule, int64_t after, size_t most,
	struct arena *arena, struct store_people *people);

/* Registers. `invited`: only with an invitation redeemed by this key (codes.h), which is used up;
 * STORE_BARRED without. STORE_TAKEN: the key's, the name's, or a name given up a while ago. */
struct store_person_new {
	struct span capsule, name, folded;
	const unsigned char *key;
	int64_t now, ends; /* `ends`: of the certificate */
	bool invited;
};
enum store_result store_person_add(
	struct store *store, const struct store_person_new *person, int64_t *id);

/* The old name is kept from others for STORE_NAME_KEPT_SECONDS; its person may take it back. Also
 * of one who is banned: the shell may have to. STORE_TAKEN as above; STORE_NONE: no such person. */
enum store_result store_person_rename(
	struct store *store, int64_t person, struct span name, struct span folded, int64_t now);

/* Notes a look at one's own page, at most once a minute. A visit ends half an hour after its last
 * look; looked_before is the end of the visit before this one. `person` gets the new times. */
enum store_result store_person_look(struct store *store, struct store_person *person, int64_t now);

/* Leaves: certificates, codes, feed and recovery are gone, the name is empty and kept from others
 * for a while; the comments stay nameless, or with `erase` are deleted like single ones: of very
 * many the most before the rest is done, so that others can write meanwhile. Where that fails, the
 * person is still there, and may leave again. The last owner by role may leave too. */
enum store_result store_person_leave(struct store *store, int64_t person, bool erase, int64_t now);

/* Oldest first; *count is at most STORE_CERTIFICATES_MAX. */
enum store_result store_certificates(struct store *store, int64_t person, struct arena *arena,
	struct store_certificate **items, size_t *count);
/* Notes that it was shown, at most once a day: call it where a day has passed since person.used,
 * or person.ends differs. STORE_NONE: it is nobody's (any more). */
enum store_result store_certificate_use(struct store *store, struct span capsule,
	const unsigned char key[STORE_KEY_SIZE], int64_t now, int64_t ends);
/* STORE_BARRED for the last one and for `in_use`; STORE_NONE: not theirs. */
enum store_result store_certificate_remove(struct store *store, int64_t person,
	const unsigned char key[STORE_KEY_SIZE], const unsigned char in_use[STORE_KEY_SIZE]);

/* The secret of the feed of answers to one person. STORE_NONE: it was never set. Set anew, the old
 * one is gone. */
enum store_result store_person_feed(
	struct store *store, int64_t person, struct arena *arena, struct span *secret);
enum store_result store_person_set_feed(struct store *store, int64_t person, struct span secret);
enum store_result store_person_by_feed(struct store *store, struct span capsule, struct span secret,
	struct arena *arena, struct store_person *person);

/* One JSON object about a person: account, names given up, certificates, every comment of theirs in
 * whatever state, reports they made; no secrets. Written piece by piece: `write` gives false to
 * stop (STORE_RESTING then). STORE_NONE, and nothing is written: no such person. */
typedef bool store_write(void *context, struct span piece);
enum store_result store_person_data(
	struct store *store, int64_t person, store_write *write, void *context);

#endif
