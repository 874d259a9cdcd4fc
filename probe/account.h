#pragma once

#include "base/stream.h"
#include "probe/identity.h"
#include "probe/meter.h"
#include "probe/source.h"

/*
 * What the parts of the metering process know of themselves, in the words of the flow stream, so
 * that it is the same whether it goes there or straight to an exporter.
 */

/** Add what @meter counted; flows_active is replaced. */
void account_meter(const struct meter *meter, struct stream_counters *counters);

/** Add what @source lost. */
void account_source(struct source *source, struct stream_counters *counters);

/** Replace the gauges and counters of devices and names. */
void account_identity(const struct identity *identity, struct stream_counters *counters);

/**
 * Set when packets were first and last ignored: @before are the counters of the last look, at
 * @now_us of the metering process something more may be missing.
 */
void account_ignored(
	struct stream_counters *counters, const struct stream_counters *before, int64_t now_us);

/** A device but for when it was seen last. */
void account_device(const struct identity_device *device, struct stream_device *ret_device);

/** An interface; @home: the devices are on its side. */
void account_interface(
	const struct source_interface *from, bool home, struct stream_interface *ret_interface);
