#include "base/privilege.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifdef HAVE_LIBCAP
#include <sys/capability.h>
#endif

#include "base/error.h"
#include "base/log.h"

#define PRIVILEGE_AREA "privilege"

bool privilege_user_find(const char *name, struct privilege_user *ret_user, GError **error)
{
	const struct passwd *entry = getpwnam(name);

	if (entry == NULL || strlen(name) >= sizeof(ret_user->name)) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_USAGE, "user '%s': there is none", name);
		return false;
	}
	ret_user->uid = entry->pw_uid;
	ret_user->gid = entry->pw_gid;
	(void)snprintf(ret_user->name, sizeof(ret_user->name), "%s", name);
	return true;
}

bool privilege_give(const char *path, const struct privilege_user *user, GError **error)
{
	if (lchown(path, user->uid, user->gid) != 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_IO,
			"%s: cannot be given to user '%s': %s", path, user->name,
			g_strerror(errno));
		return false;
	}
	return true;
}

static bool refuse(const char *what, GError **error)
{
	g_set_error(error, WEIR_ERROR, WEIR_ERROR_SYSTEM, "cannot drop privileges: %s: %s", what,
		g_strerror(errno));
	return false;
}

static bool become(const struct privilege_user *user, GError **error)
{
	if (geteuid() == user->uid && getegid() == user->gid && user->uid != 0) {
		return true;
	}
	if (initgroups(user->name, user->gid) != 0) {
		return refuse("groups", error);
	}
	if (setresgid(user->gid, user->gid, user->gid) != 0) {
		return refuse("group", error);
	}
	if (setresuid(user->uid, user->uid, user->uid) != 0) {
		return refuse("user", error);
	}
	return true;
}

#ifdef HAVE_LIBCAP
/* As far as the kernel lets us: it wants CAP_SETPCAP for this, which only root has to spare. */
static void drop_bounding(void)
{
	for (int cap = 0; cap_get_bound(cap) >= 0; cap++) {
		if (cap_drop_bound(cap) != 0) {
			log_debug(PRIVILEGE_AREA, "bounding set: %s", g_strerror(errno));
			return;
		}
	}
}

static bool drop_capabilities(GError **error)
{
	cap_t none = cap_init();
	int result = none != NULL ? cap_set_proc(none) : -1;

	(void)cap_free(none);
	return result == 0 || refuse("capabilities", error);
}

static bool clear_ambient(GError **error)
{
	return cap_reset_ambient() == 0 || errno == EINVAL || refuse("ambient set", error);
}
#else
static void drop_bounding(void)
{
}

static bool drop_capabilities(GError **error)
{
	if (geteuid() == 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_SYSTEM,
			"cannot drop privileges: built without libcap; run as another user");
		return false;
	}
	return true;
}

static bool clear_ambient(GError **error)
{
	return true;
}
#endif

bool privilege_drop(const struct privilege_user *user, GError **error)
{
	drop_bounding();
	if (user != NULL && !become(user, error)) {
		return false;
	}
	if (!clear_ambient(error) || !drop_capabilities(error)) {
		return false;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		return refuse("no_new_privs", error);
	}
	return true;
}

bool privilege_follow(pid_t parent)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	return getppid() == parent;
}
