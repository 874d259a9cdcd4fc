#include "tests/unit/unit.h"

#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "probe/oui.h"

/* Read the registry again, by the simplest means, and ask for what it says. */
#define FIELDS_MAX 4

static unsigned csv_fields(char *line, char *fields[FIELDS_MAX])
{
	unsigned count = 0;

	while (*line != '\0' && count < FIELDS_MAX) {
		bool quoted = *line == '"';
		char *to = line += quoted;

		fields[count++] = line;
		while (*line != '\0' && (quoted || *line != ',')) {
			if (quoted && *line == '"' && *++line != '"') {
				break;
			}
			*to++ = *line++;
		}
		line += *line == ',';
		*to = '\0';
	}
	return count;
}

static bool name_is_plain(const char *name)
{
	return strstr(name, "  ") == NULL && strchr(name, '\t') == NULL && name[0] != ' ' &&
	       name[0] != '\0' && name[strlen(name) - 1] != ' ' && g_str_is_ascii(name) &&
	       g_ascii_strcasecmp(name, "private") != 0 &&
	       g_ascii_strcasecmp(name, "ieee registration authority") != 0;
}

static void mac_of(const char *assignment, uint8_t ret_mac[6])
{
	char digits[13] = "fffffffffffff";

	memcpy(digits, assignment, strlen(assignment));
	for (unsigned i = 0; i < 6; i++) {
		char octet[3] = {digits[2 * i], digits[2 * i + 1], '\0'};

		ret_mac[i] = (uint8_t)strtoul(octet, NULL, 16);
	}
}

/* Assignments that stand more than once may have either name. */
static unsigned registry_check(const char *path, size_t digits)
{
	char *text = NULL;
	char **lines;
	unsigned wrong = 0;
	unsigned checked = 0;

	if (!g_file_get_contents(path, &text, NULL, NULL)) {
		return 0;
	}
	lines = g_strsplit(text, "\n", -1);
	g_free(text);
	for (unsigned i = 1; lines[i] != NULL; i++) {
		char *fields[FIELDS_MAX];
		uint8_t mac[6];

		g_strchomp(lines[i]);
		if (csv_fields(lines[i], fields) < 3 || strlen(fields[1]) != digits ||
			!name_is_plain(fields[2])) {
			continue;
		}
		mac_of(fields[1], mac);
		checked++;
		wrong += strcmp(oui_vendor(mac), fields[2]) != 0;
	}
	g_strfreev(lines);
	print_message("# %s: %u blocks, %u named otherwise\n", path, checked, wrong);
	assert_true(wrong <= 5);
	return checked;
}

static void every_block_has_the_name_of_its_registry(void **state)
{
	char *folder = g_path_get_dirname(WEIR_OUI_CSV);
	static const struct {
		const char *name;
		size_t digits;
	} siblings[] = {{"mam.csv", 7}, {"oui36.csv", 9}, {"iab.csv", 9}};

	assert_true(registry_check(WEIR_OUI_CSV, 6) > 0);
	for (size_t i = 0; i < G_N_ELEMENTS(siblings); i++) {
		char *path = g_build_filename(folder, siblings[i].name, NULL);

		(void)registry_check(path, siblings[i].digits);
		g_free(path);
	}
	g_free(folder);
}

static void blocks_of_nobody_have_no_name(void **state)
{
	static const uint8_t macs[][6] = {{0}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		{0x02, 0x00, 0x00, 0x00, 0x00, 0x01}, {0xfe, 0xff, 0xff, 0, 0, 0}};

	for (size_t i = 1; i < sizeof(macs) / sizeof(macs[0]); i++) {
		assert_string_equal(oui_vendor(macs[i]), "");
	}
	assert_string_not_equal(oui_vendor(macs[0]), ""); /* 00-00-00 is a maker's block */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_block_has_the_name_of_its_registry),
		cmocka_unit_test(blocks_of_nobody_have_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
