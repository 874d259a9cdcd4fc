#include <glib.h>
#include <stdio.h>

#include "cli/commands.h"
#include "exporter/dump.h"

int dump_command(int argc, char **argv)
{
	g_autoptr(GOptionContext) options = g_option_context_new("FILE");
	g_autoptr(GError) error = NULL;

	g_option_context_set_summary(options,
		"Print every record of an IPFIX file (RFC 5655) as a collector would decode it:\n"
		"one JSON object a line. FILE may be - for standard input.");
	if (!g_option_context_parse(options, &argc, &argv, &error)) {
		fprintf(stderr, "weir dump: %s\n", error->message);
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
