#include "base/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"

struct loop {
	int epoll;
	bool stopped;
};

struct loop *loop_new(GError **error)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct loop *loop;

	if (epoll < 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "epoll: %s", g_strerror(errno));
		return NULL;
	}
	loop = g_new0(struct loop, 1);
	loop->epoll = epoll;
	return loop;
}

void loop_free(struct loop *loop)
{
	if (loop != NULL) {
		close(loop->epoll);
		g_free(loop);
	}
}

bool loop_add(struct loop *loop, struct loop_watch *watch, uint32_t events, GError **error)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, watch->fd, &event) != 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "epoll: descriptor %d: %s", watch->fd,
			g_strerror(errno));
		return false;
	}
	return true;
}

void loop_change(struct loop *loop, struct loop_watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	(void)epoll_ctl(loop->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void loop_remove(struct loop *loop, struct loop_watch *watch)
{
	(void)epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
}

bool loop_step(struct loop *loop, int timeout_ms)
{
	struct epoll_event event;
	struct loop_watch *watch;

	if (epoll_wait(loop->epoll, &event, 1, timeout_ms) != 1) {
		return false;
	}
	watch = event.data.ptr;
	watch->call(watch->context, event.events);
	return true;
}

void loop_run(struct loop *loop)
{
	while (!loop->stopped) {
		(void)loop_step(loop, -1);
	}
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

static void timer_ready(void *context, uint32_t events)
{
	struct loop_timer *timer = context;
	uint64_t expirations;

	if (read(timer->watch.fd, &expirations, sizeof(expirations)) > 0) {
		timer->call(timer->context);
	}
}

bool loop_timer_init(struct loop_timer *timer, struct loop *loop, void (*call)(void *context),
	void *context, GError **error)
{
	memset(timer, 0, sizeof(*timer));
	timer->watch.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (timer->watch.fd < 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "timerfd: %s", g_strerror(errno));
		return false;
	}
	timer->loop = loop;
	timer->call = call;
	timer->context = context;
	timer->watch.call = timer_ready;
	timer->watch.context = timer;
	if (!loop_add(loop, &timer->watch, EPOLLIN, error)) {
		close(timer->watch.fd);
		timer->loop = NULL;
		return false;
	}
	return true;
}

void loop_timer_done(struct loop_timer *timer)
{
	if (timer->loop != NULL) {
		loop_remove(timer->loop, &timer->watch);
		close(timer->watch.fd);
		timer->loop = NULL;
	}
}

static void timer_set(struct loop_timer *timer, int64_t period_ms)
{
	struct timespec period = {
		.tv_sec = period_ms / 1000, .tv_nsec = period_ms % 1000 * 1000 * 1000};
	struct itimerspec value = {.it_interval = period, .it_value = period};

	(void)timerfd_settime(timer->watch.fd, 0, &value, NULL);
	timer->on = period_ms > 0;
}

void loop_timer_start(struct loop_timer *timer, int64_t period_ms)
{
	if (!timer->on) {
		timer_set(timer, period_ms);
	}
}

void loop_timer_stop(struct loop_timer *timer)
{
	if (timer->on) {
		timer_set(timer, 0);
	}
}

int loop_signals_open(GError **error)
{
	sigset_t signals;
	int fd;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO, "signalfd: %s", g_strerror(errno));
		return -1;
	}
	return fd;
}

int loop_signals_take(int fd)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != sizeof(info)) {
		return 0;
	}
	return (int)info.ssi_signo;
}

void loop_signals_release(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	(void)sigprocmask(SIG_UNBLOCK, &signals, NULL);
}

static int64_t read_clock(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t loop_clock_us(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t loop_monotonic_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}
