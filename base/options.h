#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * The options of a program, once: one table says what can be given on the command line and in the
 * configuration file, where it is kept and what values are right. The command line overrides the
 * file.
 */
enum option_kind {
	OPTION_FLAG,    /* bool; no value on the command line, true or false in the file */
	OPTION_TEXT,    /* char *, owned; NULL: not given */
	OPTION_LIST,    /* char **, owned, NULL-terminated; NULL: not given. May be repeated */
	OPTION_OBJECTS, /* as a list; in the file also objects, see options_read() */
	OPTION_NUMBER,  /* int64_t */
	OPTION_SECONDS, /* int64_t, milliseconds; given in seconds, fractions too */
	OPTION_WORD     /* int, index in @words */
};

struct option_spec {
	const char *name; /* --name */
	const char *key;  /* member in the file; NULL: not there */
	char letter;      /* -l; 0: none */
	enum option_kind kind;
	size_t offset; /* in the program's struct of options */
	int64_t min;   /* of a number, or of milliseconds */
	int64_t max;
	const char *const *words; /* NULL-terminated */
	const char *argument;     /* its name in the help */
	const char *text;         /* for the help */
};

struct option_table {
	const struct option_spec *specs;
	unsigned count;
};

/** A table whose offsets count from a struct of its own: several programs may share it. */
struct option_group {
	const struct option_table *table; /* NULL: none */
	size_t offset;                    /* of that struct in the program's */
};

#define OPTION_GROUPS_MAX 4

struct option_set {
	struct option_group groups[OPTION_GROUPS_MAX]; /* as the help shows them */
	size_t config;        /* offset of the char * that names the file (its spec has no key), or
			* OPTIONS_NO_FILE */
	const char *synopsis; /* for the help: what follows "usage: " */
};

#define OPTIONS_MAX     64 /* of a set */
#define OPTIONS_NO_FILE SIZE_MAX

/**
 * Fill @target, which holds the defaults: first from the file, if one is named, then from the
 * arguments. Fails with WEIR_ERROR_USAGE naming option or file and key, value and reason; @target
 * is then to be cleared like a filled one. May be called again for another target.
 */
bool options_parse(
	const struct option_set *set, void *target, int argc, char **argv, GError **error);

/**
 * Apply a configuration file: one JSON object. As above. An object in a list of OPTION_OBJECTS, such
 * as {"name": "a", "key": "src", "flag": true}, is the text "a?key=src&flag=yes", in which values are
 * percent-encoded as URIs are (RFC 3986); booleans are yes and no, arrays of strings commas.
 */
bool options_read(const struct option_set *set, void *target, const char *path, GError **error);

/** Free what the members own and make them NULL. */
void options_clear(const struct option_set *set, void *target);

/** Print what there is. */
void options_help(const struct option_set *set, FILE *out);

/**
 * All specs of @set in one table, their offsets counting from the program's struct; returns how
 * many they are.
 */
unsigned options_flatten(const struct option_set *set, struct option_spec ret[OPTIONS_MAX]);

/** True if options of @kind are a list of texts. */
bool options_kind_is_list(enum option_kind kind);

/** Set one member from text; for options_parse() and options_read(). @what names it in errors. */
bool options_set_text(const struct option_spec *spec, void *target, const char *what,
	const char *text, GError **error);

/** Set a number or seconds, checked; as above. */
bool options_set_number(const struct option_spec *spec, void *target, const char *what,
	double value, GError **error);
