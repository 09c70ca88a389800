/*
 * Counters in shared memory. All accesses are relaxed: each number is true for itself, and no two
 * of them are said to be of one moment.
 */
#include "base/counters.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "base/check.h"

#define COUNTERS_MAGIC 0x434e5431u
#define HOST_NAME_SIZE 256 /* a name in DNS has 253 bytes at most */
#define HOSTS          (COUNTERS_HOSTS_MAX + 1)
#define STATUSES       (COUNTERS_STATUS_MAX - COUNTERS_STATUS_MIN + 2) /* one more for 0 */
#define CACHE_LINE     64

/* A worker's own lines of the cache: nobody else writes there. */
struct row {
	_Alignas(CACHE_LINE) _Atomic uint64_t counters[COUNTER_COUNT];
	_Atomic int64_t gauges[GAUGE_COUNT];
	_Atomic int64_t beat;
	_Atomic uint64_t latencies[LATENCY_BUCKETS], milliseconds;
	_Atomic uint64_t requests[HOSTS][STATUSES];
};

/* What every process may write, and so a worker that is taken over too: numbers alone, which can
 * be wrong, and lead nowhere. */
struct common {
	_Atomic unsigned used; /* no row from here on was ever counted in: reading a page of shared
				  memory is enough to make it */
	struct row row[];
};

/* Each process has its own, as it was when the master forked it. */
struct counters {
	unsigned magic, rows, hosts;
	char names[HOSTS][HOST_NAME_SIZE];
	struct common *common;
};

#define LATENCY_BOUND(bound) bound,
const unsigned latency_bounds[LATENCY_BUCKETS - 1] = {LATENCY_BOUNDS(LATENCY_BOUND)};

static size_t common_size(unsigned rows)
{
	return sizeof(struct common) + rows * sizeof(struct row);
}

/* Zeroed. NULL with errno: there is none. */
static void *map(size_t size, int sharing)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

static void unmap(void *memory, size_t size)
{
	if (memory != NULL)
		munmap(memory, size);
}

struct counters *counters_new(unsigned rows, struct fault *fault)
{
	struct counters *counters = map(sizeof *counters, MAP_PRIVATE);
	struct common *common = map(common_size(rows), MAP_SHARED);
	if (counters == NULL || common == NULL) {
		fault_set(fault, "no shared memory: %s", strerror(errno));
		unmap(counters, sizeof *counters);
		unmap(common, common_size(rows));
		return NULL;
	}
	*counters = (struct counters){
		.magic = COUNTERS_MAGIC, .rows = rows, .hosts = 1, .names = {"other"}};
	counters->common = common;
	return counters;
}

void counters_free(struct counters *counters)
{
	if (counters == NULL)
		return;
	unmap(counters->common, common_size(counters->rows));
	unmap(counters, sizeof *counters);
}

unsigned counters_find_host(const struct counters *counters, const char *host)
{
	if (counters == NULL)
		return 0;
	for (unsigned i = 1; i < counters->hosts; i++)
		if (strcmp(counters->names[i], host) == 0)
			return i;
	return 0;
}

unsigned counters_host(struct counters *counters, const char *host)
{
	CHECK_MAGIC(counters, COUNTERS_MAGIC);
	unsigned known = counters_find_host(counters, host);
	size_t size = strlen(host) + 1;
	bool fits = counters->hosts < HOSTS && size <= HOST_NAME_SIZE;
	if (known != 0 || !fits || strcmp(host, counters->names[0]) == 0)
		return known;
	memcpy(counters->names[counters->hosts], host, size);
	return counters->hosts++;
}

static struct row *row_of(struct counters *counters, unsigned row)
{
	CHECK_MAGIC(counters, COUNTERS_MAGIC);
	CHECK(row < counters->rows);
	struct common *common = counters->common;
	unsigned used = atomic_load_explicit(&common->used, memory_order_relaxed);
	while (used <= row && !atomic_compare_exchange_weak(&common->used, &used, row + 1))
		;
	return &common->row[row];
}

