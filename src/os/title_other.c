/*
 * Where there is no portable way: all processes keep the program's name.
 */
#include "os/title.h"

void title_set(const char *name)
{
	(void)name;
}
