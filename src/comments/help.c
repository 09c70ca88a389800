/*
 * How commenting works: the one page here that is text alone.
 */
#include "comments/codes.h"
#include "comments/pages.h"
#include "comments/rules.h"
#include "proto/gemtext.h"
#include "store/people.h"

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

static const char several[] =
	"### Another device, or a new certificate\n\n"
	"One name can have up to %d certificates. On the device where you are known, your account "
	"makes a one-time code, good for %d minutes; on the other one, choose \"I am registered "
	"already\" and type it. A certificate belongs to one name: link one that nobody has "
	"registered with yet.\n\n"
	"When a certificate comes near its end your page says so. One that has ended can still "
	"make a code for a new one. One that is renewed with the same key needs nothing.\n\n"
	"### If you lose it\n\n"
	"When you registered you were shown a recovery code. Make a new identity, go to "
	"/comments/, choose \"I lost my certificate\", and type your name and the code. The code "
	"is then used up, and you are shown a new one.\n\n";

static const char comment[] =
	"## A comment\n\n"
	"Follow the link under a post and type. Your client puts what you type into an address, "
	"which holds 1,024 bytes; about 600 characters fit. You can leave %u an hour.\n\n"
	"For a longer one, up to %d KiB, use a client that uploads with Titan, like Lagrange: "
	"the titan:// link beside the other one takes it.\n\n"
	"What you typed is shown as text, quoted line by line. Addresses in it are listed below "
	"it as links.\n\n"
	"### Passing it on\n\n"
	"On each comment's own page a link lets you pass it on: that is an answer. The page of a "
	"comment also shows the chain above it and what came of it. Answers to you are listed on "
	"your "
	"page, and your account has a feed of them.\n\n"
	"### Changing your mind\n\n"
	"On the page of your own comment you can edit it, and it is marked as edited; or delete "
	"it. Where somebody has answered it a line stays in its place, without your text and your "
	"name.\n\n"
	"### Something unkind\n\n"
	"Report it, on the comment's own page: say why in a few words, and a moderator will look. "
	"Some comments wait for a moderator before others see them; yours says so if it "
	"does.\n\n";

static const char kept[] =
	"## What is kept\n\n"
	"* your name, and the day and time you registered it; one that you gave up, for 90 days\n"
	"* a fingerprint of your certificate's key, when it was first shown, when last (noted once "
	"a "
	"day at most), and when it ends\n"
	"* your comments, when you wrote and edited each, and what became of it\n"
	"* what you reported\n"
	"* when you last looked at your own page\n"
	"* something made from your codes, from which nobody can read them\n\n"
	"Your account gives you all of it as a page or a file, and lets you leave.\n\n"
	"## What is not kept\n\n"
	"* your network address\n"
	"* anything else that your certificate says, like a name or an e-mail address\n"
	"* what you read, and what you searched for\n"
	"* the text of a comment that was deleted\n\n"
	"=> /comments/account/ Your account\n"
	"=> /comments/recent The latest comments\n"
	"=> / Home page\n";

void help_page(struct visit *visit)
{
	struct buf page;
	visit_page_begin(visit, &page);
	buf_printf(&page, identity, NAME_GRAPHEMES_MAX);
	buf_text(&page, by_hand);
	buf_printf(&page, several, STORE_CERTIFICATES_MAX, CODE_LINK_SECONDS / 60);
	buf_printf(&page, comment, visit->comments->capsule->comments_per_hour,
		COMMENT_BYTES_MAX / 1024);
	buf_text(&page, kept);
	visit_page_end(visit, &page);
}
