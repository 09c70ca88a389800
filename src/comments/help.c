/*
 * How commenting works: the one page here that is text alone.
 */
#include "comments/rules.h"
#include "comments/visit.h"
#include "proto/gemtext.h"

static const char identity[] =
	"# How commenting works\n\n"
	"Everybody can read. To leave a comment you need an identity, and a name.\n\n"
	"## An identity\n\n"
	"An identity is a client certificate: a small file that your Gemini client makes in a "
	"moment and shows to this capsule when you want it to. It needs no e-mail address and no "
	"password. Choose one that stays valid for years, and keep it: it is what you are known "
	"by here.\n\n"
	"=> /comments/ Log in or register\n"
	"Your client will offer you to choose or make an identity. The first time you are then "
	"asked for a name of 1 to %d characters.\n\n";

static const char by_hand[] =
	"### If your client makes none\n\n"
	"Then openssl makes one, in a terminal, as two files:\n\n" GEMTEXT_FENCE
	" Making a certificate and its key with openssl, good for five years\n"
	"openssl req -x509 -newkey ec -nodes \\\n"
	"    -pkeyopt ec_paramgen_curve:P-256 \\\n"
	"    -days 1825 -subj \"/CN=reader\" \\\n"
	"    -keyout reader.key -out reader.crt\n" GEMTEXT_FENCE "\n\n"
	"Name the two files in your client's settings, for the host name of this capsule (with its "
	"port, if the address has one): "
	"reader.crt is the certificate, reader.key its key. Show the key to nobody. Start your "
	"client again, and follow the link above.\n\n";

static const char comment[] =
	"## A comment\n\n"
	"Follow the link under a post and type. Your client puts what you type into an address, "
	"which holds 1,024 bytes; about 600 characters fit. You can leave %d an hour.\n\n";

static const char kept[] =
	"## What is kept\n\n"
	"* your name, and the day and time you registered it\n"
	"* a fingerprint of your certificate's key, to know you again\n"
	"* your comments, and when you wrote each\n\n"
	"## What is not kept with that\n\n"
	"* your network address\n"
	"* anything else that your certificate says, like a name or an e-mail address\n"
	"* what you read\n\n"
	"=> /comments/recent The latest comments\n"
	"=> / Home page\n";

void help_page(struct visit *visit)
{
	struct buf page;
	visit_page_begin(visit, &page);
	buf_printf(&page, identity, NAME_GRAPHEMES_MAX);
	buf_text(&page, by_hand);
	buf_printf(&page, comment, COMMENTS_PER_HOUR);
	buf_text(&page, kept);
	visit_page_end(visit, &page);
}
