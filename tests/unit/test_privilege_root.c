#include "base/privilege.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/unit/privilege_child.h"
#include "tests/unit/unit.h"

static int drop_bounding_set(void)
{
	return privilege_drop(NULL, NULL) && privilege_status("CapBnd", 16) == 0 ? 0 : 1;
}

static void root_empties_the_bounding_set(void **state)
{
	assert_int_equal(privilege_child(drop_bounding_set), 0);
}

static int become_nobody(void)
{
	struct privilege_user user;

	if (!privilege_user_find("nobody", &user, NULL) || !privilege_drop(&user, NULL)) {
		return 1;
	}
	return getuid() == user.uid && geteuid() == user.uid && getegid() == user.gid &&
			       setuid(0) != 0 && privilege_status("CapEff", 16) == 0
		       ? 0
		       : 2;
}

static void root_becomes_the_user_for_good(void **state)
{
	assert_int_equal(privilege_child(become_nobody), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_empties_the_bounding_set),
		cmocka_unit_test(root_becomes_the_user_for_good),
	};

	if (geteuid() != 0) {
		printf("1..0 # SKIP not root: there are no rights to give up\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
