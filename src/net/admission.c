/*
 * The shared counters.
 */
#include "net/admission.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "base/rates.h"
#include "tls/secret.h"

#define ROWS      2
#define CELL_BITS 14 /* 16,384 cells a row: far more than one worker has connections */
#define CELLS     (1u << CELL_BITS)
#define MINUTE    60

/* Connections by client or by network. */
struct sketch {
	_Atomic uint32_t cells[ROWS][CELLS];
};

struct seat {
	struct sketch clients, networks;
};

struct total {
	_Alignas(64) _Atomic uint32_t count; /* on a cache line of its own */
};

/* What every process may write, and so a worker that is taken over too: numbers alone, which can
 * be wrong, and lead nowhere. */
struct common {
	struct total totals[ADMISSION_SEATS];
	_Atomic unsigned seats_used;        /* those above were never taken */
	struct seat seats[ADMISSION_SEATS]; /* memory is there only for those that were used */
};

/* Each process has its own, as it was when the master forked it. */
struct admission_table {
	struct common *common;
	struct rates *rates;
	uint64_t multipliers[ROWS]; /* random and odd: multiply-shift hashing (Dietzfelbinger) */
	char secret[SECRET_SIZE];   /* random: keys the names of clients */
};

/* Zeroed memory, for as long as the run lasts; the system gives it page by page, as it is used.
 * With MAP_SHARED the processes share it, with MAP_PRIVATE a fork copies it. */
