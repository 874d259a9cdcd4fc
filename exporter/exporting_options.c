#include "exporter/exporting_options.h"

#include <string.h>

#include "exporter/export.h"

#define AT(member) offsetof(struct exporting_options, member)

static const struct option_spec exporting_option_specs[] = {
	{.name = "output",
		.key = "destinations",
		.letter = 'o',
		.kind = OPTION_LIST,
		.offset = AT(destinations),
		.argument = "DEST",
		.text = "where to: file:PATH, json:PATH, or udp:, tcp:, dtls:, tls:HOST:PORT; "
			"may be repeated"},
	{.name = "profile",
		.key = "profile",
		.letter = 'p',
		.kind = OPTION_TEXT,
		.offset = AT(profile),
		.argument = "P",
		.text = "basic, biflow (default) or full"},
	{.name = "reports",
		.key = "reports",
		.kind = OPTION_TEXT,
		.offset = AT(reports),
		.argument = "LIST",
		.text = "options records to send, with intervals: default, all, none, "
			"metering[:S], exporting[:S], keys, types, interfaces[:S], devices[:S], "
			"addresses[:S], selections[:S], selected[:S], -KIND"},
	{.name = "domain",
		.key = "observation-domain",
		.letter = 'd',
		.kind = OPTION_NUMBER,
		.offset = AT(domain),
		.min = 0,
		.max = UINT32_MAX,
		.argument = "N",
		.text = "observation domain (default 1)"},
	{.name = "export-mode",
		.key = "export-mode",
		.kind = OPTION_WORD,
		.offset = AT(mode),
		.words = export_mode_words,
		.argument = "MODE",
		.text = "parallel (default), load-balancing or fallback"},
	{.name = "drain",
		.key = "drain-s",
		.kind = OPTION_SECONDS,
		.offset = AT(drain_ms),
		.min = 1,
		.max = EXPORTING_DRAIN_MAX_MS,
		.argument = "S",
		.text = "at the end wait so long for what is not sent (default 5)"},
};

const struct option_table exporting_option_table = {
	exporting_option_specs, G_N_ELEMENTS(exporting_option_specs)};

void exporting_options_init(struct exporting_options *options)
{
	memset(options, 0, sizeof(*options));
	options->domain = 1;
	options->drain_ms = EXPORTING_DRAIN_MS;
}

bool exporting_options_standard_output(const char *destination)
{
	const char *colon = strchr(destination, ':');

	return colon != NULL && colon[1] == '-' && (colon[2] == '\0' || colon[2] == '?');
}
