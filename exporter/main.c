#include <malloc.h>

#include "base/daemon.h"
#include "exporter/daemon.h"

static bool load(void *options, int argc, char **argv, GError **error)
{
	return export_options_load(options, argc, argv, error);
}

static void *open_daemon(const void *options, int argc, char **argv, GError **error)
{
	return export_daemon_new(options, argc, argv, error);
}

static bool confine(void *daemon, GError **error)
{
	return export_daemon_confine(daemon, error);
}

static int run(void *daemon)
{
	return export_daemon_run(daemon);
}

static void close_daemon(void *daemon)
{
	export_daemon_free(daemon);
}

static const struct daemon_program program = {.name = "weir-export",
	.set = &export_option_set,
	.common = offsetof(struct export_options, daemon),
	.load = load,
	.open = open_daemon,
	.confine = confine,
	.run = run,
	.close = close_daemon};

int main(int argc, char **argv)
{
	struct export_options options;

#ifdef M_ARENA_MAX
	(void)mallopt(M_ARENA_MAX, 1); /* threads only look names up: one arena is enough */
#endif
	return daemon_main(&program, &options, argc, argv);
}
