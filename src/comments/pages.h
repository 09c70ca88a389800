/*
 * The pages of the conversation, each with its own answer. Which route leads to which, and who may
 * take it, stands in comments.c alone. Private to comments/.
 */
#ifndef KINDLING_COMMENTS_PAGES_H
#define KINDLING_COMMENTS_PAGES_H

#include "comments/visit.h"

typedef void comments_page(struct visit *visit);

/* comments.c */
comments_page comments_top, comments_short_thread;
/* account.c: logging in, one's own page; joining.c: registering, linking, recovering */
comments_page account_home, account_page;
comments_page join_register, join_invitation, join_link, join_recover, join_recover_as,
	join_welcome;
/* settings.c: what one changes about oneself; leaving.c: data and leaving */
comments_page settings_rename, settings_certificates, settings_certificate_remove, settings_device,
	settings_recovery, settings_code, settings_feed, settings_feed_renew, settings_own;
comments_page leaving_data, leaving_data_json, leaving_page, leaving_keeping, leaving_erasing,
	leaving_goodbye;
/* writing.c */
comments_page writing_new, writing_reply, writing_edit, writing_delete, writing_report;
/* thread.c, comment.c, spread.c: reading */
comments_page thread_page, thread_recent, comment_page, person_page, spread_page;
/* feeds.c */
comments_page feed_recent, feed_recent_atom, feed_thread, feed_thread_atom, feed_answers;
/* moderation.c: what there is to see; orders.c: what is done */
comments_page moderation_page, moderation_hidden, moderation_log, moderation_people;
comments_page order_comment, order_person, order_invite;
/* search.c, help.c */
comments_page search_page, help_page;

#endif
