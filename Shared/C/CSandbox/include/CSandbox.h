// The system calls by which a process gives up rights, for the Swift module Sandbox. All return 0 or an error number.
#pragma once

#include <stddef.h>

/// Closes every descriptor from `first` on; close_range(2).
int csandbox_close_from(int first);

/// No new privileges by executing anything, no core dump and no ptrace, SIGKILL when the parent thread ends; prctl(2).
int csandbox_bind_to_parent(void);

/// From now on files can only be read, and only below these folders; TCP sockets and signals to others are cut off as
/// far as the kernel knows how; landlock(7). `ENOSYS` or `EOPNOTSUPP` on kernels without it.
int csandbox_restrict_files(const char *const *folders, size_t count);

/// From now on only the system calls of a computation on memory and read-only files go through, all others fail with
/// EPERM: no sockets, no processes or threads, no executable memory, nothing opened for writing; seccomp(2).
int csandbox_restrict_calls(void);
