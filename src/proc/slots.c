/*
 * Slots: back-off, and looking after who is in them.
 */
#include "proc/slots.h"

#define LONG_LIFE_MS   10000
#define FIRST_DELAY_MS 100
#define LAST_DELAY_MS  5000

static bool is_young(const struct slot *slot, int64_t now)
{
	return now - slot->started < LONG_LIFE_MS;
}

void slot_ended(struct slot *slot, int64_t now)
{
	slot->deaths = is_young(slot, now) ? slot->deaths + 1 : 1;
	if (!is_young(slot, now))
		slot->delay = 0;
	else if (slot->delay == 0)
		slot->delay = FIRST_DELAY_MS;
	else if (slot->delay < LAST_DELAY_MS)
		slot->delay = slot->delay * 2 < LAST_DELAY_MS ? slot->delay * 2 : LAST_DELAY_MS;
	slot->pid = 0;
	slot->restart_at = now + slot->delay;
}

bool slot_hangs(struct slot *slot, int64_t beat, unsigned looks_max)
{
	slot->looks = beat == slot->beat ? slot->looks + 1 : 0;
	slot->beat = beat;
	return slot->looks == looks_max;
}

int64_t slots_next_restart(const struct slot *slots, size_t count, int64_t now)
{
	int64_t next = SLOT_FOREVER;
	for (size_t i = 0; i < count; i++) {
		if (slots[i].pid != 0)
			continue;
		int64_t wait = slots[i].restart_at > now ? slots[i].restart_at - now : 0;
		if (wait < next)
			next = wait;
	}
	return next;
}

unsigned slots_deaths(const struct slot *slots, size_t count, int64_t now)
{
	unsigned most = 0;
	for (size_t i = 0; i < count; i++)
		if ((slots[i].pid == 0 || is_young(&slots[i], now)) && slots[i].deaths > most)
			most = slots[i].deaths;
	return most;
}
