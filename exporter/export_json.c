#include "exporter/export_json.h"

static void set_number(json_t *out, const char *name, uint64_t value)
{
	json_object_set_new(out, name, json_integer((json_int_t)value));
}

static json_t *destination_json(const struct exporter *exporter, unsigned index)
{
	struct export_counters c;
	struct export_state state;
	json_t *out = json_object();

	exporter_counters(exporter, index, &c);
	exporter_state(exporter, index, &state);
	json_object_set_new(out, "name", json_string(exporter_destination_name(exporter, index)));
	json_object_set_new(out, "state", json_string(state.word));
	set_number(out, "records", c.records);
	set_number(out, "sent_records", c.sent_records);
	set_number(out, "sent_flow_records", c.sent_flow_records);
	set_number(out, "sent_messages", c.sent_messages);
	set_number(out, "sent_octets", c.sent_octets);
	set_number(out, "not_sent_records", c.not_sent_records);
	set_number(out, "not_sent_packets", c.not_sent_packets);
	set_number(out, "not_sent_octets", c.not_sent_octets);
	set_number(out, "withheld_records", c.withheld_records);
	set_number(out, "queued_octets", c.queued_octets);
	set_number(out, "spooled_messages", c.spooled_messages);
	set_number(out, "spooled_octets", c.spooled_octets);
	set_number(out, "spooled_since_us", (uint64_t)c.spooled_since_us);
	set_number(out, "connects", c.connects);
	set_number(out, "send_errors", c.send_errors);
	json_object_set_new(out, "last_error",
		state.last_error == NULL ? json_null() : json_string(state.last_error));
	set_number(out, "last_error_us", (uint64_t)state.last_error_us);
	return out;
}

static json_t *export_status(void *context, const json_t *params, const char **ret_fault)
{
	const struct exporter *exporter = context;
	json_t *out = json_object();
	json_t *destinations = json_array();

	if ((json_is_array(params) && json_array_size(params) > 0) ||
		(json_is_object(params) && json_object_size(params) > 0)) {
		*ret_fault = "export.status takes no parameters";
		json_decref(out);
		json_decref(destinations);
		return NULL;
	}
	for (unsigned i = 0; i < exporter_destinations(exporter); i++) {
		json_array_append_new(destinations, destination_json(exporter, i));
	}
	json_object_set_new(out, "destinations", destinations);
	return out;
}

const struct rpc_method export_methods[] = {
	{"export.status", "the state of each destination: session, queue, spool, counters",
		export_status},
};
const size_t export_method_count = sizeof(export_methods) / sizeof(export_methods[0]);
