#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/log.h"
#include "base/privilege.h"

#define CALLS_AREA "privilege"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAVE_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
	__has_feature(memory_sanitizer)
#define HAVE_SANITIZER 1
#endif
#endif

#if defined(HAVE_SECCOMP) && !defined(HAVE_SANITIZER)
#include <seccomp.h>

/*
 * By name, since not every architecture has every call; one that this one lacks, or that this
 * libseccomp does not know, is left out. "name:" marks a call with a condition on its arguments,
 * added by hand below.
 */
static const char *const calls_loop[] = {
	/* descriptors */
	"read", "readv", "write", "writev", "close", "lseek", "_llseek", "fcntl", "fcntl64",
	"fstat", "fstat64",
	/* waiting */
	"epoll_wait", "epoll_pwait", "epoll_ctl", "poll", "ppoll", "ppoll_time64",
	"timerfd_settime", "timerfd_settime64", "restart_syscall", "nanosleep", "clock_nanosleep",
	"clock_nanosleep_time64",
	/* sockets that are open; new subscribers */
	"accept4", "accept", "recvfrom", "recv", "recvmsg", "sendto", "send", "sendmsg",
	"getsockopt", "setsockopt", "shutdown",
	/* memory and locks */
	"brk", "munmap", "mremap", "madvise", "futex", "futex_time64", "membarrier", "rseq",
	/* time and randomness */
	"clock_gettime", "clock_gettime64", "gettimeofday", "time", "getrandom",
	/* itself */
	"getpid", "gettid", "getuid", "geteuid", "getgid", "getegid", "tgkill", "rt_sigreturn",
	"sigreturn", "rt_sigprocmask", "rt_sigaction", "sigaltstack", "exit", "exit_group",
	"sched_yield", "sched_getaffinity", "getrusage", NULL};

static const char *const calls_export[] = {
	/* names, connections */
	"connect", "bind", "listen", "getsockname", "getpeername", "socketpair", "sendmmsg",
	"recvmmsg", "ioctl", "eventfd2", "pipe2", "inotify_init1", "inotify_add_watch",
	"inotify_rm_watch",
	/* files and spools */
	"openat", "open", "newfstatat", "fstatat64", "stat", "stat64", "lstat", "lstat64", "statx",
	"access", "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd", "getdents64",
	"rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "fsync",
	"fdatasync", "ftruncate", "ftruncate64", "fallocate", "pread64", "pwrite64", "pwritev",
	"flock", "statfs", "statfs64", "fstatfs", "fstatfs64", "umask", "fchmod", "dup", "dup2",
	"dup3",
	/* GLib's threads */
	"clone", "clone3", "set_robust_list", "set_tid_address", "prctl", "sched_getparam",
	"sched_getscheduler", "sched_setattr", "sched_getattr", "uname", "sysinfo", "prlimit64",
	"getrlimit", NULL};

/* Of use to nobody but an intruder. */
static const char *const calls_fatal[] = {"execve", "execveat", "ptrace", "process_vm_readv",
	"process_vm_writev", "bpf", "mount", "umount2", "pivot_root", "chroot", "setns", "unshare",
	"init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "setuid",
	"setuid32", "setgid", "setgid32", "setreuid", "setregid", "setresuid", "setresuid32",
	"setresgid", "setresgid32", "setgroups", "capset", "keyctl", "add_key", "request_key",
	"perf_event_open", "userfaultfd", "io_uring_setup", "reboot", "swapon", "swapoff",
	"settimeofday", "clock_settime", "adjtimex", NULL};

static int add_names(scmp_filter_ctx filter, uint32_t action, const char *const *names)
{
	int result = 0;

	for (; *names != NULL && result == 0; names++) {
		int number = seccomp_syscall_resolve_name(*names);

		if (number != __NR_SCMP_ERROR) {
			result = seccomp_rule_add(filter, action, number, 0);
		}
		if (result == -EDOM || result == -EFAULT) {
			result = 0; /* not of this architecture */
		}
	}
	return result;
}

