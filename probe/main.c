#include "base/daemon.h"
#include "probe/daemon.h"

static bool load(void *options, int argc, char **argv, GError **error)
{
	return probe_options_load(options, argc, argv, error);
}

static void *open_probe(const void *options, int argc, char **argv, GError **error)
{
	return probe_new(options, argc, argv, error);
}

static bool confine(void *probe, GError **error)
{
	return probe_confine(probe, error);
}

static int run(void *probe)
{
	return probe_run(probe);
}

static void close_probe(void *probe)
{
	probe_free(probe);
}

static const struct daemon_program program = {.name = "weir-probe",
	.set = &probe_option_set,
	.common = offsetof(struct probe_options, daemon),
	.load = load,
	.open = open_probe,
	.confine = confine,
	.run = run,
	.close = close_probe};

int main(int argc, char **argv)
{
	struct probe_options options;

	return daemon_main(&program, &options, argc, argv);
}
