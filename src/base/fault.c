/*
 * Fault texts.
 */
#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>

bool fault_set(struct fault *fault, const char *format, ...)
{
	if (fault == NULL)
		return false;
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(fault->text, sizeof fault->text, format, arguments);
	va_end(arguments);
	return false;
}
