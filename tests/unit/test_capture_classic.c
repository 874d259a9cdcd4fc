#include "tests/unit/unit.h"

#include <string.h>

#include "base/error.h"
#include "probe/capture.h"
#include "tests/unit/capture_image.h"

#define SMALL 64 /* a buffer that records straddle and outgrow */

struct form {
	uint32_t magic;
	bool big_endian;
	bool modified;
	int64_t unit_ns;
};

static const struct form forms[] = {
	{0xa1b2c3d4, false, false, 1000},
	{0xa1b2c3d4, true, false, 1000},
	{0xa1b23c4d, false, false, 1},
	{0xa1b23c4d, true, false, 1},
	{0xa1b2cd34, false, true, 1000},
	{0xa1b2cd34, true, true, 1000},
};

static struct image form_image(const struct form *form, unsigned count)
{
	struct image image = image_new(form->big_endian);

	image_pcap_header(&image, form->magic, 1);
	for (unsigned i = 0; i < count; i++) {
		uint32_t captured = 14 + i % 90;

		image_u32(&image, 1700000000 + i);
		image_u32(&image, i);
		image_u32(&image, captured);
		image_u32(&image, captured + 1000);
		if (form->modified) {
			image_u32(&image, 7); /* interface */
			image_u16(&image, 0x0800);
			image_u16(&image, 0);
		}
		image_pattern(&image, (uint8_t)i, captured);
	}
	return image;
}

static void every_form_is_read_in_both_byte_orders(void **state)
{
	for (unsigned f = 0; f < G_N_ELEMENTS(forms); f++) {
		struct image image = form_image(&forms[f], 200);
		struct seen *seen = image_read(&image, SMALL);

		assert_int_equal(seen->result, SOURCE_END);
		assert_int_equal(seen->count, 200);
		assert_int_equal(seen->counters.packets, 200);
		assert_int_equal(seen->counters.position, image.octets->len);
		assert_int_equal(seen->counters.size, image.octets->len);
		for (unsigned i = 0; i < 200; i++) {
			const struct seen_packet *p = &seen->packets[i];

			assert_true(p->pattern);
			assert_int_equal(p->first, i & 0xff);
			assert_int_equal(p->packet.captured, 14 + i % 90);
			assert_int_equal(p->packet.wire, 1014 + i % 90);
			assert_int_equal(p->packet.time_ns,
				(1700000000 + (int64_t)i) * 1000000000 + i * forms[f].unit_ns);
			assert_int_equal(p->packet.link_type, 1);
			assert_int_equal(p->packet.interface, 0);
		}
		seen_free(seen);
		image_free(&image);
	}
}

static void a_file_cut_anywhere_gives_all_records_before_the_cut(void **state)
{
	for (unsigned f = 0; f < G_N_ELEMENTS(forms); f += 4) {
		struct image image = form_image(&forms[f], 5);
		size_t header = forms[f].modified ? 24 : 16;
		size_t end = 24;

		for (size_t cut = 24; cut < image.octets->len; cut++) {
			unsigned whole = 0;
			struct seen *seen = image_read_cut(&image, SMALL, cut);

			end = 24;
			while (end + header + 14 + whole <= cut) {
				end += header + 14 + whole;
				whole++;
			}
			assert_int_equal(seen->count, whole);
			assert_int_equal(seen->result, cut == end ? SOURCE_END : SOURCE_FAULT);
			assert_true((cut == end) == (seen->source->fault[0] == '\0'));
			seen_free(seen);
		}
		image_free(&image);
	}
}

static void a_cut_is_told_with_its_place_and_size(void **state)
{
	struct image image = form_image(&forms[0], 2);
	struct seen *seen = image_read_cut(&image, SMALL, image.octets->len - 3);

	assert_string_equal(seen->source->fault,
		"record of 31 octets at offset 54: the file ends after 28 of them");
	/* And so it stays. */
	assert_int_equal(source_dispatch(seen->source, NULL, NULL), SOURCE_FAULT);
	seen_free(seen);
	seen = image_read_cut(&image, SMALL, 24 + 30 + 7);
	assert_string_equal(seen->source->fault,
		"record header at offset 54: the file ends after 7 of its 16 octets");
	seen_free(seen);
	image_free(&image);
}

