/*
 * The first bytes of a file.
 */
#include "site/bytes.h"

#include <errno.h>
#include <unistd.h>

bool bytes_read(int fd, off_t size, size_t max, struct arena *arena, struct span *bytes)
{
	size_t wanted = (uintmax_t)size > max ? max : (size_t)size, got = 0;
	char *memory = arena_alloc(arena, wanted + 1);
	while (memory != NULL && got < wanted) {
		ssize_t count = pread(fd, memory + got, wanted - got, (off_t)got);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return false;
		if (count == 0)
			break;
		got += (size_t)count;
	}
	*bytes = (struct span){memory, got};
	return memory != NULL;
}
