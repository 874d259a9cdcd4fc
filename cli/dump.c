#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "exporter/dump.h"

static void dump_help(void)
{
	printf("usage: weir dump FILE\n\n"
	       "Print every record of an IPFIX file (RFC 5655) as a collector would decode it, "
	       "one\n"
	       "JSON object a line. FILE may be - for standard input.\n");
}

int dump_command(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		dump_help();
		return 0;
	}
	if (argc == 2 && argv[1][0] == '-' && argv[1][1] != '\0') {
		fprintf(stderr, "weir dump: %s: there is no such option\n", argv[1]);
		return EXIT_USAGE;
	}
	if (argc != 2) {
		fprintf(stderr, "weir dump: needs one FILE, got %d\n", argc - 1);
		return EXIT_USAGE;
	}
	if (!dump_file(argv[1], stdout, &error)) {
		fprintf(stderr, "weir dump: %s\n", error->message);
		return EXIT_USAGE;
	}
	if (fflush(stdout) != 0) {
		fprintf(stderr, "weir dump: cannot write standard output\n");
		return 1;
	}
	return 0;
}
