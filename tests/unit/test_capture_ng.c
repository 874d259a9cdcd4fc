#include "tests/unit/unit.h"

#include <string.h>

#include "probe/capture.h"
#include "tests/unit/capture_image.h"

#define SMALL 64

static void sections_have_their_own_byte_order_and_interfaces(void **state)
{
	struct image image = image_new(false);
	struct seen *seen;

	image_section(&image);
	image_interface(&image, 1, 0);
	image_interface(&image, 101, 0);
	image_enhanced(&image, 1, 1, 60);
	image_enhanced(&image, 0, 2, 61);
	image.big_endian = true;
	image_section(&image);
	image_interface(&image, 113, 0);
	image_enhanced(&image, 0, UINT64_C(0x100000003), 62);
	seen = image_read(&image, SMALL);
	assert_int_equal(seen->result, SOURCE_END);
	assert_int_equal(seen->count, 3);
	assert_int_equal(seen->source->interface_count, 3);
	assert_int_equal(seen->source->interfaces[2].index, 3);
	assert_int_equal(seen->source->interfaces[2].link_type, 113);
	assert_int_equal(seen->packets[0].packet.link_type, 101);
	assert_int_equal(seen->packets[0].packet.interface, 1);
	assert_int_equal(seen->packets[0].packet.time_ns, 1000);
	assert_int_equal(seen->packets[1].packet.link_type, 1);
	assert_int_equal(seen->packets[1].packet.interface, 0);
	assert_int_equal(seen->packets[2].packet.link_type, 113);
	assert_int_equal(seen->packets[2].packet.interface, 2);
	assert_int_equal(seen->packets[2].packet.time_ns, INT64_C(0x100000003) * 1000);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(seen->packets[i].packet.captured, 60 + i);
		assert_int_equal(seen->packets[i].packet.wire, 64 + i);
		assert_int_equal(seen->packets[i].first, i + 1);
		assert_true(seen->packets[i].pattern);
	}
	seen_free(seen);
	image_free(&image);
}

static void interface_options_are_read(bool big_endian)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
	static const uint8_t nanos = 9;
	struct image image = image_new(big_endian);
	struct image offset = image_new(big_endian);
	struct seen *seen;
	size_t begin;

	image_u64(&offset, 1000);
	image_section(&image);
	begin = image_block_begin(&image, 1);
	image_u16(&image, 1);
	image_u16(&image, 0);
	image_u32(&image, 0);
	image_option(&image, 3, "a comment", 9);
	image_option(&image, 2, "eth0\n", 5);
	image_option(&image, 6, mac, 6);
	image_option(&image, 9, &nanos, 1);
	image_option(&image, 14, offset.octets->data, 8);
	image_option(&image, 0, NULL, 0);
	image_option(&image, 9, "\0", 1); /* behind the end of options */
	image_block_end(&image, begin);
	image_enhanced(&image, 0, 5, 14);
	seen = image_read(&image, SMALL);
	assert_int_equal(seen->count, 1);
	assert_int_equal(seen->packets[0].packet.time_ns, INT64_C(1000000000005));
	assert_string_equal(seen->source->interfaces[0].name, "eth0?");
	assert_memory_equal(seen->source->interfaces[0].mac, mac, 6);
	seen_free(seen);
	image_free(&offset);
	image_free(&image);
}

static void interface_options_give_name_mac_and_clock(void **state)
{
	interface_options_are_read(false);
	interface_options_are_read(true);
}

static void an_option_that_leaves_its_block_is_not_read(void **state)
{
	struct image image = image_new(false);
	struct seen *seen;
	size_t begin;

	image_section(&image);
	begin = image_block_begin(&image, 1);
	image_u16(&image, 1);
	image_u16(&image, 0);
	image_u32(&image, 0);
	image_u16(&image, 9);
	image_u16(&image, 5); /* 4 are there */
	image_u32(&image, 0);
	image_block_end(&image, begin);
	image_enhanced(&image, 0, 5, 14);
	seen = image_read(&image, SMALL);
	assert_int_equal(seen->result, SOURCE_END);
	assert_int_equal(seen->packets[0].packet.time_ns, 5000);
	seen_free(seen);
	image_free(&image);
}

