#include "cli/stats_json.h"

#include <jansson.h>

#include "probe/selector.h"

static json_t *count(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static void stats_meter(const struct meter *meter, json_t *out)
{
	static const char *const kinds[METER_MALFORMED_KINDS] = {
		"cut_l2", "bad_version", "bad_ihl", "bad_length", "ip_truncated"};
	static const char *const reasons[] = {
		NULL, "idle", "active", "detected", "forced", "resources"};
	struct meter_counters c;
	json_t *malformed = json_object();
	json_t *ended = json_object();

	meter_counters(meter, &c);
	for (size_t i = 0; i < METER_MALFORMED_KINDS; i++) {
		json_object_set_new(malformed, kinds[i], count(c.malformed[i]));
	}
	for (size_t i = 1; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		json_object_set_new(ended, reasons[i], count(c.ended[i]));
	}
	json_object_set_new(out, "packets", count(c.packets));
	json_object_set_new(out, "wire_octets", count(c.wire_octets));
	json_object_set_new(out, "ip_packets", count(c.ip_packets));
	json_object_set_new(out, "ip_octets", count(c.ip_octets));
	json_object_set_new(out, "ipv4_packets", count(c.ipv4_packets));
	json_object_set_new(out, "ipv6_packets", count(c.ipv6_packets));
	json_object_set_new(out, "nonip", count(c.non_ip));
	json_object_set_new(out, "unsupported_link", count(c.unsupported_link));
	json_object_set_new(out, "malformed", malformed);
	json_object_set_new(out, "fragments", count(c.fragments));
	json_object_set_new(out, "orphan_fragments", count(c.fragments_orphaned));
	json_object_set_new(out, "evicted_fragments", count(c.fragments_evicted));
	json_object_set_new(out, "flows", count(c.flows));
	json_object_set_new(out, "records", count(c.records));
	json_object_set_new(out, "ended", ended);
	json_object_set_new(out, "ignored_packets", count(c.ignored_packets));
	json_object_set_new(out, "ignored_octets", count(c.ignored_octets));
}

/* What each selector of each cache saw and let through; nothing if all packets are metered. */
static void stats_selection(const struct meter *meter, json_t *out)
{
	json_t *all = json_array();

	for (unsigned cache = 0; cache < METER_CACHES_MAX; cache++) {
		const struct selection *selection = meter_selection(meter, cache);

		for (unsigned i = 0; selection != NULL && i < selection->count; i++) {
			const struct selector *s = &selection->selectors[i];
			json_t *one = json_object();

			json_object_set_new(one, "cache", count(cache));
			json_object_set_new(one, "selector", count(i + 1));
			json_object_set_new(one, "algorithm", count(s->spec.algorithm));
			json_object_set_new(
				one, "observed_packets", count(s->counters.packets_observed));
			json_object_set_new(
				one, "selected_packets", count(s->counters.packets_selected));
			json_object_set_new(
				one, "observed_octets", count(s->counters.octets_observed));
			json_object_set_new(
				one, "selected_octets", count(s->counters.octets_selected));
			json_array_append_new(all, one);
		}
	}
	json_object_set_new(out, "selectors", all);
}

static void stats_identity(const struct identity *identity, json_t *out)
{
	struct identity_counters c;

	identity_counters(identity, &c);
	json_object_set_new(out, "devices", count(c.devices));
	json_object_set_new(out, "devices_refused", count(c.devices_refused));
	json_object_set_new(out, "names", count(c.names));
	json_object_set_new(out, "names_evicted", count(c.names_evicted));
	json_object_set_new(out, "names_invalid", count(c.names_invalid));
	json_object_set_new(out, "dns_messages", count(c.dns_messages));
	json_object_set_new(out, "dns_malformed", count(c.dns_malformed));
	json_object_set_new(out, "dhcp_messages", count(c.dhcp_messages));
	json_object_set_new(out, "dhcp_malformed", count(c.dhcp_malformed));
	json_object_set_new(out, "tls_hellos", count(c.tls_hellos));
	json_object_set_new(out, "tls_malformed", count(c.tls_malformed));
	json_object_set_new(out, "quic_initials", count(c.quic_initials));
	json_object_set_new(out, "quic_malformed", count(c.quic_malformed));
	json_object_set_new(out, "http_requests", count(c.http_requests));
	json_object_set_new(out, "ssdp_messages", count(c.ssdp_messages));
	json_object_set_new(out, "reassembly_evicted", count(c.reassembly_evicted));
}

static void stats_applications(const struct applications *applications, json_t *out)
{
	struct application_counters c;

	applications_counters(applications, &c);
	json_object_set_new(out, "application_flows", count(c.flows));
	json_object_set_new(out, "applications_recognised", count(c.recognised));
	json_object_set_new(out, "applications_unknown", count(c.unknown));
	json_object_set_new(out, "applications_evicted", count(c.evicted));
}

static json_t *stats_destination(const struct exporter *exporter, unsigned index)
{
	struct export_counters c;
	json_t *out = json_object();

	exporter_counters(exporter, index, &c);
	json_object_set_new(
		out, "destination", json_string(exporter_destination_name(exporter, index)));
	json_object_set_new(out, "records", count(c.records));
	json_object_set_new(out, "sent_records", count(c.sent_records));
	json_object_set_new(out, "sent_messages", count(c.sent_messages));
	json_object_set_new(out, "sent_octets", count(c.sent_octets));
	json_object_set_new(out, "not_sent_records", count(c.not_sent_records));
	json_object_set_new(out, "not_sent_packets", count(c.not_sent_packets));
	json_object_set_new(out, "not_sent_octets", count(c.not_sent_octets));
	json_object_set_new(out, "connects", count(c.connects));
	json_object_set_new(out, "send_errors", count(c.send_errors));
	json_object_set_new(out, "moved_records", count(c.moved_records));
	json_object_set_new(out, "stood_in_records", count(c.stood_in_records));
	return out;
}

void stats_print_json(const struct stats *stats, FILE *out)
{
	json_t *all = json_object();
	json_t *destinations = json_array();

	if (stats->meter != NULL) {
		stats_meter(stats->meter, all);
		stats_selection(stats->meter, all);
	}
	if (stats->identity != NULL) {
		stats_identity(stats->identity, all);
	}
	if (stats->applications != NULL) {
		stats_applications(stats->applications, all);
	}
	for (unsigned i = 0; stats->exporter != NULL && i < exporter_destinations(stats->exporter);
		i++) {
		json_array_append_new(destinations, stats_destination(stats->exporter, i));
	}
	json_object_set_new(all, "destinations", destinations);
	json_object_set_new(all, "fault", json_string(stats->source->fault));
	json_dumpf(all, out, JSON_COMPACT);
	fputc('\n', out);
	json_decref(all);
}
