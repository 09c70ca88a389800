/*
 * The links by which moderators give orders. Private to comments/.
 */
#ifndef KINDLING_COMMENTS_ORDERS_H
#define KINDLING_COMMENTS_ORDERS_H

#include "comments/visit.h"

/* What a moderator who reads this page may do about a comment, or a person; nothing for others. Of
 * the comment its id and state count, of the person the id, name, role and standing. */
void orders_on_comment(struct buf *page, struct visit *visit, int64_t id, enum store_state state);
void orders_on_person(struct buf *page, struct visit *visit, const struct store_person *person);

/* Gives whom the configuration makes an owner, which the store does not know, that role. */
void orders_raise_owner(struct visit *visit, struct store_person *person);

#endif
