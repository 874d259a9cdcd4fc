#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#ifdef HAVE_SYSTEMD
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#endif

#define LOG_LINE_OCTETS 1024

static struct {
	const char *program;
	enum log_target target;
	enum log_level level;
} log_state = {.program = "weir", .target = LOG_TARGET_STDERR, .level = LOG_LEVEL_NOTICE};

static const int log_priority[] = {LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG};
const char *const log_level_words[] = {"error", "warning", "notice", "info", "debug", NULL};
const char *const log_target_words[] = {"stderr", "syslog", "journal", NULL};

static bool stderr_is_journal(void)
{
#ifdef HAVE_SYSTEMD
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat status;
	char expected[64];

	if (stream != NULL && fstat(STDERR_FILENO, &status) == 0) {
		(void)snprintf(expected, sizeof(expected), "%llu:%llu",
			(unsigned long long)status.st_dev, (unsigned long long)status.st_ino);
		return strcmp(stream, expected) == 0;
	}
#endif
	return false;
}

void log_open(const char *program, enum log_target target, enum log_level level)
{
	log_state.program = program;
	log_state.target =
		target == LOG_TARGET_STDERR && stderr_is_journal() ? LOG_TARGET_JOURNAL : target;
	log_state.level = level;
	if (target == LOG_TARGET_SYSLOG) {
		openlog(program, LOG_PID | LOG_NDELAY, LOG_DAEMON); /* while sockets may be had */
	}
}

bool log_needs_socket(void)
{
	return log_state.target != LOG_TARGET_STDERR;
}

void log_level_set(enum log_level level)
{
	log_state.level = level;
}

bool log_enabled(enum log_level level)
{
	return level <= log_state.level;
}

void log_write(enum log_level level, const char *area, const char *format, ...)
{
	char line[LOG_LINE_OCTETS];
	va_list args;

	if (!log_enabled(level)) {
		return;
	}
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	switch (log_state.target) {
	case LOG_TARGET_SYSLOG:
		syslog(log_priority[level], "%s: %s", area, line);
		return;
	case LOG_TARGET_JOURNAL:
#ifdef HAVE_SYSTEMD
		sd_journal_send("PRIORITY=%d", log_priority[level], "SYSLOG_IDENTIFIER=%s",
			log_state.program, "WEIR_AREA=%s", area, "MESSAGE=%s: %s", area, line,
			NULL);
		return;
#endif
	case LOG_TARGET_STDERR:
		break;
	}
	(void)fprintf(
		stderr, "%s: %s: %s: %s\n", log_state.program, log_level_words[level], area, line);
}
