/*
 * Jobs: how many there may be, and that one which cannot begin is given back.
 */
#include "net/exchange.h"

#include "testing.h"

static struct net net;
static int begun, done, abandoned;

static void run(void *page, struct request *request, struct reply *reply)
{
	assert_ptr_equal(page, &begun);
	assert_non_null(request->arena);
	reply->status = STATUS_SUCCESS;
	begun++;
}

static void abandon(void *page)
{
	assert_ptr_equal(page, &begun);
	abandoned++;
}

static const struct net_job job = {run, &begun, abandon};

static void is_done(void *owner)
{
	assert_ptr_equal(owner, &done);
	done++;
}

static int set_up(void **state)
{
	(void)state;
	begun = done = abandoned = 0;
	net = (struct net){.magic = NET_MAGIC};
	return uv_loop_init(&net.loop);
}

static int tear_down(void **state)
{
	(void)state;
	uv_run(&net.loop, UV_RUN_DEFAULT);
	return uv_loop_close(&net.loop);
}

static struct exchange *make(void)
{
	struct exchange *exchange = exchange_new(&net, &done, is_done);
	assert_non_null(exchange);
	return exchange;
}

static void a_job_comes_back(void **state)
{
	struct exchange *exchange = make();
	(void)state;
	assert_true(exchange_start_job(exchange, job));
	assert_int_equal(net.job_count, 1);
	uv_run(&net.loop, UV_RUN_DEFAULT);
	assert_int_equal(net.job_count, 0);
	assert_int_equal(begun, 1);
	assert_int_equal(done, 1);
	assert_int_equal(abandoned, 0);
	assert_int_equal(exchange->reply.status, STATUS_SUCCESS);
	exchange_release(exchange);
}

/* Nobody waits for an answer any more: whether it has begun or not, nobody is told. */
static void a_job_that_is_let_go_is_heard_of_no_more(void **state)
{
	struct exchange *exchange = make();
	(void)state;
	assert_true(exchange_start_job(exchange, job));
	exchange_release(exchange);
	uv_run(&net.loop, UV_RUN_DEFAULT);
	assert_int_equal(net.job_count, 0);
	assert_int_equal(begun + abandoned, 1);
	assert_int_equal(done, 0);
}

static void too_many_jobs_are_refused(void **state)
{
	struct exchange *exchange = make();
	(void)state;
	net.job_count = 4096;
	assert_false(exchange_start_job(exchange, job));
	assert_int_equal(abandoned, 1);
	assert_false(exchange_start_job(exchange, (struct net_job){.run = run, .page = &begun}));
	assert_int_equal(net.job_count, 4096);
	net.job_count--;
	assert_true(exchange_start_job(exchange, job));
	uv_run(&net.loop, UV_RUN_DEFAULT);
	assert_int_equal(begun, 1);
	assert_int_equal(done, 1);
	exchange_release(exchange);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_job_comes_back),
		TEST(a_job_that_is_let_go_is_heard_of_no_more),
		TEST(too_many_jobs_are_refused),
	};
	return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
