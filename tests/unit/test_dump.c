#include "tests/unit/unit.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/wire.h"
#include "exporter/dump.h"

/* A message or a set written by hand; sizes are put in at the end. */
static void put16(GByteArray *to, unsigned v)
{
	uint8_t octets[2];

	store_be16(octets, (uint16_t)v);
	(void)g_byte_array_append(to, octets, 2);
}

static void put_octets(GByteArray *to, const char *octets, size_t count)
{
	(void)g_byte_array_append(to, (const uint8_t *)octets, (guint)count);
}

#define PUT(to, literal) put_octets(to, literal, sizeof(literal) - 1)

/* Begin a message of domain 3 in @file; its place. */
static guint begin_message(GByteArray *file)
{
	guint at = file->len;

	PUT(file, "\0\x0a\0\0\x65\0\0\0\0\0\0\0\0\0\0\3");
	return at;
}

static guint begin_set(GByteArray *file, unsigned id)
{
	guint at = file->len;

	put16(file, id);
	put16(file, 0);
	return at;
}

static void end(GByteArray *file, guint begun)
{
	store_be16(file->data + begun + 2, (uint16_t)(file->len - begun));
}

/* Dump @file and compare with @want, and the error with @reason unless that is NULL. */
static void check_dump(GByteArray *file, const char *want, const char *reason)
{
	char *path = NULL;
	char *got = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&got, &size);
	GError *error = NULL;
	int fd = g_file_open_tmp("weir-XXXXXX", &path, NULL);
	bool good;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, file->data, file->len), file->len);
	(void)close(fd);
	good = dump_file(path, out, &error);
	(void)fclose(out);
	(void)g_unlink(path);
	assert_string_equal(got, want);
	assert_int_equal(good, reason == NULL);
	if (reason != NULL) {
		assert_int_equal(error->code, WEIR_ERROR_FORMAT);
		assert_true(g_str_has_prefix(error->message, path));
		assert_string_equal(error->message + strlen(path) + 2, reason);
	}
	g_clear_error(&error);
	g_free(path);
	free(got);
}

static void put_template(
	GByteArray *file, unsigned id, unsigned count, const char *fields, size_t octets)
{
	guint set = begin_set(file, 2);

	put16(file, id);
	put16(file, count);
	put_octets(file, fields, octets);
	end(file, set);
}

#define TEMPLATE(file, id, count, fields) put_template(file, id, count, fields, sizeof(fields) - 1)

#define HEAD(set) "{\"msg\":1,\"domain\":3,\"template\":" #set ",\"export\":1694498816,"

static void every_type_has_its_spelling(void **state)
{
	GByteArray *file = g_byte_array_new();
	guint message = begin_message(file);
	guint set;

	TEMPLATE(file, 256, 15,
		"\0\x04\0\1"                 /* unsigned8 */
		"\0\x01\0\4"                 /* unsigned64 in four octets */
		"\0\x08\0\4"                 /* ipv4Address */
		"\0\x1b\0\x10"               /* ipv6Address */
		"\0\x38\0\6"                 /* macAddress */
		"\x01\x14\0\1"               /* dataRecordsReliability: boolean */
		"\x01\x14\0\1"               /* again */
		"\x01\x37\0\4"               /* samplingProbability in four octets */
		"\x01\x40\0\x08"             /* absoluteError */
		"\x01\xb2\0\4"               /* mibObjectValueInteger */
		"\0\x96\0\4"                 /* flowStartSeconds */
		"\0\x9a\0\x08"               /* flowStartMicroseconds */
		"\x01\x45\0\x08"             /* observationTimeNanoseconds */
		"\0\x52\0\6"                 /* interfaceName of six octets */
		"\x80\x07\0\2\0\0\x30\x39"); /* 12345/7 */
	set = begin_set(file, 256);
	PUT(file, "\x11"
		  "\0\0\1\0"
		  "\x0a\0\0\1"
		  "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
		  "\2\0\0\0\0\x0f"
		  "\2"
		  "\7"
		  "\x3f\0\0\0"
		  "\xc0\0\0\0\0\0\0\0"
		  "\xff\xff\xff\xfe"
		  "\x65\0\0\0"
		  "\xe8\x7d\x1c\x80\x80\0\0\0"
		  "\0\0\0\1\x40\0\0\0"
		  "eth0\0\0"
		  "\xab\xcd");
	end(file, set);
	end(file, message);
	check_dump(file,
		HEAD(256) "\"rec\":{\"protocolIdentifier\":17,\"octetDeltaCount\":256,"
			  "\"sourceIPv4Address\":\"10.0.0.1\",\"sourceIPv6Address\":\"2001:db8::"
			  "1\","
			  "\"sourceMacAddress\":\"02:00:00:00:00:0f\","
			  "\"dataRecordsReliability\":false,\"dataRecordsReliability#2\":null,"
			  "\"samplingProbability\":0.5,\"absoluteError\":-2,"
			  "\"mibObjectValueInteger\":-2,\"flowStartSeconds\":1694498816,"
			  "\"flowStartMicroseconds\":1691524608500000,"
			  "\"observationTimeNanoseconds\":2085978497250000000,"
			  "\"interfaceName\":\"eth0\",\"e12345id7\":\"abcd\"}}\n",
		NULL);
	g_byte_array_unref(file);
}

