#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * An event loop on epoll for programs whose loop must cost nothing while nothing happens and must
 * need few system calls. Level-triggered, one event at a time, so that a callback may remove any
 * watch, its own included.
 */
struct loop;

/** What happens to a descriptor; @events are EPOLLIN and so on. */
typedef void (*loop_callback)(void *context, uint32_t events);

/** Embedded in whatever owns the descriptor; must stay in place while it is added. */
struct loop_watch {
	int fd; /* borrowed */
	loop_callback call;
	void *context;
};

/** A loop without watches. */
struct loop *loop_new(GError **error);
void loop_free(struct loop *loop); /* NULL is fine */

/** Call @watch->call whenever one of @events (EPOLLIN, EPOLLOUT) or a hang-up occurs. */
bool loop_add(struct loop *loop, struct loop_watch *watch, uint32_t events, GError **error);

/** Wait for other @events from now on. A no-op for a watch that is not added. */
void loop_change(struct loop *loop, struct loop_watch *watch, uint32_t events);

/** Wait no more; before the descriptor is closed. */
void loop_remove(struct loop *loop, struct loop_watch *watch);

/** Handle at most one event, waiting up to @timeout_ms (-1: forever). False on a timeout. */
bool loop_step(struct loop *loop, int timeout_ms);

/** Handle events until loop_stop(). */
void loop_run(struct loop *loop);

/** Let loop_run() return after the present callback. */
void loop_stop(struct loop *loop);

/** A repeated call, which costs no wake-ups while it is off. */
struct loop_timer {
	struct loop_watch watch;
	struct loop *loop;
	void (*call)(void *context);
	void *context;
	bool on;
};

/** Make a timer, off. */
bool loop_timer_init(struct loop_timer *timer, struct loop *loop, void (*call)(void *context),
	void *context, GError **error);
void loop_timer_done(struct loop_timer *timer); /* harmless on a zeroed struct */

/** Call every @period_ms from now on; a no-op when it is on already. */
void loop_timer_start(struct loop_timer *timer, int64_t period_ms);
void loop_timer_stop(struct loop_timer *timer); /* until the next start */

/**
 * Block SIGTERM, SIGINT and SIGHUP, ignore SIGPIPE, and give a descriptor that becomes readable
 * when one arrives; -1 with an error. Before any thread starts.
 */
int loop_signals_open(GError **error);

/** Take one signal from the descriptor; 0 when none waits. */
int loop_signals_take(int fd);

/** From now on let SIGTERM and SIGINT end the program at once: for who asks a second time. */
void loop_signals_release(void);

/** Clocks, µs: since the epoch, and one that never jumps. */
int64_t loop_clock_us(void);
int64_t loop_monotonic_us(void); /* since boot */
