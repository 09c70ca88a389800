/*
 * What each text in the configuration has to look like. For this folder alone.
 */
#ifndef KINDLING_CONF_CHECK_H
#define KINDLING_CONF_CHECK_H

#include "conf/option.h"

option_check check_listen, check_store, check_folder, check_host, check_alias, check_lang,
	check_feed, check_contact, check_media_type, check_fingerprint, check_word, check_log_to,
	check_control, check_range;

#endif