static void a_value_of_an_impossible_size_is_octets(void **state)
{
	GByteArray *file = g_byte_array_new();
	guint message = begin_message(file);
	guint set;

	TEMPLATE(file, 256, 4,
		"\0\x04\0\x09"
		"\0\x08\0\3"
		"\x01\x37\0\3"
		"\x01\x23\0\2");
	set = begin_set(file, 256);
	PUT(file, "\1\1\1\1\1\1\1\1\1"
		  "\2\2\2"
		  "\3\3\3"
		  "\4\4");
	end(file, set);
	end(file, message);
	check_dump(file,
		HEAD(256) "\"rec\":{\"protocolIdentifier\":\"010101010101010101\","
			  "\"sourceIPv4Address\":\"020202\",\"samplingProbability\":\"030303\","
			  "\"basicList\":\"0404\"}}\n",
		NULL);
	g_byte_array_unref(file);
}

static void lists_are_objects(void **state)
{
	GByteArray *file = g_byte_array_new();
	guint message = begin_message(file);
	guint set;

	TEMPLATE(file, 256, 2,
		"\0\x04\0\1"
		"\0\x52\xff\xff");
	TEMPLATE(file, 257, 4,
		"\x01\x23\xff\xff"
		"\x01\x23\xff\xff"
		"\x01\x24\xff\xff"
		"\x01\x25\xff\xff");
	set = begin_set(file, 257);
	PUT(file, "\x09"
		  "\xff"
		  "\0\x07\0\2"
		  "\0\1\0\2"
		  "\x0f"
		  "\3"
		  "\x80\x63\xff\xff\0\0\x30\x39"
		  "\2ab"
		  "\1c"
		  "\x09"
		  "\x0a"
		  "\4"
		  "\1\0"
		  "\1\1x"
		  "\2\2yz"
		  "\x12"
		  "\x09"
		  "\1\0\0\7"
		  "\5\1p"
		  "\2\1\0\6"
		  "\0\0"
		  "\1\0\0\3");
	end(file, set);
	end(file, message);
	check_dump(file,
		HEAD(257) "\"rec\":{\"basicList\":{\"semantic\":\"undefined\","
			  "\"element\":\"sourceTransportPort\",\"values\":[1,2]},"
			  "\"basicList#2\":{\"semantic\":\"allOf\",\"element\":\"e12345id99\","
			  "\"values\":[\"6162\",\"63\"]},"
			  "\"subTemplateList\":{\"semantic\":\"ordered\",\"template\":256,"
			  "\"records\":["
			  "{\"protocolIdentifier\":1,\"interfaceName\":\"x\"},"
			  "{\"protocolIdentifier\":2,\"interfaceName\":\"yz\"}]},"
			  "\"subTemplateMultiList\":{\"semantic\":9,\"entries\":["
			  "{\"template\":256,\"records\":[{\"protocolIdentifier\":5,"
			  "\"interfaceName\":\"p\"}]},"
			  "{\"template\":513,\"records\":null}]}}}\n",
		NULL);
	g_byte_array_unref(file);
}

