#define _GNU_SOURCE
#include "include/CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int csandbox_close_from(int first)
{
    return close_range((unsigned)first, ~0U, 0) == 0 ? 0 : errno;
}

int csandbox_bind_to_parent(void)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0
        || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return errno;
    }
    return 0;
}

// The ruleset as kernels know it up to version 6 of the interface; the header of Debian 12 stops at version 3.
struct ruleset {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

int csandbox_restrict_files(const char *const *folders, size_t count)
{
    const long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) {
        return version < 0 ? errno : ENOSYS;
    }
    const uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    struct ruleset ruleset = { 0 };
    // Version 1 knows 13 rights over files, 2 adds linking, 3 truncating, 5 device controls.
    ruleset.handled_access_fs = version >= 5 ? 0xFFFF : version >= 3 ? 0x7FFF : version == 2 ? 0x3FFF : 0x1FFF;
    ruleset.handled_access_net = version >= 4 ? 3 : 0; // binding and connecting TCP sockets
    ruleset.scoped = version >= 6 ? 3 : 0; // abstract sockets, signals
    const size_t size = version >= 6 ? sizeof ruleset : version >= 4 ? 16 : 8;
    const int descriptor = (int)syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
    if (descriptor < 0) {
        return errno;
    }
    int result = 0;
    for (size_t index = 0; index < count && result == 0; index++) {
        struct landlock_path_beneath_attr rule = { .allowed_access = reading };
        rule.parent_fd = open(folders[index], O_PATH | O_CLOEXEC);
        if (rule.parent_fd < 0) {
            continue; // a folder that is not there need not be readable
        }
        if (syscall(SYS_landlock_add_rule, descriptor, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
            result = errno;
        }
        close(rule.parent_fd);
    }
    if (result == 0 && syscall(SYS_landlock_restrict_self, descriptor, 0) != 0) {
        result = errno;
    }
    close(descriptor);
    return result;
}

// Calls that are harmless whatever their arguments are.
static const int harmless[] = {
    SCMP_SYS(access), SCMP_SYS(brk), SCMP_SYS(clock_getres), SCMP_SYS(clock_gettime), SCMP_SYS(close), SCMP_SYS(dup),
    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(fadvise64),
    SCMP_SYS(fcntl), SCMP_SYS(fstat), SCMP_SYS(fstatfs), SCMP_SYS(futex), SCMP_SYS(getcwd), SCMP_SYS(getdents64),
    SCMP_SYS(getegid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(getrandom),
    SCMP_SYS(getrlimit), SCMP_SYS(getrusage), SCMP_SYS(gettid), SCMP_SYS(gettimeofday), SCMP_SYS(getuid),
    SCMP_SYS(lseek), SCMP_SYS(lstat), SCMP_SYS(madvise), SCMP_SYS(mremap), SCMP_SYS(munmap), SCMP_SYS(newfstatat),
    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(pread64), SCMP_SYS(read), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
    SCMP_SYS(readv), SCMP_SYS(restart_syscall), SCMP_SYS(rseq), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield), SCMP_SYS(set_robust_list),
    SCMP_SYS(setrlimit), SCMP_SYS(sigaltstack), SCMP_SYS(stat), SCMP_SYS(statfs), SCMP_SYS(statx), SCMP_SYS(sysinfo),
    SCMP_SYS(time), SCMP_SYS(times), SCMP_SYS(uname), SCMP_SYS(write), SCMP_SYS(writev),
};

int csandbox_restrict_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL) {
        return ENOMEM;
    }
    int result = 0;
    for (size_t index = 0; index < sizeof harmless / sizeof harmless[0] && result == 0; index++) {
        // Old calls that newer processors' kernels never had carry negative numbers.
        if (harmless[index] >= 0) {
            result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, harmless[index], 0);
        }
    }
    // Opening: neither for writing nor with anything created, emptied or nameless.
    const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
    if (result == 0 && SCMP_SYS(open) >= 0) {
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1, SCMP_A1(SCMP_CMP_MASKED_EQ, writing, 0));
    }
    if (result == 0) {
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, writing, 0));
    }
    // Memory is never executable that was not when the program started.
    if (result == 0) {
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    }
    if (result == 0) {
        result = seccomp_rule_add(
            filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    }
    // Limits and fatal signals only for ourselves: abort(3) ends in tgkill.
    if (result == 0) {
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A0(SCMP_CMP_EQ, 0));
    }
    if (result == 0) {
        result = seccomp_rule_add(
            filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
    }
    if (result == 0) {
        result = seccomp_load(filter);
    }
    seccomp_release(filter);
    return result < 0 ? -result : result;
}
