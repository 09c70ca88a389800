/*
 * Who is let in, and how often: connections over all workers, names, rates, and the rules.
 */
#include "testing.h"

#include "net/admission.h"
#include "net/rules.h"

static const struct admission_limits three = {.total = 100, .per_address = 3, .per_network = 1000};
static const struct admission_limits five_of_network = {
	.total = 100, .per_address = 3, .per_network = 5};

/* 10.x.y.z */
static struct address_peer peer(unsigned number)
{
	return (struct address_peer){
		4, {10, (unsigned char)(number >> 16), (unsigned char)(number >> 8),
			   (unsigned char)number}};
}

static struct admission_table *table_new(void)
{
	struct fault fault = {""};
	struct admission_table *table = admission_table_new(&fault);
	if (table == NULL)
		fail_msg("%s", fault.text);
	return table;
}

#define assert_enters(admission, limits, number, result)                                           \
	assert_int_equal(admission_enter_client(&(admission), &(limits), peer(number)), result)

static void a_client_is_counted_over_all_workers(void **state)
{
	(void)state;
	struct admission_table *table = table_new();
	struct admission first = {table, 0}, second = {table, ADMISSION_SEATS - 1};
	assert_enters(first, three, 1, ADMISSION_ROOM);
	assert_enters(second, three, 1, ADMISSION_ROOM);
	assert_enters(first, three, 1, ADMISSION_ROOM);
	assert_enters(second, three, 1, ADMISSION_ADDRESS);
	assert_enters(first, three, 1, ADMISSION_ADDRESS);
	assert_enters(second, three, 2, ADMISSION_ROOM);
	admission_leave_client(&second, peer(1));
	assert_enters(first, three, 1, ADMISSION_ROOM);
	assert_enters(first, three, 1, ADMISSION_ADDRESS);
	/* What a worker that died had open is forgotten, and nothing else. */
	admission_forget(table, 0);
	for (int i = 0; i < 3; i++)
		assert_enters(first, three, 1, ADMISSION_ROOM);
	assert_enters(second, three, 1, ADMISSION_ADDRESS);
	for (int i = 0; i < 2; i++)
		assert_enters(second, three, 2, ADMISSION_ROOM);
	assert_enters(second, three, 2, ADMISSION_ADDRESS);
}

static void a_network_is_counted_beside_its_clients(void **state)
{
	(void)state;
	struct admission_table *table = table_new();
	struct admission first = {table, 0}, second = {table, 1};
	for (unsigned i = 0; i < 5; i++)
		assert_enters(first, five_of_network, i, ADMISSION_ROOM);
	assert_enters(second, five_of_network, 77, ADMISSION_NETWORK);
	assert_enters(second, five_of_network, 0x100, ADMISSION_ROOM);
	/* Who was refused is not counted. */
	admission_leave_client(&first, peer(4));
	assert_enters(second, five_of_network, 77, ADMISSION_ROOM);
	assert_enters(second, five_of_network, 77, ADMISSION_NETWORK);
	admission_forget(table, 0);
	for (unsigned i = 0; i < 4; i++)
		assert_enters(first, five_of_network, i, ADMISSION_ROOM);
	assert_enters(first, five_of_network, 5, ADMISSION_NETWORK);
}

static void this_machine_is_no_network(void **state)
{
	(void)state;
	struct admission one = {table_new(), 0};
	const struct address_peer ipv6 = {6, {[15] = 1}};
	for (unsigned char i = 0; i < 20; i++) {
		const struct address_peer here = {4, {127, 0, 0, i}}, there = {4, {127, 0, 1, i}};
		assert_int_equal(
			admission_enter_client(&one, &five_of_network, here), ADMISSION_ROOM);
		assert_int_equal(admission_enter_client(&one, &five_of_network, there),
			i < 5 ? ADMISSION_ROOM : ADMISSION_NETWORK);
	}
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(
			admission_enter_client(&one, &five_of_network, ipv6), ADMISSION_ROOM);
	assert_int_equal(admission_enter_client(&one, &five_of_network, ipv6), ADMISSION_ADDRESS);
}

