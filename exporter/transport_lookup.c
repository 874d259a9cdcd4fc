#include "exporter/transport_lookup.h"

#include <gio/gio.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

struct lookup {
	GCancellable *cancel;
	lookup_done done; /* NULL: cancelled */
	void *owner;
	uint16_t port;
};

/* Zones ("fe80::1%eth0") need the C library; told that the host is a number, it asks nobody. */
static bool lookup_numeric(const char *host, uint16_t port, struct lookup_address *ret_address)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_DGRAM};
	struct addrinfo *found = NULL;
	g_autofree char *service = g_strdup_printf("%u", port);

	*ret_address = (struct lookup_address){.octets = 0};
	if (getaddrinfo(host, service, &hints, &found) != 0) {
		return false;
	}
	ret_address->octets = found->ai_addrlen;
	memcpy(&ret_address->storage, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return true;
}

static void lookup_native(GInetAddress *inet, uint16_t port, GArray *addresses)
{
	struct lookup_address address = {.octets = 0};
	const guint8 *octets = g_inet_address_to_bytes(inet);

	if (g_inet_address_get_family(inet) == G_SOCKET_FAMILY_IPV4) {
		struct sockaddr_in *in = (struct sockaddr_in *)&address.storage;

		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, octets, sizeof(in->sin_addr));
		address.octets = sizeof(*in);
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address.storage;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		memcpy(&in6->sin6_addr, octets, sizeof(in6->sin6_addr));
		address.octets = sizeof(*in6);
	}
	g_array_append_val(addresses, address);
}

static void lookup_finish(GObject *resolver, GAsyncResult *result, gpointer data)
{
	struct lookup *lookup = data;
	g_autoptr(GError) error = NULL;
	GList *found = g_resolver_lookup_by_name_finish(G_RESOLVER(resolver), result, &error);

	if (lookup->done != NULL) {
		GArray *addresses = NULL;

		if (found != NULL) {
			addresses = g_array_new(FALSE, FALSE, sizeof(struct lookup_address));
			for (GList *item = found; item != NULL; item = item->next) {
				lookup_native(item->data, lookup->port, addresses);
			}
		}
		lookup->done(lookup->owner, addresses, error);
	}
	g_resolver_free_addresses(found);
	g_object_unref(lookup->cancel);
	g_free(lookup);
}

struct lookup *lookup_start(
	GMainContext *context, const char *host, uint16_t port, lookup_done done, void *owner)
{
	struct lookup_address address;
	struct lookup *lookup;
	g_autoptr(GResolver) resolver = NULL;

	if (lookup_numeric(host, port, &address)) {
		GArray *addresses = g_array_new(FALSE, FALSE, sizeof(address));

		g_array_append_val(addresses, address);
		done(owner, addresses, NULL);
		return NULL;
	}
	lookup = g_new0(struct lookup, 1);
	lookup->cancel = g_cancellable_new();
	lookup->done = done;
	lookup->owner = owner;
	lookup->port = port;
	resolver = g_resolver_get_default();
	g_main_context_push_thread_default(context);
	g_resolver_lookup_by_name_async(resolver, host, lookup->cancel, lookup_finish, lookup);
	g_main_context_pop_thread_default(context);
	return lookup;
}

void lookup_cancel(struct lookup *lookup)
{
	if (lookup != NULL) {
		lookup->done = NULL;
		g_cancellable_cancel(lookup->cancel);
	}
}

bool lookup_address_is_loopback(const struct lookup_address *address)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)&address->storage;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&address->storage;

	if (address->storage.ss_family == AF_INET) {
		return ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	}
	return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

char *lookup_address_text(const struct lookup_address *address)
{
	char host[NI_MAXHOST];
	char service[NI_MAXSERV];

	if (getnameinfo((const struct sockaddr *)&address->storage, address->octets, host,
		    sizeof(host), service, sizeof(service), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
		return g_strdup("an unknown address");
	}
	return g_strdup_printf("%s port %s", host, service);
}