/* A call whose argument @index must have @value in the bits of @mask. */
static int add_masked(
	scmp_filter_ctx filter, const char *name, unsigned index, uint64_t mask, uint64_t value)
{
	struct scmp_arg_cmp compare = SCMP_CMP64(index, SCMP_CMP_MASKED_EQ, mask, value);
	int number = seccomp_syscall_resolve_name(name);
	int result = 0;

	if (number != __NR_SCMP_ERROR) {
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1, compare);
	}
	return result == -EDOM || result == -EFAULT ? 0 : result;
}

/* Memory of the probe never becomes code. */
static int add_memory(scmp_filter_ctx filter)
{
	static const char *const calls[] = {"mmap", "mmap2", "mprotect"};
	int result = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(calls) && result == 0; i++) {
		result = add_masked(filter, calls[i], 2, PROT_EXEC, 0);
	}
	return result;
}

static int add_reading(scmp_filter_ctx filter)
{
	static const char *const calls[] = {"newfstatat", "statx", "stat", "stat64", NULL};
	const uint64_t mask = O_ACCMODE | O_CREAT | O_TRUNC;
	int result = add_names(filter, SCMP_ACT_ALLOW, calls);

	if (result == 0) {
		result = add_masked(filter, "openat", 2, mask, O_RDONLY);
	}
	if (result == 0) {
		result = add_masked(filter, "open", 1, mask, O_RDONLY);
	}
	return result;
}

/* libpcap asks whether an interface that went down is still there. */
static int add_interface(scmp_filter_ctx filter)
{
	static const unsigned long requests[] = {SIOCGIFFLAGS, SIOCGIFINDEX, SIOCGIFNAME};
	int result = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(requests) && result == 0; i++) {
		result = add_masked(filter, "ioctl", 1, UINT32_MAX, requests[i]);
	}
	return result;
}

static int add_probe(scmp_filter_ctx filter, const struct privilege_needs *needs)
{
	static const char *const connecting[] = {"connect", NULL};
	int result = add_memory(filter);

	if (result == 0) {
		result = add_interface(filter);
	}
	if (result == 0 && needs->read_files) {
		result = add_reading(filter);
	}
	if (result == 0 && needs->log_socket) {
		result = add_names(filter, SCMP_ACT_ALLOW, connecting);
	}
	if (result == 0 && needs->log_socket) {
		result = add_masked(filter, "socket", 0, UINT32_MAX, AF_UNIX);
	}
	return result;
}

static int add_export(scmp_filter_ctx filter)
{
	static const char *const calls[] = {"mmap", "mmap2", "mprotect", NULL};
	static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
	int result = add_names(filter, SCMP_ACT_ALLOW, calls_export);

	if (result == 0) {
		result = add_names(filter, SCMP_ACT_ALLOW, calls);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(families) && result == 0; i++) {
		result = add_masked(filter, "socket", 0, UINT32_MAX, (uint64_t)families[i]);
	}
	return result;
}

bool privilege_confine(const struct privilege_needs *needs, GError **error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int result = filter != NULL ? 0 : -ENOMEM;

	if (result == 0 && needs->profile == PRIVILEGE_EXPORT) {
		result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	}
	if (result == 0) {
		result = add_names(filter, SCMP_ACT_ALLOW, calls_loop);
	}
	if (result == 0) {
		result = add_names(filter, SCMP_ACT_KILL_PROCESS, calls_fatal);
	}
	if (result == 0) {
		result = needs->profile == PRIVILEGE_PROBE ? add_probe(filter, needs)
							   : add_export(filter);
	}
	if (result == 0) {
		result = seccomp_load(filter);
	}
	seccomp_release(filter);
	if (result != 0) {
		g_set_error(error, WEIR_ERROR, WEIR_ERROR_SYSTEM,
			"cannot restrict system calls: %s", g_strerror(-result));
		return false;
	}
	return true;
}

#else

bool privilege_confine(const struct privilege_needs *needs, GError **error)
{
#ifdef HAVE_SECCOMP
	log_notice(CALLS_AREA, "built with sanitizers: system calls are not restricted");
#else
	log_notice(CALLS_AREA, "built without libseccomp: system calls are not restricted");
#endif
	return true;
}

#endif