static void ipv6_is_counted_by_its_halves(void **state)
{
	(void)state;
	struct admission one = {table_new(), 3};
	struct address_peer client = {6, {0x20, 1, 0xd, 0xb8}};
	for (unsigned i = 0; i < 3; i++) {
		client.bytes[15] = (unsigned char)i; /* the same /64 */
		assert_int_equal(
			admission_enter_client(&one, &five_of_network, client), ADMISSION_ROOM);
	}
	assert_int_equal(admission_enter_client(&one, &five_of_network, client), ADMISSION_ADDRESS);
	for (unsigned i = 0; i < 2; i++) {
		client.bytes[7] = (unsigned char)(1 + i); /* the same /48 */
		assert_int_equal(
			admission_enter_client(&one, &five_of_network, client), ADMISSION_ROOM);
	}
	client.bytes[7] = 9;
	assert_int_equal(admission_enter_client(&one, &five_of_network, client), ADMISSION_NETWORK);
	client.bytes[5] = 9;
	assert_int_equal(admission_enter_client(&one, &five_of_network, client), ADMISSION_ROOM);
}

static void who_has_no_address_counts_in_the_total_alone(void **state)
{
	(void)state;
	struct admission one = {table_new(), 3};
	const struct admission_limits none = {.total = 2};
	struct address_peer nobody = {0};
	for (int i = 0; i < 10; i++)
		assert_int_equal(admission_enter_client(&one, &none, nobody), ADMISSION_ROOM);
	admission_leave_client(&one, nobody);
}

static void the_total_is_of_all_workers(void **state)
{
	(void)state;
	struct admission_table *table = table_new();
	struct admission first = {table, 0}, second = {table, 5};
	assert_true(admission_enter_total(&first, 3));
	assert_true(admission_enter_total(&second, 3));
	assert_true(admission_enter_total(&second, 3));
	assert_false(admission_enter_total(&first, 3));
	assert_false(admission_enter_total(&second, 3));
	admission_leave_total(&first);
	assert_true(admission_enter_total(&second, 3));
	admission_forget(table, 5);
	for (int i = 0; i < 3; i++)
		assert_true(admission_enter_total(&first, 3));
	assert_false(admission_enter_total(&first, 3));
}

static void thousands_of_clients_do_not_hinder_each_other(void **state)
{
	(void)state;
	struct admission worker = {table_new(), 0};
	const struct admission_limits limits = {.total = 1, .per_address = 4, .per_network = 260};
	for (unsigned i = 0; i < 4000; i++)
		assert_enters(worker, limits, i * 4057, ADMISSION_ROOM);
	for (unsigned i = 0; i < 4000; i++)
		admission_leave_client(&worker, peer(i * 4057));
	for (unsigned i = 0; i < 4; i++)
		assert_enters(worker, limits, 7, ADMISSION_ROOM);
	assert_enters(worker, limits, 7, ADMISSION_ADDRESS);
}

static void a_client_has_one_name_for_this_run(void **state)
{
	(void)state;
	struct admission_table *run = table_new();
	struct admission first = {run, 0}, second = {run, 1}, later = {table_new(), 0};
	uint64_t name, same, neighbour, another;
	assert_true(admission_name(&first, peer(1), &name));
	assert_true(admission_name(&second, peer(1), &same));
	assert_true(admission_name(&first, peer(2), &neighbour));
	assert_true(admission_name(&later, peer(1), &another));
	assert_true(name == same);
	assert_true(name != neighbour);
	assert_true(name != another);
}

static unsigned ask(const struct admission *admission, const struct admission_limits *limits,
	struct address_peer client, int64_t now_ms)
{
	uint64_t name;
	assert_true(admission_name(admission, client, &name));
	return admission_ask(admission, limits, client, name, now_ms);
}

static void requests_are_counted_by_client_and_by_network(void **state)
{
	(void)state;
	const int64_t start = 1000000;
	const struct admission_limits limits = {.per_minute = 2, .per_minute_of_network = 5};
	struct admission_table *table = table_new();
	struct admission first = {table, 0}, second = {table, 1};
	/* The first address of its network has the same bytes as that. */
	for (unsigned client = 0; client < 2; client++) {
		assert_int_equal(ask(&first, &limits, peer(client), start), 0);
		assert_int_equal(ask(&second, &limits, peer(client), start), 0);
		assert_int_equal(ask(&first, &limits, peer(client), start), 30);
	}
	/* Those that were held back do not count for the network: one is left. */
	assert_int_equal(ask(&first, &limits, peer(9), start), 0);
	assert_int_equal(ask(&first, &limits, peer(10), start), 12);
	assert_int_equal(ask(&first, &limits, peer(0x100), start), 0);
	assert_int_equal(ask(&first, &limits, peer(10), start + 12000), 0);
}

