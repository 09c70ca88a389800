/*
 * The words that codes are made of. Private to comments/.
 */
#ifndef KINDLING_COMMENTS_WORDS_H
#define KINDLING_COMMENTS_WORDS_H

#define WORDS_COUNT 256 /* a byte each */

extern const char *const words_of_codes[WORDS_COUNT];

#endif
