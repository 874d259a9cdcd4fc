#include "cli/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A handler knows nothing but what is global. */
static volatile sig_atomic_t came;
static volatile sig_atomic_t wake = -1;

static void take(int signal_number)
{
	const uint64_t one = 1;
	int reason = errno;

	came = signal_number;
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	if (write(wake, &one, sizeof(one)) < 0) {
		came = signal_number; /* the flag alone must do */
	}
	errno = reason;
}

void interrupt_begin(void)
{
	struct sigaction action = {.sa_handler = take};

	wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

bool interrupt_came(void)
{
	return came != 0;
}

int interrupt_fd(void)
{
	return wake;
}
