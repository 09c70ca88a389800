/*
 * The shared counters.
 */
#include "net/admission.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "base/check.h"
#include "tls/secret.h"

#define ROWS      2
#define CELL_BITS 14 /* 16,384 cells a row: far more than one worker has connections */
#define CELLS     (1u << CELL_BITS)

struct admission_rows {
	_Atomic uint32_t cells[ROWS][CELLS];
};

struct admission_table {
	unsigned workers;
	uint64_t multipliers[ROWS]; /* random and odd: multiply-shift hashing (Dietzfelbinger) */
	char secret[SECRET_SIZE];   /* random: keys the names of networks */
	struct admission_rows of_worker[];
};

struct admission_table *admission_table_new(unsigned workers, struct fault *fault)
{
	size_t size = sizeof(struct admission_table) + workers * sizeof(struct admission_rows);
	struct admission_table *table =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (table == MAP_FAILED) {
		fault_set(fault, "no memory for the connection counters: %s", strerror(errno));
		return NULL;
	}
	table->workers = workers;
	if (getentropy(table->multipliers, sizeof table->multipliers) != 0 ||
		getentropy(table->secret, sizeof table->secret) != 0) {
		fault_set(fault, "the system gives no random numbers: %s", strerror(errno));
		munmap(table, size);
		return NULL;
	}
	for (unsigned row = 0; row < ROWS; row++)
		table->multipliers[row] |= 1;
	return table;
}

void admission_forget(struct admission_table *table, unsigned worker)
{
	CHECK(worker < table->workers);
	for (unsigned row = 0; row < ROWS; row++)
		for (unsigned cell = 0; cell < CELLS; cell++)
			atomic_store_explicit(&table->of_worker[worker].cells[row][cell], 0,
				memory_order_relaxed);
}

static unsigned cell_of(
	const struct admission_table *table, unsigned row, struct address_network client)
{
	uint64_t network;
	memcpy(&network, client.bytes + 1, sizeof network);
	return (unsigned)(((network ^ client.bytes[0]) * table->multipliers[row]) >>
			  (64 - CELL_BITS));
}

static unsigned count_of(const struct admission_table *table, unsigned row, unsigned cell)
{
	unsigned sum = 0;
	for (unsigned worker = 0; worker < table->workers; worker++)
		sum += atomic_load_explicit(
			&table->of_worker[worker].cells[row][cell], memory_order_relaxed);
	return sum;
}

bool admission_name(
	const struct admission *admission, struct address_network client, uint64_t *name)
{
	struct span key = {admission->table->secret, sizeof admission->table->secret};
	struct span network = {(const char *)client.bytes, sizeof client.bytes};
	unsigned char hash[SECRET_SIZE];
	if (!secret_hash(key, network, hash))
		return false;
	memcpy(name, hash, sizeof *name);
	return true;
}

bool admission_enter(const struct admission *admission, struct address_network client)
{
	struct admission_table *table = admission->table;
	unsigned cells[ROWS];
	bool room = false;
	for (unsigned row = 0; row < ROWS; row++) {
		cells[row] = cell_of(table, row, client);
		room = room || count_of(table, row, cells[row]) < admission->most;
	}
	if (!room)
		return false;
	for (unsigned row = 0; row < ROWS; row++)
		atomic_fetch_add_explicit(
			&table->of_worker[admission->worker].cells[row][cells[row]], 1,
			memory_order_relaxed);
	return true;
}

void admission_leave(const struct admission *admission, struct address_network client)
{
	struct admission_table *table = admission->table;
	for (unsigned row = 0; row < ROWS; row++)
		atomic_fetch_sub_explicit(&table->of_worker[admission->worker]
						   .cells[row][cell_of(table, row, client)],
			1, memory_order_relaxed);
}
