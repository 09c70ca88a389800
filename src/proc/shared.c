/*
 * Memory that all processes share.
 */
#include "proc/shared.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* Zeroed memory for all processes; NULL with a fault. */
static void *map_common(size_t size, struct fault *fault)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory != MAP_FAILED)
		return memory;
	fault_set(fault, "no shared memory: %s", strerror(errno));
	return NULL;
}

bool shared_prepare(struct shared *shared, struct fault *fault)
{
	*shared = (struct shared){.taken = {true}};
	struct comments_shared *comments = &shared->comments;
	void *rates = map_common(rates_size(), fault);
	comments->generation = map_common(sizeof *comments->generation, fault);
	shared->admission = admission_table_new(fault);
	shared->counters = counters_new(ADMISSION_SEATS, fault);
	if (shared->counters == NULL || rates == NULL || comments->generation == NULL ||
		shared->admission == NULL)
		return false;
	comments->rates = rates_in(rates);
	return secret_random(comments->secret, sizeof comments->secret) ||
	       fault_set(fault, "the system gives no random numbers");
}

unsigned shared_take_seat(struct shared *shared)
{
	for (unsigned seat = 1; seat < ADMISSION_SEATS; seat++)
		if (!shared->taken[seat]) {
			shared->taken[seat] = true;
			return seat;
		}
	return 0;
}

size_t shared_free_seats(const struct shared *shared)
{
	size_t count = 0;
	for (unsigned seat = 1; seat < ADMISSION_SEATS; seat++)
		count += !shared->taken[seat];
	return count;
}

void shared_leave_seat(struct shared *shared, unsigned seat)
{
	if (seat == 0)
		return;
	admission_forget(shared->admission, seat);
	counters_vacate(shared->counters, seat);
	shared->taken[seat] = false;
}

void shared_count(const struct shared *shared, enum counter counter)
{
	struct counting counting = {.counters = shared->counters, .row = 0};
	count_more(&counting, counter, 1);
}