static void names_are_cut_to_valid_text(void **state)
{
	struct image image = image_new(false);
	char name[80];
	struct source *source;
	struct seen *seen;
	size_t begin;

	memset(name, 'x', sizeof(name));
	memcpy(name + 62, "\xc3\xa4", 2); /* one character on the 63rd and 64th place */
	image_section(&image);
	begin = image_block_begin(&image, 1);
	image_u16(&image, 1);
	image_u16(&image, 0);
	image_u32(&image, 0);
	image_option(&image, 2, name, sizeof(name));
	image_block_end(&image, begin);
	seen = image_read(&image, SMALL);
	source = seen->source;
	assert_int_equal(seen->result, SOURCE_END);
	assert_int_equal(strlen(source->interfaces[0].name), 62);
	seen_free(seen);
	image_free(&image);
}

static void simple_packets_have_no_time_and_the_first_interface(void **state)
{
	static const struct {
		uint32_t snap;
		uint32_t wire;
		uint32_t octets; /* in the block */
		uint32_t captured;
	} cases[] = {{0, 60, 60, 60}, {40, 60, 40, 40}, {0, 1500, 80, 80}, {100, 90, 92, 90},
		{0, 0, 0, 0}};

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct image image = image_new(i % 2 == 1);
		struct seen *seen;
		size_t begin;

		image_section(&image);
		begin = image_block_begin(&image, 3); /* before any interface: skipped */
		image_u32(&image, 4);
		image_pattern(&image, 0, 4);
		image_block_end(&image, begin);
		image_interface(&image, 101, cases[i].snap);
		image_interface(&image, 1, 7);
		begin = image_block_begin(&image, 3);
		image_u32(&image, cases[i].wire);
		image_pattern(&image, 3, cases[i].octets);
		image_block_end(&image, begin);
		seen = image_read(&image, SMALL);
		assert_int_equal(seen->result, SOURCE_END);
		assert_int_equal(seen->count, 1);
		assert_int_equal(seen->packets[0].packet.captured, cases[i].captured);
		assert_int_equal(seen->packets[0].packet.wire, cases[i].wire);
		assert_int_equal(seen->packets[0].packet.time_ns, 0);
		assert_int_equal(seen->packets[0].packet.link_type, 101);
		assert_true(seen->packets[0].pattern);
		seen_free(seen);
		image_free(&image);
	}
}

static void obsolete_packets_number_their_interface_in_16_bits(void **state)
{
	for (unsigned big = 0; big < 2; big++) {
		struct image image = image_new(big == 1);
		struct seen *seen;
		size_t begin;

		image_section(&image);
		image_interface(&image, 101, 0);
		image_interface(&image, 1, 0);
		begin = image_block_begin(&image, 2);
		image_u16(&image, 1);
		image_u16(&image, 999); /* drops */
		image_u32(&image, 1);
		image_u32(&image, 2);
		image_u32(&image, 21);
		image_u32(&image, 40);
		image_pattern(&image, 9, 21);
		image_block_end(&image, begin);
		seen = image_read(&image, SMALL);
		assert_int_equal(seen->result, SOURCE_END);
		assert_int_equal(seen->count, 1);
		assert_int_equal(seen->packets[0].packet.captured, 21);
		assert_int_equal(seen->packets[0].packet.wire, 40);
		assert_int_equal(seen->packets[0].packet.interface, 1);
		assert_int_equal(seen->packets[0].packet.time_ns, INT64_C(0x100000002) * 1000);
		assert_true(seen->packets[0].pattern);
		seen_free(seen);
		image_free(&image);
	}
}

static void other_blocks_are_skipped_whatever_their_size(void **state)
{
	static const size_t sizes[] = {0, 4, 52, 56, 64, 1000, 500000};
	struct image image = image_new(false);
	struct seen *seen;

	image_section(&image);
	image_interface(&image, 1, 0);
	for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
		size_t begin = image_block_begin(&image, 0x40000bad);

		image_pattern(&image, 0, sizes[i]);
		image_block_end(&image, begin);
		image_enhanced(&image, 0, i, 20);
	}
	/* Known types with bodies too short to be one. */
	image_block_end(&image, image_block_begin(&image, 1));
	image_block_end(&image, image_block_begin(&image, 3));
	image_block_end(&image, image_block_begin(&image, 6));
	seen = image_read(&image, SMALL);
	assert_int_equal(seen->result, SOURCE_END);
	assert_int_equal(seen->count, G_N_ELEMENTS(sizes));
	for (unsigned i = 0; i < seen->count; i++) {
		assert_int_equal(seen->packets[i].packet.time_ns, i * 1000);
		assert_true(seen->packets[i].pattern);
	}
	assert_int_equal(((struct capture_file *)seen->source)->buffer.size, SMALL);
	seen_free(seen);
	image_free(&image);
}

