/*
 * A folder as a page of links, where the capsule wants its folders listed.
 */
#ifndef KINDLING_SITE_LISTING_H
#define KINDLING_SITE_LISTING_H

#include "page/reply.h"
#include "site/folder.h"

#define LISTING_MAX 10000 /* names; the page says where there are more */

/* `fd` is the open folder at request->uri.path, which ends in '/'; taken over. Blocks. */
void listing_answer(struct folder *folder, int fd, struct request *request, struct reply *reply);

#endif
