#pragma once

#include <stdarg.h>
#include <stdbool.h>

/**
 * Structured logging to stderr, syslog or journald. One line an event; @area says which part speaks
 * ("capture", "meter", "tcp:192.0.2.1:4739"). Addresses and names of people's devices are personal
 * data and appear at debug level only. Never called per packet.
 */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

enum log_target {
	LOG_TARGET_STDERR,
	LOG_TARGET_SYSLOG,
	LOG_TARGET_JOURNAL
};

/** The names of levels and targets for options, in the order of the enums, NULL-terminated. */
extern const char *const log_level_words[];
extern const char *const log_target_words[];

/**
 * Send everything up to @level to @target under the name @program (borrowed, must stay). When standard
 * error is meant and is a stream to the journal (JOURNAL_STREAM, systemd.exec(5)), then lines go there
 * as entries that keep their levels.
 */
void log_open(const char *program, enum log_target target, enum log_level level);

/** True if lines go through a socket, which may have to be opened anew. */
bool log_needs_socket(void);

/** Change how much is written. */
void log_level_set(enum log_level level);

/** True if an event of @level would be written: to spare the work of building a message. */
bool log_enabled(enum log_level level);

/** Write one line. @format and what follows: as printf(); cut at 1,024 octets. */
void log_write(enum log_level level, const char *area, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(area, ...)   log_write(LOG_LEVEL_ERROR, area, __VA_ARGS__)
#define log_warning(area, ...) log_write(LOG_LEVEL_WARNING, area, __VA_ARGS__)
#define log_notice(area, ...)  log_write(LOG_LEVEL_NOTICE, area, __VA_ARGS__)
#define log_info(area, ...)    log_write(LOG_LEVEL_INFO, area, __VA_ARGS__)
#define log_debug(area, ...)   log_write(LOG_LEVEL_DEBUG, area, __VA_ARGS__)
