/*
 * The table of transitions.
 */
#include "net/state.h"

#define TO(name) (1u << CONNECTION_##name)

static const struct {
	const char *doing;
	unsigned next;
} states[] = {
#define STATE_ROW(name, doing, next) [CONNECTION_##name] = {doing, next},
	CONNECTION_STATES(STATE_ROW)
#undef STATE_ROW
};

bool connection_state_may_follow(enum connection_state from, enum connection_state to)
{
	return (states[from].next & (1u << to)) != 0;
}

const char *connection_state_doing(enum connection_state state)
{
	return states[state].doing;
}