static void lists_in_lists_end_somewhere(void **state)
{
	GByteArray *file = g_byte_array_new();
	guint message = begin_message(file);
	guint set;

	/* A list of the template that it is in: each level takes four octets. */
	TEMPLATE(file, 256, 1, "\x01\x24\xff\xff");
	set = begin_set(file, 256);
	for (int left = 27; left > 0; left -= 4) {
		uint8_t octets = (uint8_t)left;

		(void)g_byte_array_append(file, &octets, 1);
		PUT(file, "\xff\1\0");
	}
	end(file, set);
	end(file, message);
	check_dump(file,
		HEAD(256) "\"rec\":{"
			  "\"subTemplateList\":{\"semantic\":\"undefined\",\"template\":256,"
			  "\"records\":[{"
			  "\"subTemplateList\":{\"semantic\":\"undefined\",\"template\":256,"
			  "\"records\":[{"
			  "\"subTemplateList\":{\"semantic\":\"undefined\",\"template\":256,"
			  "\"records\":[{"
			  "\"subTemplateList\":{\"semantic\":\"undefined\",\"template\":256,"
			  "\"records\":[{"
			  "\"subTemplateList\":\"ff01000"
			  "7ff010003ff0100\"}]}}]}}]}}]}}}\n",
		NULL);
	g_byte_array_unref(file);
}

static void types_are_learnt_from_the_file(void **state)
{
	GByteArray *file = g_byte_array_new();
	guint message = begin_message(file);
	guint set;

	TEMPLATE(file, 256, 1, "\x80\x07\0\2\0\0\x30\x39");
	set = begin_set(file, 3);
	PUT(file, "\1\1\0\4\0\2"
		  "\x01\x5a\0\4"
		  "\x01\x2f\0\2"
		  "\x01\x53\0\1"
		  "\x01\x55\xff\xff"
		  "\0\0");
	end(file, set);
	set = begin_set(file, 257);
	PUT(file, "\0\0\x30\x39"
		  "\0\7"
		  "\2"
		  "\5level");
	PUT(file, "\0\0\x30\x39"
		  "\0\7"
		  "\x0d"
		  "\5other"); /* too late */
	PUT(file, "\0\0\x30\x39"
		  "\0\x08"
		  "\2"
		  "\3a\"b"); /* not a name */
	PUT(file, "\0\0\0\0"
		  "\0\4"
		  "\2"
		  "\3abc"); /* IANA's */
	end(file, set);
	set = begin_set(file, 256);
	PUT(file, "\1\0");
	end(file, set);
	end(file, message);
#define TYPE_HEAD                                                                                  \
	HEAD(257) "\"scope\":[\"privateEnterpriseNumber\",\"informationElementId\"],\"rec\":{"
	check_dump(file,
		TYPE_HEAD
		"\"privateEnterpriseNumber\":12345,\"informationElementId\":7,"
		"\"informationElementDataType\":2,\"informationElementName\":\"level\"}}"
		"\n" TYPE_HEAD "\"privateEnterpriseNumber\":12345,\"informationElementId\":7,"
		"\"informationElementDataType\":13,\"informationElementName\":\"other\"}}"
		"\n" TYPE_HEAD "\"privateEnterpriseNumber\":12345,\"informationElementId\":8,"
		"\"informationElementDataType\":2,\"informationElementName\":\"a\\\"b\"}}"
		"\n" TYPE_HEAD "\"privateEnterpriseNumber\":0,\"informationElementId\":4,"
		"\"informationElementDataType\":2,\"informationElementName\":\"abc\"}}\n" HEAD(
			256) "\"rec\":{\"level\":256}}\n",
		NULL);
	g_byte_array_unref(file);
}

static void withdrawn_templates_are_gone(void **state)
{
	GByteArray *file = g_byte_array_new();
	guint message = begin_message(file);
	guint set;

	TEMPLATE(file, 256, 1, "\0\4\0\1");
	TEMPLATE(file, 257, 1, "\0\4\0\1");
	TEMPLATE(file, 256, 0, "");
	set = begin_set(file, 257);
	PUT(file, "\7\0\0");
	end(file, set);
	TEMPLATE(file, 2, 0, "");
	TEMPLATE(file, 256, 1, "\0\5\0\1");
	set = begin_set(file, 256);
	PUT(file, "\x08");
	end(file, set);
	set = begin_set(file, 257);
	PUT(file, "\x09");
	end(file, set);
	end(file, message);
	check_dump(file,
		HEAD(257) "\"rec\":{\"protocolIdentifier\":7}}\n" HEAD(
			257) "\"rec\":{\"protocolIdentifier\":0}}\n" HEAD(257) "\"rec\":{"
									       "\"protocolIdentifie"
									       "r\":0}}\n" HEAD(
										       256) "\"rec"
											    "\":{"
											    "\"ipCl"
											    "assOfS"
											    "ervice"
											    "\":8}}"
											    "\n",
		"message 1 of domain 3: set or template 257: data without a template");
	g_byte_array_unref(file);
}