static void a_skipped_block_needs_two_equal_lengths_and_its_end(void **state)
{
	struct image image = image_new(false);
	struct seen *seen;
	size_t begin;

	image_section(&image);
	image_interface(&image, 1, 0);
	begin = image_block_begin(&image, 0x40000bad);
	image_pattern(&image, 0, 1000);
	image_block_end(&image, begin);
	for (size_t cut = begin + 1; cut < image.octets->len; cut++) {
		seen = image_read_cut(&image, SMALL, cut);
		assert_int_equal(seen->result, SOURCE_FAULT);
		seen_free(seen);
	}
	seen = image_read_cut(&image, SMALL, image.octets->len - 1);
	assert_string_equal(seen->source->fault,
		"record of 1012 octets at offset 48: the file ends after 1011 of them");
	seen_free(seen);
	image.octets->data[image.octets->len - 4] ^= 1;
	image_enhanced(&image, 0, 1, 20);
	seen = image_read(&image, SMALL);
	assert_int_equal(seen->result, SOURCE_FAULT);
	assert_int_equal(seen->count, 0);
	assert_string_equal(
		seen->source->fault, "block of 1012 octets at offset 48: its two lengths differ");
	seen_free(seen);
	image_free(&image);
}

static void packets_larger_than_the_buffer_are_read(void **state)
{
	struct image image = image_new(true);
	struct seen *seen;

	image_section(&image);
	image_interface(&image, 1, 0);
	image_enhanced(&image, 0, 1, 3000001);
	image_enhanced(&image, 0, 2, 1);
	seen = image_read(&image, SMALL);
	assert_int_equal(seen->result, SOURCE_END);
	assert_int_equal(seen->count, 2);
	assert_true(seen->packets[0].pattern);
	assert_int_equal(seen->packets[0].packet.captured, 3000001);
	assert_int_equal(seen->packets[1].packet.captured, 1);
	seen_free(seen);
	image_free(&image);
}

static void a_file_cut_anywhere_gives_all_blocks_before_the_cut(void **state)
{
	struct image image = image_new(false);
	size_t ends[4];

	image_section(&image);
	image_interface(&image, 1, 0);
	for (unsigned i = 0; i < 4; i++) {
		image_enhanced(&image, 0, i, 10 + 9 * i);
		ends[i] = image.octets->len;
	}
	for (size_t cut = 4; cut < image.octets->len; cut++) {
		struct seen *seen = image_read_cut(&image, SMALL, cut);
		unsigned whole = 0;

		while (whole < 4 && ends[whole] <= cut) {
			whole++;
		}
		assert_int_equal(seen->count, whole);
		if (cut == 28 || cut == 48 || (whole > 0 && cut == ends[whole - 1])) {
			assert_int_equal(seen->result, SOURCE_END);
		} else {
			assert_int_equal(seen->result, SOURCE_FAULT);
			assert_non_null(strstr(seen->source->fault, "the file ends after"));
		}
		seen_free(seen);
	}
	image_free(&image);
}

/* Two sound packets, then a third one in which @change is or-ed into the octet at @at of its block. */
static void check_damage(size_t at, uint8_t change, const char *reason)
{
	struct image image = image_new(false);
	struct seen *seen;
	size_t begin;

	image_section(&image);
	image_interface(&image, 1, 0);
	image_enhanced(&image, 0, 1, 20);
	image_enhanced(&image, 0, 2, 20);
	begin = image.octets->len;
	image_enhanced(&image, 0, 3, 20);
	image.octets->data[begin + at] |= change;
	image_enhanced(&image, 0, 4, 20);
	seen = image_read(&image, SMALL);
	assert_int_equal(seen->result, SOURCE_FAULT);
	assert_int_equal(seen->count, 2);
	if (strstr(seen->source->fault, reason) == NULL) {
		print_message("%s\n", seen->source->fault);
		fail();
	}
	seen_free(seen);
	image_free(&image);
}

static void damaged_blocks_end_the_reading_with_a_reason(void **state)
{
	check_damage(4, 0x01, "block of 53 octets at offset 152: no block has this length");
	check_damage(4, 0x80, "the file ends after");
	check_damage(7, 0x80, "longer than a packet can be");
	check_damage(48, 0x01, "block of 52 octets at offset 152: its two lengths differ");
	check_damage(8, 0x01, "its interface is not described");
	check_damage(11, 0x80, "its interface is not described");
	check_damage(20, 0x08, "its packet is longer than the block");
	check_damage(23, 0xff, "its packet is longer than the block");
}

