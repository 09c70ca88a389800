/*
 * The command line: flags made from the table of options, and the file that they name.
 */
#include "conf/reading.h"

#include <string.h>

#include "conf/option.h"
#include "os/fd.h"

#define FILE_MAX ((size_t)1024 * 1024)

struct flag {
	const struct option *option;
	const char *value;
};

struct command_line {
	const char *file; /* NULL for none */
	struct flag *flags;
	size_t flag_count;
	bool help;
	char **words; /* those that are neither flags nor their values; NULL after the last */
	size_t word_count;
};

static bool complain_of_unknown(const char *word)
{
	char server[OPTION_NAMES_SIZE], capsule[OPTION_NAMES_SIZE];

	option_list_names(OPTION_SERVER, true, server);
	option_list_names(OPTION_CAPSULE, true, capsule);
	return conf_complain(
		"%.64s: there is no such flag; there are: config, %s, %s", word, server, capsule);
}

/* flag = "-c" value / "--" name value / "--" name "=" value. Takes the value off the words as
 * well. */
static bool take_flag(struct command_line *line, int argc, char **argv, int *at)
{
	const char *word = argv[*at];
	const char *equals = strchr(word, '=');
	struct span name =
		equals == NULL ? span_of(word) : (struct span){word, (size_t)(equals - word)};
	bool is_file = span_equal(name, SPAN_LIT("-c")) || span_equal(name, SPAN_LIT("--config"));
	const struct option *option =
		span_starts_with(name, SPAN_LIT("--")) ? option_by_flag(span_skip(name, 2)) : NULL;

	if (!is_file && option == NULL)
		return complain_of_unknown(word);

	const char *value;

	if (equals != NULL)
		value = equals + 1;
	else if (*at + 1 < argc)
		value = argv[++*at];
	else
		return conf_complain("%s: a value must follow", word);
	if (is_file)
		line->file = value;
	else
		line->flags[line->flag_count++] = (struct flag){option, value};
	return true;
}

static bool read_command_line(int argc, char **argv, struct arena *arena, struct command_line *line)
{
	size_t most = (size_t)argc + 1;
	bool good = true, only_words = false;

	*line = (struct command_line){.flags = arena_alloc(arena, most * sizeof(*line->flags)),
		.words = arena_alloc(arena, most * sizeof(*line->words))};
	if (line->flags == NULL || line->words == NULL)
		return conf_complain("no memory left for the command line");
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (only_words || word[0] != '-' || word[1] == '\0')
			line->words[line->word_count++] = argv[i];
		else if (strcmp(word, "--") == 0)
			only_words = true;
		else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
			line->help = true;
		else
			good = take_flag(line, argc, argv, &i) && good;
	}
	line->words[line->word_count] = NULL;
	return good;
}

static bool read_file(struct reading *reading, const char *path)
{
	struct fault fault;
	struct span text;

	reading->is_whole = false;
	if (!file_read(path, FILE_MAX, reading->arena, &text, &fault))
		return conf_complain("--config: %s", fault.text);
	/* A reload would else take a file that is being written for one that wants all defaults. */
	if (text.len == 0)
		return conf_complain("--config: %s is empty: write at least a comment", path);
	return reading_take_file(reading, path, text);
}

static bool is_first_use(const struct command_line *line, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (line->flags[i].option == line->flags[index].option)
			return false;
	return true;
}

static bool take_flags(struct reading *reading, const struct command_line *line)
{
	bool good = true;

	for (size_t i = 0; i < line->flag_count; i++) {
		const struct option *option = line->flags[i].option;
		void *target = reading->conf;
		struct fault fault;

		if (option->scope == OPTION_CAPSULE)
			target = &reading->conf->capsules[0];
		if (option->type == OPTION_TEXTS && is_first_use(line, i))
			option_clear(option, target);
		if (strcmp(option->name, "listen") == 0)
			reading->listen_is_default = false;
		option_set_line(option, target, OPTION_LINE_FLAG);
		if (option_set(option, target, line->flags[i].value, reading->arena, &fault))
			continue;

		char flag[OPTION_FLAG_SIZE];

		option_spell_flag(option, flag);
		good = conf_complain("--%s: %s", flag, fault.text);
		if (option->scope == OPTION_CAPSULE)
			reading->conf->capsules[0].sound = false;
	}
	return good;
}

/* Flags describe a capsule of their own: which of a file's capsules they meant would be a guess. */
static bool check_capsule_flags(const struct reading *reading, const struct command_line *line)
{
	bool good = true;

	if (reading->conf->capsule_count == 0)
		return true;
	for (size_t i = 0; i < line->flag_count; i++)
		if (line->flags[i].option->scope == OPTION_CAPSULE && is_first_use(line, i))
			good = conf_complain("--%s: the capsules are described in %s: change it "
					     "there, or leave the file's capsules out",
				line->flags[i].option->name, reading->file);
	return good;
}

enum conf_result conf_read(
	int argc, char **argv, struct arena *arena, const struct conf **conf, char ***rest)
{
	struct command_line line;
	struct reading reading;
	bool understood = read_command_line(argc, argv, arena, &line);

	*conf = NULL;
	if (!understood)
		return CONF_USAGE;
	if (line.help)
		return CONF_HELP;
	if (!reading_begin(&reading, arena))
		return CONF_WRONG;

	bool good = line.file == NULL || read_file(&reading, line.file);

	if (!check_capsule_flags(&reading, &line))
		return CONF_USAGE;
	if (!reading_need_capsule(&reading))
		return CONF_WRONG;
	good = take_flags(&reading, &line) && good;
	good = reading_finish(&reading) && good;
	*conf = reading.conf;
	*rest = line.words;
	return good ? CONF_OK : CONF_WRONG;
}
