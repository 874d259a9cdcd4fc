#include "cli/export.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <time.h>

static uint64_t number(const json_t *row, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(row, name));
}

static void print_age(FILE *out, uint64_t since_us)
{
	int64_t age_s = time(NULL) - (int64_t)(since_us / 1000000);

	fprintf(out, ", the oldest since %" PRId64 " s", age_s > 0 ? age_s : 0);
}

static void print_destination(FILE *out, const json_t *row)
{
	const char *error = json_string_value(json_object_get(row, "last_error"));
	uint64_t since_us = number(row, "spooled_since_us");

	fprintf(out, "%s\n  %s, %" PRIu64 " sessions; queue %" PRIu64 " octets\n",
		json_string_value(json_object_get(row, "name")),
		json_string_value(json_object_get(row, "state")), number(row, "connects"),
		number(row, "queued_octets"));
	fprintf(out, "  sent %" PRIu64 " records in %" PRIu64 " messages of %" PRIu64 " octets\n",
		number(row, "sent_records"), number(row, "sent_messages"),
		number(row, "sent_octets"));
	fprintf(out,
		"  not sent %" PRIu64 " records of %" PRIu64 " packets, withheld %" PRIu64
		" records\n",
		number(row, "not_sent_records"), number(row, "not_sent_packets"),
		number(row, "withheld_records"));
	if (number(row, "spooled_octets") > 0) {
		fprintf(out, "  spool: %" PRIu64 " messages, %" PRIu64 " octets",
			number(row, "spooled_messages"), number(row, "spooled_octets"));
		if (since_us > 0) {
			print_age(out, since_us);
		}
		fprintf(out, "\n");
	}
	if (error != NULL) {
		fprintf(out, "  last error: %s\n", error);
	}
}

bool export_print(const char *answer, bool json, FILE *out)
{
	json_t *response = json_loads(answer, 0, NULL);
	const json_t *result = json_object_get(response, "result");
	const json_t *destinations = json_object_get(result, "destinations");
	bool good = json_is_array(destinations);

	if (!good) {
		const json_t *error = json_object_get(response, "error");
		const char *message = json_string_value(json_object_get(error, "message"));

		fprintf(stderr, "weir export: weir-export answered: %s\n",
			message != NULL ? message : "no status");
	} else if (json) {
		(void)json_dumpf(result, out, JSON_COMPACT);
		fprintf(out, "\n");
	} else {
		for (size_t i = 0; i < json_array_size(destinations); i++) {
			print_destination(out, json_array_get(destinations, i));
		}
	}
	json_decref(response);
	return good;
}
