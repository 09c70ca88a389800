/*
 * The posts as an Atom feed. Private to site/.
 */
#ifndef KINDLING_SITE_ATOM_H
#define KINDLING_SITE_ATOM_H

#include "page/reply.h"
#include "site/posts.h"

#define ATOM_POSTS_MAX 50

/* 20 with the newest posts; 40 where memory is out. */
void atom_answer(struct posts *posts, struct request *request, struct reply *reply);

#endif
