#include "tests/unit/unit.h"

#include <net/if.h>
#include <unistd.h>

#include "base/error.h"
#include "probe/link_loss.h"
#include "probe/source.h"

static void check_usage(const struct source_live_config *config, const char *message)
{
	GError *error = NULL;

	assert_null(source_live_new(config, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_USAGE));
	assert_string_equal(error->message, message);
	g_error_free(error);
}

static void settings_out_of_bounds_are_refused(void **state)
{
	check_usage(&(struct source_live_config){.interface = ""},
		"interface '': a name has 1 to 15 octets");
	check_usage(&(struct source_live_config){.interface = "sixteen-letters-"},
		"interface 'sixteen-letters-': a name has 1 to 15 octets");
	check_usage(&(struct source_live_config){.interface = "lo", .snap_octets = 262145},
		"interface lo: snap length 262145: 262144 octets at most");
	check_usage(&(struct source_live_config){.interface = "lo", .ring_octets = 1073741825},
		"interface lo: ring of 1073741825 octets: 1073741824 at most");
}

static void without_the_right_to_capture_the_error_names_it(void **state)
{
	struct source_live_config config = {.interface = "lo"};
	bool root = geteuid() == 0;
	GError *error = NULL;

	if (root && seteuid(65534) != 0) {
		print_message("no other user to be here\n");
		return;
	}
	assert_null(source_live_new(&config, &error));
	assert_true(!root || seteuid(0) == 0);
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_IO));
	assert_string_equal(
		error->message, "interface lo: capturing needs the capability CAP_NET_RAW");
	g_error_free(error);
}

static void loss_can_be_asked_of_what_exists(void **state)
{
	struct link_loss loss = link_loss_open(if_nametoindex("lo"));
	uint64_t packets = UINT64_MAX;

	assert_true(link_loss_read(&loss, &packets));
	assert_int_equal(packets, 0);
	assert_true(link_loss_read(&loss, &packets));
	link_loss_close(&loss);
	assert_false(link_loss_read(&loss, &packets));
	loss = link_loss_open(0);
	assert_false(link_loss_read(&loss, &packets));
	link_loss_close(&loss);
	loss = link_loss_open(0x7fffffff);
	assert_false(link_loss_read(&loss, &packets));
	link_loss_close(&loss);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_out_of_bounds_are_refused),
		cmocka_unit_test(without_the_right_to_capture_the_error_names_it),
		cmocka_unit_test(loss_can_be_asked_of_what_exists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