static void add(_Atomic uint64_t *counter, uint64_t more)
{
	atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

void count_more(const struct counting *counting, enum counter counter, uint64_t more)
{
	if (counting->counters != NULL)
		add(&row_of(counting->counters, counting->row)->counters[counter], more);
}

void count_change(const struct counting *counting, enum gauge gauge, int change)
{
	if (counting->counters != NULL)
		atomic_fetch_add_explicit(&row_of(counting->counters, counting->row)->gauges[gauge],
			change, memory_order_relaxed);
}

static unsigned status_index(int status)
{
	bool known = status >= COUNTERS_STATUS_MIN && status <= COUNTERS_STATUS_MAX;
	return known ? (unsigned)(status - COUNTERS_STATUS_MIN) + 1 : 0;
}

void count_request(const struct counting *counting, unsigned host, int status, int64_t milliseconds)
{
	unsigned bucket = 0;
	if (counting->counters == NULL)
		return;
	if (milliseconds < 0)
		milliseconds = 0;
	while (bucket < LATENCY_BUCKETS - 1 && milliseconds > (int64_t)latency_bounds[bucket])
		bucket++;
	struct row *row = row_of(counting->counters, counting->row);
	add(&row->requests[host < HOSTS ? host : 0][status_index(status)], 1);
	add(&row->latencies[bucket], 1);
	add(&row->milliseconds, (uint64_t)milliseconds);
}

void count_beat(const struct counting *counting, int64_t now_ms)
{
	if (counting->counters != NULL)
		atomic_store_explicit(&row_of(counting->counters, counting->row)->beat, now_ms,
			memory_order_relaxed);
}

int64_t counters_last_beat(const struct counters *counters, unsigned row)
{
	CHECK_MAGIC(counters, COUNTERS_MAGIC);
	CHECK(row < counters->rows);
	return atomic_load_explicit(&counters->common->row[row].beat, memory_order_relaxed);
}

void counters_vacate(struct counters *counters, unsigned row)
{
	struct row *empty = row_of(counters, row);
	for (size_t i = 0; i < GAUGE_COUNT; i++)
		atomic_store_explicit(&empty->gauges[i], 0, memory_order_relaxed);
	atomic_store_explicit(&empty->beat, 0, memory_order_relaxed);
}

static unsigned rows_used(const struct counters *counters)
{
	CHECK_MAGIC(counters, COUNTERS_MAGIC);
	unsigned used = atomic_load_explicit(&counters->common->used, memory_order_relaxed);
	return used < counters->rows ? used : counters->rows;
}

uint64_t counters_sum(const struct counters *counters, enum counter counter)
{
	uint64_t sum = 0;
	for (unsigned i = 0, used = rows_used(counters); i < used; i++)
		sum += atomic_load_explicit(
			&counters->common->row[i].counters[counter], memory_order_relaxed);
	return sum;
}

int64_t counters_level(const struct counters *counters, enum gauge gauge)
{
	int64_t sum = 0;
	for (unsigned i = 0, used = rows_used(counters); i < used; i++)
		sum += atomic_load_explicit(
			&counters->common->row[i].gauges[gauge], memory_order_relaxed);
	return sum < 0 ? 0 : sum; /* one who leaves may be seen before he came */
}

unsigned counters_host_count(const struct counters *counters)
{
	CHECK_MAGIC(counters, COUNTERS_MAGIC);
	return counters->hosts;
}

const char *counters_host_name(const struct counters *counters, unsigned host)
{
	CHECK(host < counters_host_count(counters));
	return counters->names[host];
}

uint64_t counters_requests(const struct counters *counters, unsigned host, int status)
{
	uint64_t sum = 0;
	CHECK(host < HOSTS);
	for (unsigned i = 0, used = rows_used(counters); i < used; i++)
		sum += atomic_load_explicit(
			&counters->common->row[i].requests[host][status_index(status)],
			memory_order_relaxed);
	return sum;
}

struct latency counters_latency(const struct counters *counters)
{
	struct latency sum = {.milliseconds = 0};
	for (unsigned i = 0, used = rows_used(counters); i < used; i++) {
		const struct row *row = &counters->common->row[i];
		for (size_t k = 0; k < LATENCY_BUCKETS; k++)
			sum.buckets[k] +=
				atomic_load_explicit(&row->latencies[k], memory_order_relaxed);
		sum.milliseconds += atomic_load_explicit(&row->milliseconds, memory_order_relaxed);
	}
	return sum;
}