static void no_limit_holds_nobody_back(void **state)
{
	(void)state;
	const struct admission_limits none = {0}, one = {.per_minute = 1},
				      alone = {.per_minute_of_network = 1};
	struct admission worker = {table_new(), 0};
	struct address_peer nobody = {0};
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(ask(&worker, &none, peer(1), 1), 0);
		assert_int_equal(ask(&worker, &one, nobody, 1), 0);
	}
	assert_int_equal(ask(&worker, &alone, peer(1), 1), 0);
	assert_int_equal(ask(&worker, &alone, peer(2), 1), 60);
}

static bool admits(const char *allow, const char *deny, struct address_peer client)
{
	const char *allowed[8], *denied[8];
	char words[2][256];
	struct conf conf = {.allow = {allowed, 0}, .deny = {denied, 0}};
	const char *texts[2] = {allow, deny};
	struct conf_texts *lists[2] = {&conf.allow, &conf.deny};
	for (int i = 0; i < 2; i++) {
		snprintf(words[i], sizeof words[i], "%s", texts[i]);
		for (char *rest = words[i], *word; (word = strsep(&rest, " ")) != NULL;)
			if (word[0] != '\0')
				lists[i]->items[lists[i]->count++] = word;
	}
	struct rules *rules = rules_new(&conf);
	assert_non_null(rules);
	bool admitted = rules_admit(rules, client);
	rules_free(rules);
	return admitted;
}

static void the_narrowest_range_decides(void **state)
{
	static const struct {
		const char *allow, *deny;
		bool admitted; /* 10.0.0.7 */
	} rows[] = {
		{"", "", true},
		{"", "10.0.0.0/8", false},
		{"", "192.0.2.0/24", true},
		{"192.0.2.0/24", "", false},
		{"10.0.0.0/8", "", true},
		{"10.0.0.7", "10.0.0.0/8", true},
		{"10.0.0.0/8", "10.0.0.7", false},
		{"10.0.0.0/8", "10.0.0.0/8", false},
		{"10.0.0.0/8 10.0.0.0/24", "10.0.0.0/16", true},
		{"10.0.0.0/8 10.0.0.0/16", "10.0.0.0/24 0.0.0.0/0", false},
		{"10.0.0.0/24", "0.0.0.0/0", true},
		{"unix ::/0", "", false},
		{"", "unix ::/0", true},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (admits(rows[i].allow, rows[i].deny, peer(7)) != rows[i].admitted)
			fail_msg("allow {%s}, deny {%s}: %s", rows[i].allow, rows[i].deny,
				rows[i].admitted ? "kept out" : "let in");
	assert_true(admits("unix", "", (struct address_peer){0}));
	assert_false(admits("0.0.0.0/0 ::/0", "", (struct address_peer){0}));
	assert_false(admits("", "unix", (struct address_peer){0}));
}

static void proxies_are_known_by_their_ranges(void **state)
{
	const char *ranges[] = {"10.0.0.0/30", "unix"};
	const struct conf conf = {.proxies = {ranges, 2}};
	struct rules *rules = rules_new(&conf);
	(void)state;
	assert_non_null(rules);
	assert_true(rules_is_proxy(rules, peer(3)));
	assert_false(rules_is_proxy(rules, peer(4)));
	assert_true(rules_is_proxy(rules, (struct address_peer){0}));
	rules_free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_is_counted_over_all_workers),
		cmocka_unit_test(a_network_is_counted_beside_its_clients),
		cmocka_unit_test(this_machine_is_no_network),
		cmocka_unit_test(ipv6_is_counted_by_its_halves),
		cmocka_unit_test(who_has_no_address_counts_in_the_total_alone),
		cmocka_unit_test(the_total_is_of_all_workers),
		cmocka_unit_test(thousands_of_clients_do_not_hinder_each_other),
		cmocka_unit_test(a_client_has_one_name_for_this_run),
		cmocka_unit_test(requests_are_counted_by_client_and_by_network),
		cmocka_unit_test(no_limit_holds_nobody_back),
		cmocka_unit_test(the_narrowest_range_decides),
		cmocka_unit_test(proxies_are_known_by_their_ranges),
	};

	return cmocka_run_group_tests_name("admission", tests, NULL, NULL);
}