static void a_block_of_no_length_ends_the_reading(void **state)
{
	struct image image = image_new(false);
	struct seen *seen;

	image_section(&image);
	image_u32(&image, 5);
	image_u32(&image, 0);
	image_u32(&image, 0);
	seen = image_read(&image, SMALL);
	assert_int_equal(seen->result, SOURCE_FAULT);
	seen_free(seen);
	image_free(&image);
}

static void sections_of_unknown_order_or_version_end_the_reading(void **state)
{
	struct image image = image_new(false);
	struct seen *seen;

	image_section(&image);
	image_interface(&image, 1, 0);
	image_enhanced(&image, 0, 1, 20);
	image_section(&image);
	image.octets->data[image.octets->len - 28 + 8] = 0;
	seen = image_read(&image, SMALL);
	assert_int_equal(seen->count, 1);
	assert_int_equal(seen->result, SOURCE_FAULT);
	assert_string_equal(
		seen->source->fault, "section header at offset 100: its byte-order magic is none");
	seen_free(seen);
	image.octets->data[image.octets->len - 28 + 8] = 0x4d;
	image.octets->data[image.octets->len - 28 + 14] = 1;
	seen = image_read(&image, SMALL);
	assert_int_equal(seen->result, SOURCE_FAULT);
	assert_string_equal(seen->source->fault,
		"section header at offset 100: pcapng version 1.1 is neither 1.0 nor 1.2");
	seen_free(seen);
	image.octets->data[image.octets->len - 28 + 14] = 2;
	seen = image_read(&image, SMALL);
	assert_int_equal(seen->result, SOURCE_END);
	seen_free(seen);
	image_free(&image);
}

static void interfaces_of_an_earlier_section_are_gone(void **state)
{
	struct image image = image_new(false);
	struct seen *seen;

	image_section(&image);
	image_interface(&image, 1, 0);
	image_section(&image);
	image_enhanced(&image, 0, 1, 20);
	seen = image_read(&image, SMALL);
	assert_int_equal(seen->result, SOURCE_FAULT);
	assert_int_equal(seen->count, 0);
	seen_free(seen);
	image_free(&image);
}

static void interfaces_are_bounded(void **state)
{
	struct image image = image_new(false);
	struct seen *seen;

	image_section(&image);
	for (unsigned i = 0; i < CAPTURE_INTERFACES_MAX; i++) {
		image_interface(&image, (uint16_t)(i % 3), 0);
	}
	image_enhanced(&image, CAPTURE_INTERFACES_MAX - 1, 1, 20);
	seen = image_read(&image, 65536);
	assert_int_equal(seen->result, SOURCE_END);
	assert_int_equal(seen->packets[0].packet.interface, CAPTURE_INTERFACES_MAX - 1);
	seen_free(seen);
	image_interface(&image, 1, 0);
	seen = image_read(&image, 65536);
	assert_int_equal(seen->result, SOURCE_FAULT);
	assert_int_equal(seen->count, 1);
	assert_non_null(strstr(seen->source->fault, "more than 65536 in a file"));
	seen_free(seen);
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_have_their_own_byte_order_and_interfaces),
		cmocka_unit_test(interface_options_give_name_mac_and_clock),
		cmocka_unit_test(an_option_that_leaves_its_block_is_not_read),
		cmocka_unit_test(names_are_cut_to_valid_text),
		cmocka_unit_test(simple_packets_have_no_time_and_the_first_interface),
		cmocka_unit_test(obsolete_packets_number_their_interface_in_16_bits),
		cmocka_unit_test(other_blocks_are_skipped_whatever_their_size),
		cmocka_unit_test(a_skipped_block_needs_two_equal_lengths_and_its_end),
		cmocka_unit_test(packets_larger_than_the_buffer_are_read),
		cmocka_unit_test(a_file_cut_anywhere_gives_all_blocks_before_the_cut),
		cmocka_unit_test(damaged_blocks_end_the_reading_with_a_reason),
		cmocka_unit_test(a_block_of_no_length_ends_the_reading),
		cmocka_unit_test(sections_of_unknown_order_or_version_end_the_reading),
		cmocka_unit_test(interfaces_of_an_earlier_section_are_gone),
		cmocka_unit_test(interfaces_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