static void a_header_alone_has_no_packets_and_no_fault(void **state)
{
	struct image image = form_image(&forms[3], 0);
	struct seen *seen = image_read(&image, SMALL);

	assert_int_equal(seen->result, SOURCE_END);
	assert_int_equal(seen->count, 0);
	assert_string_equal(seen->source->fault, "");
	assert_int_equal(seen->source->interface_count, 1);
	assert_int_equal(seen->source->interfaces[0].index, 1);
	assert_int_equal(seen->source->interfaces[0].link_type, 1);
	assert_int_equal(source_dispatch(seen->source, NULL, NULL), SOURCE_END);
	seen_free(seen);
	image_free(&image);
}

static void a_record_longer_than_any_packet_ends_the_reading(void **state)
{
	struct image image = form_image(&forms[0], 3);
	size_t at = image.octets->len;
	struct seen *seen;

	image_u32(&image, 0);
	image_u32(&image, 0);
	image_u32(&image, CAPTURE_PACKET_MAX + 1);
	image_u32(&image, 60);
	image_pattern(&image, 0, 100);
	seen = image_read(&image, SMALL);
	assert_int_equal(seen->count, 3);
	assert_int_equal(seen->result, SOURCE_FAULT);
	assert_int_equal(at, 24 + 3 * 16 + 14 + 15 + 16);
	assert_string_equal(seen->source->fault,
		"record of 67108865 octets at offset 117: no packet is longer than 67108864");
	seen_free(seen);
	image_free(&image);
}

static void records_larger_than_the_buffer_are_read(void **state)
{
	struct image image = image_new(false);
	struct seen *seen;

	image_pcap_header(&image, 0xa1b2c3d4, 101);
	image_pcap_record(&image, 1, 1, 10);
	image_pcap_record(&image, 1, 2, 5000000);
	image_pcap_record(&image, 1, 3, 0);
	image_pcap_record(&image, 1, 4, 70000);
	seen = image_read(&image, SMALL);
	assert_int_equal(seen->result, SOURCE_END);
	assert_int_equal(seen->count, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(seen->packets[i].pattern);
	}
	assert_int_equal(seen->packets[1].packet.captured, 5000000);
	assert_int_equal(seen->packets[2].packet.captured, 0);
	assert_int_equal(seen->packets[2].packet.wire, 4);
	assert_int_equal(seen->packets[3].packet.captured, 70000);
	assert_int_equal(seen->counters.octets, 5070010);
	seen_free(seen);
	image_free(&image);
}

static void a_claimed_length_alone_takes_no_memory(void **state)
{
	struct image image = form_image(&forms[0], 1);
	struct seen *seen;

	image_u32(&image, 0);
	image_u32(&image, 0);
	image_u32(&image, CAPTURE_PACKET_MAX);
	image_u32(&image, 60);
	image_pattern(&image, 0, 1000);
	seen = image_read(&image, SMALL);
	assert_int_equal(seen->result, SOURCE_FAULT);
	assert_int_equal(seen->count, 1);
	assert_in_range(((struct capture_file *)seen->source)->buffer.size, SMALL, 4096);
	seen_free(seen);
	image_free(&image);
}

static void bits_above_the_link_type_do_not_matter(void **state)
{
	struct image image = image_new(false);
	struct source *source;

	image_pcap_header(&image, 0xa1b2c3d4, 0xfc000000 | 113);
	source = image_open(&image, SMALL, 24, NULL);
	assert_non_null(source);
	assert_int_equal(source->interfaces[0].link_type, 113);
	source_free(source);
	image_free(&image);
}

static void a_link_type_without_room_is_no_other_link_type(void **state)
{
	struct image image = image_new(true);
	struct source *source;

	image_pcap_header(&image, 0xa1b2c3d4, 0x10001);
	source = image_open(&image, SMALL, 24, NULL);
	assert_non_null(source);
	assert_int_equal(source->interfaces[0].link_type, 0xffff);
	source_free(source);
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_is_read_in_both_byte_orders),
		cmocka_unit_test(a_file_cut_anywhere_gives_all_records_before_the_cut),
		cmocka_unit_test(a_cut_is_told_with_its_place_and_size),
		cmocka_unit_test(a_header_alone_has_no_packets_and_no_fault),
		cmocka_unit_test(a_record_longer_than_any_packet_ends_the_reading),
		cmocka_unit_test(records_larger_than_the_buffer_are_read),
		cmocka_unit_test(a_claimed_length_alone_takes_no_memory),
		cmocka_unit_test(bits_above_the_link_type_do_not_matter),
		cmocka_unit_test(a_link_type_without_room_is_no_other_link_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
