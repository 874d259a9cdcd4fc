#include "tests/unit/privilege_child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int privilege_child(int (*body)(void))
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		_exit(body());
	}
	if (child < 0 || waitpid(child, &status, 0) != child) {
		return -1;
	}
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

long long privilege_status(const char *name, int base)
{
	char line[256];
	long long value = -1;
	FILE *file = fopen("/proc/self/status", "r");

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		size_t n = strlen(name);

		if (strncmp(line, name, n) == 0 && line[n] == ':') {
			value = strtoll(line + n + 1, NULL, base);
		}
	}
	if (file != NULL) {
		(void)fclose(file);
	}
	return value;
}
