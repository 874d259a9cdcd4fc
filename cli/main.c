#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *text;
};

static const struct command commands[] = {
	{"meter", meter_command, "meter a capture file and export its flows"},
	{"dump", dump_command, "print what an IPFIX file holds, one JSON object a line"},
	{"export", export_command, "how each destination of a running weir-export is"},
	{"status", status_command, "what a running probe sees, counts and lost"},
	{"run", run_command, "meter and export in the foreground, without any set-up"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *out)
{
	fprintf(out, "usage: weir COMMAND [OPTION...]\n\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].text);
	}
	fprintf(out, "\n'weir COMMAND --help' tells its options; weir(1) tells all.\n");
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("weir %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return 0;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(argv[1], commands[i].name) == 0) {
			return commands[i].run(argc - 1, argv + 1);
		}
	}
	fprintf(stderr, "weir: unknown command '%s' (see weir --help)\n", argv[1]);
	return EXIT_USAGE;
}