static void *map(size_t size, int sharing)
{
	void *memory = mmap(
		NULL, size, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

static void unmap(void *memory, size_t size)
{
	if (memory != NULL)
		munmap(memory, size);
}

struct admission_table *admission_table_new(struct fault *fault)
{
	struct admission_table *table = map(sizeof *table, MAP_PRIVATE);
	struct common *common = map(sizeof *common, MAP_SHARED);
	void *rates = map(rates_size(), MAP_SHARED);
	if (table == NULL || common == NULL || rates == NULL) {
		fault_set(fault, "no memory for the connection counters: %s", strerror(errno));
		goto fail;
	}
	table->common = common;
	table->rates = rates_in(rates);
	if (getentropy(table->multipliers, sizeof table->multipliers) != 0 ||
		getentropy(table->secret, sizeof table->secret) != 0) {
		fault_set(fault, "the system gives no random numbers: %s", strerror(errno));
		goto fail;
	}
	for (unsigned row = 0; row < ROWS; row++)
		table->multipliers[row] |= 1;
	return table;

fail:
	unmap(table, sizeof *table);
	unmap(common, sizeof *common);
	unmap(rates, rates_size());
	return NULL;
}

static unsigned seats_used(const struct admission_table *table)
{
	unsigned used = atomic_load_explicit(&table->common->seats_used, memory_order_relaxed);
	return used < ADMISSION_SEATS ? used : ADMISSION_SEATS;
}

static void forget_sketch(struct sketch *sketch)
{
	for (unsigned row = 0; row < ROWS; row++)
		for (unsigned cell = 0; cell < CELLS; cell++)
			atomic_store_explicit(&sketch->cells[row][cell], 0, memory_order_relaxed);
}

void admission_forget(struct admission_table *table, unsigned seat)
{
	CHECK(seat < ADMISSION_SEATS);
	atomic_store_explicit(&table->common->totals[seat].count, 0, memory_order_relaxed);
	if (seat >= seats_used(table))
		return;
	forget_sketch(&table->common->seats[seat].clients);
	forget_sketch(&table->common->seats[seat].networks);
}

/* Before anything is counted at a seat. */
static void take_seat(struct admission_table *table, unsigned seat)
{
	CHECK(seat < ADMISSION_SEATS);
	_Atomic unsigned *first_unused = &table->common->seats_used;
	unsigned used = atomic_load_explicit(first_unused, memory_order_relaxed);
	while (used <= seat && !atomic_compare_exchange_weak_explicit(first_unused, &used, seat + 1,
				       memory_order_relaxed, memory_order_relaxed))
		continue;
}

bool admission_enter_total(const struct admission *admission, unsigned most)
{
	struct admission_table *table = admission->table;
	take_seat(table, admission->seat);
	unsigned used = seats_used(table);
	uint64_t sum = 0;
	for (unsigned seat = 0; seat < used; seat++)
		sum += atomic_load_explicit(
			&table->common->totals[seat].count, memory_order_relaxed);
	if (sum >= most)
		return false;
	atomic_fetch_add_explicit(
		&table->common->totals[admission->seat].count, 1, memory_order_relaxed);
	return true;
}

void admission_leave_total(const struct admission *admission)
{
	atomic_fetch_sub_explicit(
		&admission->table->common->totals[admission->seat].count, 1, memory_order_relaxed);
}

/* Whom a client counts as: by itself, or among its network. */
struct counted {
	struct address_network who;
	size_t sketch; /* where in a seat */
};

static struct counted as_client(struct address_peer client)
{
	return (struct counted){address_client_of(client), offsetof(struct seat, clients)};
}

static struct counted as_network(struct address_peer client)
{
	return (struct counted){address_network_of(client), offsetof(struct seat, networks)};
}

/* 127.0.0.0/24 and ::1: programs of this machine are no network of strangers. */
static bool is_at_home(struct address_peer client)
{
	static const unsigned char ipv4[] = {127, 0, 0}, ipv6[16] = {[15] = 1};
	return client.family == 4 ? memcmp(client.bytes, ipv4, sizeof ipv4) == 0
				  : memcmp(client.bytes, ipv6, sizeof ipv6) == 0;
}

static unsigned cell_of(
	const struct admission_table *table, unsigned row, struct address_network who)
{
	uint64_t network;
	memcpy(&network, who.bytes + 1, sizeof network);
	return (unsigned)(((network ^ who.bytes[0]) * table->multipliers[row]) >> (64 - CELL_BITS));
}

static _Atomic uint32_t *counter_of(
	struct admission_table *table, unsigned seat, unsigned row, struct counted counted)
{
	struct sketch *sketch = (void *)((char *)&table->common->seats[seat] + counted.sketch);
	return &sketch->cells[row][cell_of(table, row, counted.who)];
}

/* The smaller of the two counts, each added up over the seats. */
static uint64_t count_of(struct admission_table *table, struct counted counted)
{
	unsigned used = seats_used(table);
	uint64_t least = UINT64_MAX;
	for (unsigned row = 0; row < ROWS; row++) {
		uint64_t sum = 0;
		for (unsigned seat = 0; seat < used; seat++)
			sum += atomic_load_explicit(
				counter_of(table, seat, row, counted), memory_order_relaxed);
		if (sum < least)
			least = sum;
	}
	return least;
}

static void change(const struct admission *admission, struct counted counted, bool more)
{
	for (unsigned row = 0; row < ROWS; row++) {
		_Atomic uint32_t *counter =
			counter_of(admission->table, admission->seat, row, counted);
		atomic_fetch_add_explicit(counter, more ? 1 : UINT32_MAX, memory_order_relaxed);
	}
}

enum admission_result admission_enter_client(const struct admission *admission,
	const struct admission_limits *limits, struct address_peer client)
{
	struct admission_table *table = admission->table;
	if (client.family == 0)
		return ADMISSION_ROOM;
	take_seat(table, admission->seat);
	if (count_of(table, as_client(client)) >= limits->per_address)
		return ADMISSION_ADDRESS;
	if (!is_at_home(client) && count_of(table, as_network(client)) >= limits->per_network)
		return ADMISSION_NETWORK;
	change(admission, as_client(client), true);
	change(admission, as_network(client), true);
	return ADMISSION_ROOM;
}

void admission_leave_client(const struct admission *admission, struct address_peer client)
{
	if (client.family == 0)
		return;
	change(admission, as_client(client), false);
	change(admission, as_network(client), false);
}

static bool name_of(const struct admission *admission, struct address_network who, uint64_t *name)
{
	struct span key = {admission->table->secret, sizeof admission->table->secret};
	struct span network = {(const char *)who.bytes, sizeof who.bytes};
	unsigned char hash[SECRET_SIZE];
	if (!secret_hash(key, network, hash))
		return false;
	memcpy(name, hash, sizeof *name);
	return true;
}

bool admission_name(const struct admission *admission, struct address_peer client, uint64_t *name)
{
	return name_of(admission, address_client_of(client), name);
}

unsigned admission_ask(const struct admission *admission, const struct admission_limits *limits,
	struct address_peer client, uint64_t name, int64_t now_ms)
{
	struct rates *rates = admission->table->rates;
	uint64_t network = 0;
	unsigned wait = 0;
	if (client.family == 0)
		return 0;
	if (limits->per_minute_of_network > 0 && !is_at_home(client)) {
		/* Where memory is out nobody is held back by their neighbours. */
		if (!name_of(admission, address_network_of(client), &network))
			return 0;
		network = ~network; /* a network's first address has the same bytes */
		wait = rates_wait(rates, network, limits->per_minute_of_network, MINUTE, now_ms);
	}
	if (wait == 0 && limits->per_minute > 0)
		wait = rates_use(rates, name, limits->per_minute, MINUTE, now_ms);
	if (wait == 0 && network != 0)
		wait = rates_use(rates, network, limits->per_minute_of_network, MINUTE, now_ms);
	return wait;
}
