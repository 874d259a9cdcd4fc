#include "tests/unit/unit.h"

#include <glib.h>
#include <string.h>

#include "exporter/plan.h"
#include "exporter/profile.h"
#include "exporter/text.h"

static const char *const profile_names[] = {"basic", "biflow", "full"};

/* Where a name is in a template, from 1; 0: nowhere. */
static unsigned template_place(const struct template *t, const char *name)
{
	for (unsigned i = 0; i < t->field_count; i++) {
		char own[ELEMENT_NAME_MAX];

		element_name(t->fields[i].element, t->fields[i].reverse, own);
		if (strcmp(own, name) == 0) {
			return i + 1;
		}
	}
	return 0;
}

static bool template_has(const struct template *t, const char *name)
{
	return template_place(t, name) > 0;
}

/* What holds for every field of a template of @profile. */
static void check_fields(const struct profile *profile, const struct template *t, bool back)
{
	for (unsigned f = 0; f < t->field_count; f++) {
		const struct template_field *field = &t->fields[f];

		assert_true(!field->reverse || field->element->reversible);
		assert_true(!field->reverse || back);
		if (!profile->names) {
			assert_int_equal(field->element->enterprise, 0);
			assert_int_not_equal(field->octets, TEMPLATE_VARIABLE);
		}
	}
}

static void templates_hold_what_their_profile_promises(void **state)
{
	struct template templates[PROFILE_TEMPLATES_MAX];

	for (size_t p = 0; p < G_N_ELEMENTS(profile_names); p++) {
		const struct profile *profile = profile_by_name(profile_names[p]);

		profile_templates(profile, templates);
		for (unsigned i = 0; i < profile->template_count; i++) {
			const struct template *t = &templates[i];
			bool back = template_has(t, "reversePacketDeltaCount");

			assert_int_equal(t->id, 256 + i);
			assert_int_equal(back, !profile->uniflow && (p == 1 ? i : i / 3) % 2);
			assert_int_equal(back, template_has(t, "biflowDirection"));
			assert_false(p < 2 && template_has(t, "reverseTcpControlBits"));
			check_fields(profile, t, back);
		}
	}
}

static void what_nfdump_takes_for_the_same_ends_with_the_forward_one(void **state)
{
	static const char *const pairs[][2] = {
		{"reverseFlowStartMilliseconds", "flowStartMilliseconds"},
		{"reverseFlowEndMilliseconds", "flowEndMilliseconds"},
		{"reverseTcpControlBits", "tcpControlBits"}};
	struct template templates[PROFILE_TEMPLATES_MAX];
	unsigned found = 0;

	for (size_t p = 0; p < G_N_ELEMENTS(profile_names); p++) {
		const struct profile *profile = profile_by_name(profile_names[p]);

		profile_templates(profile, templates);
		for (unsigned i = 0; i < profile->template_count * G_N_ELEMENTS(pairs); i++) {
			const char *const *pair = pairs[i % G_N_ELEMENTS(pairs)];
			const struct template *t = &templates[i / G_N_ELEMENTS(pairs)];
			unsigned back = template_place(t, pair[0]);

			found += back > 0;
			assert_true(back == 0 || back < template_place(t, pair[1]));
		}
	}
	assert_int_equal(found, 2 * 2 + 2 * (3 + 2 + 2)); /* times; flags of TCP in the full one */
}

static void the_full_profile_has_every_member_of_the_record(void **state)
{
	struct template templates[PROFILE_TEMPLATES_MAX];

	profile_templates(profile_by_name("full"), templates);
	for (size_t i = 0; i < record_field_count; i++) {
		bool found = strcmp(record_fields[i].element, "-") == 0;

		for (unsigned t = 0; t < PROFILE_TEMPLATES_MAX; t++) {
			found = found || template_has(&templates[t], record_fields[i].element);
		}
		assert_true(found);
	}
}

static void elements_are_found_by_name_and_number(void **state)
{
	bool reverse;

	for (size_t i = 0; i < element_count; i++) {
		const struct element *e = &elements[i];

		assert_ptr_equal(element_by_id(e->enterprise, e->id), e);
		assert_ptr_equal(element_by_name(e->name, &reverse), e);
		assert_false(reverse);
	}
	assert_null(element_by_id(0, 0));
	assert_null(element_by_id(WEIR_PEN, 9));
	assert_string_equal(
		element_by_name("reverseOctetDeltaCount", &reverse)->name, "octetDeltaCount");
	assert_true(reverse);
	assert_null(element_by_name("reverseFlowId", &reverse));
	assert_null(element_by_name("reverseDeviceId", &reverse));
	assert_null(element_by_name("nothing", &reverse));
	assert_int_equal(element_type_octets(ELEMENT_IPV6_ADDRESS), 16);
	assert_int_equal(element_type_octets(ELEMENT_STRING), 0);
	assert_int_equal(element_type_octets(255), 0);
}

static void the_last_name_is_cut_between_characters(void **state)
{
	struct template templates[PROFILE_TEMPLATES_MAX];
	struct plan plan;
	struct plan_text texts[PLAN_TEXTS_MAX] = {0};

	profile_templates(profile_by_name("full"), templates);
	plan_compile(&templates[0], &plan);
	texts[0] = (struct plan_text){.at = (const uint8_t *)"ab\xc3\xa9\xc3\xa9", .octets = 6};
	assert_int_equal(text_shrink(&plan, texts, 1), 1);
	assert_int_equal(texts[0].octets, 4);
	assert_int_equal(text_shrink(&plan, texts, 2), 1);
	assert_int_equal(texts[0].octets, 2);
	assert_int_equal(text_shrink(&plan, texts, 9), 1);
	assert_int_equal(texts[0].octets, 0);
	assert_int_equal(text_shrink(&plan, texts, 9), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(templates_hold_what_their_profile_promises),
		cmocka_unit_test(what_nfdump_takes_for_the_same_ends_with_the_forward_one),
		cmocka_unit_test(the_full_profile_has_every_member_of_the_record),
		cmocka_unit_test(elements_are_found_by_name_and_number),
		cmocka_unit_test(the_last_name_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