/* One message with one set whose content is given. */
static void check_set(unsigned id, const char *content, size_t octets, const char *reason)
{
	GByteArray *file = g_byte_array_new();
	guint message = begin_message(file);
	guint set = begin_set(file, id);
	char *whole = g_strdup_printf("message 1 of domain 3: set or template %s", reason);

	put_octets(file, content, octets);
	end(file, set);
	end(file, message);
	check_dump(file, "", whole);
	g_free(whole);
	g_byte_array_unref(file);
}

#define SET(id, content, reason) check_set(id, content, sizeof(content) - 1, reason)

static void what_is_malformed_is_named(void **state)
{
	SET(1, "abcd", "1: reserved set id");
	SET(255, "abcd", "255: reserved set id");
	SET(256, "abcd", "256: data without a template");
	SET(2, "\0\7\0\1\0\4\0\1", "7: template ends early or has a reserved id");
	SET(2, "\0\7\0\0", "7: not an id to withdraw");
	SET(2, "\1\0\0\2\0\4\0\1", "256: template ends early or has a reserved id");
	SET(2, "\1\0\0\1\0\4\0\0", "256: template ends early or has a field of no octets");
	SET(2, "\1\0\0\1\x80\4\0\1", "256: template ends early or has a field of no octets");
	SET(3, "\1\0\0\1\0\0\0\4\0\1", "256: scope field count out of range");
	SET(3, "\1\0\0\1\0\2\0\4\0\1", "256: scope field count out of range");
}

static void wrong_headers_and_cut_files_end_the_reading(void **state)
{
	GByteArray *file = g_byte_array_new();
	guint message = begin_message(file);

	end(file, message);
	(void)begin_message(file);
	file->data[file->len - 15] = 9;
	check_dump(file, "", "octet 16: version 9, length 0: not an IPFIX message");
	(void)g_byte_array_set_size(file, 16 + 3);
	check_dump(file, "", "ends inside a message, after 3 of its octets");
	(void)g_byte_array_set_size(file, 16);
	file->data[3] = 20;
	PUT(file, "\0\2\0\x05");
	check_dump(file, "", "message 1 of domain 3: set or template 2: runs past its message");
	g_byte_array_unref(file);
}

static void a_file_that_is_not_there_is_an_error(void **state)
{
	GError *error = NULL;
	FILE *full = fopen("/dev/full", "w");
	char *path = NULL;
	int fd = g_file_open_tmp("weir-XXXXXX", &path, NULL);

	assert_false(dump_file("/nonexistent/file", stderr, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_IO));
	assert_string_equal(error->message, "/nonexistent/file: No such file or directory");
	g_clear_error(&error);
	assert_non_null(full);
	assert_int_equal(
		write(fd,
			"\0\x0a\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\2\0\x0c\1\0\0\1\0\4\0\1\1\0\0\5\7",
			33),
		33);
	assert_false(dump_file(path, full, &error));
	assert_true(g_error_matches(error, WEIR_ERROR, WEIR_ERROR_IO));
	g_clear_error(&error);
	(void)fclose(full);
	(void)close(fd);
	(void)g_unlink(path);
	g_free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_has_its_spelling),
		cmocka_unit_test(a_value_of_an_impossible_size_is_octets),
		cmocka_unit_test(lists_are_objects),
		cmocka_unit_test(lists_in_lists_end_somewhere),
		cmocka_unit_test(types_are_learnt_from_the_file),
		cmocka_unit_test(withdrawn_templates_are_gone),
		cmocka_unit_test(what_is_malformed_is_named),
		cmocka_unit_test(wrong_headers_and_cut_files_end_the_reading),
		cmocka_unit_test(a_file_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
