#include <string.h>

#include "base/error.h"
#include "exporter/destination_state.h"
#include "exporter/privacy.h"

static const char *const address_words[] = {"keep", "home", "all", NULL};
static const char *const way_words[] = {"keep", "hash", "drop", NULL};
static const char *const port_words[] = {"keep", "coarse", NULL};

/* The place of @word, in the order of the enumeration that it stands for. */
static bool word_of(
	const char *option, const char *word, const char *const *words, int *ret, GError **error)
{
	g_autofree char *choice = NULL;

	if (word == NULL) {
		return true;
	}
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], word) == 0) {
			*ret = i;
			return true;
		}
	}
	choice = g_strjoinv(", ", (char **)(uintptr_t)words);
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "option %s=%s: it must be one of %s",
		option, word, choice);
	return false;
}

static bool config_of(const struct destination *d, struct privacy_config *ret, GError **error)
{
	const struct uri *uri = &d->uri;
	int addresses = PRIVACY_ADDRESSES_KEEP;
	int macs = PRIVACY_KEEP;
	int far_names = PRIVACY_KEEP;
	int ports = 0;
	/* What a device is called is between its owner and whoever the owner tells. */
	int names = d->ops->local ? PRIVACY_KEEP : PRIVACY_DROP;

	if (!word_of("addresses", uri->addresses, address_words, &addresses, error) ||
		!word_of("macs", uri->macs, way_words, &macs, error) ||
		!word_of("names", uri->names, way_words, &names, error) ||
		!word_of("far-names", uri->far_names, way_words, &far_names, error) ||
		!word_of("ports", uri->ports, port_words, &ports, error)) {
		return false;
	}
	*ret = (struct privacy_config){.only = uri->only,
		.except = uri->except,
		.key = uri->privacy_key,
		.addresses = (enum privacy_addresses)addresses,
		.macs = (enum privacy_way)macs,
		.names = (enum privacy_way)names,
		.far_names = (enum privacy_way)far_names,
		.coarse_ports = ports != 0,
		.times_s = (uint32_t)destination_option(uri->times_s, 0)};
	return true;
}

bool destination_private(struct destination *d, GError **error)
{
	struct privacy_config config;
	struct privacy_config records;
	bool good = config_of(d, &config, error);
	bool names = true;

	if (good && !privacy_is_none(&config)) {
		d->privacy = privacy_new(&config, error);
		good = d->privacy != NULL;
	}
	if (!good) {
		g_prefix_error(error, "destination '%s': ", d->name);
		return false;
	}
	/* Records without names need no look when names are all that is to go. */
	records = config;
	if (!d->ops->text && encoder_profile(d->profile, &names) && !names) {
		records.names = PRIVACY_KEEP;
		records.far_names = PRIVACY_KEEP;
	}
	d->privacy_of_records = !privacy_is_none(&records);
	return true;
}
