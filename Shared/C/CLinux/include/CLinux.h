#pragma once
// What Glibc's module map leaves out: epoll, eventfd, accept4, sendfile, and a few calls that need a C caller.
#include <errno.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <unistd.h>

/// accept4(2) with SOCK_NONBLOCK | SOCK_CLOEXEC; the peer's address is written to `address`.
int clinux_accept(int listener, struct sockaddr_storage *address, socklen_t *length);

/// getrandom(2): fills `buffer`, retrying after signals. Returns 0, or -1 with errno set.
int clinux_random(void *buffer, size_t count);

/// Bytes of a TCP socket that the peer has not acknowledged (tcp(7), SIOCOUTQ), or -1.
int clinux_unacknowledged(int socket);

/// pthread_setname_np(3) for the calling thread; names longer than 15 bytes are cut.
void clinux_name_thread(const char *name);

/// mallopt(3), M_ARENA_MAX: how many heaps the allocator may keep for its threads.
void clinux_limit_heaps(int count);

/// memmem(3): the offset of the first occurrence, or -1.
ptrdiff_t clinux_find(const void *haystack, size_t length, const void *needle, size_t needle_length);

/// The executor whose thread is calling, kept in thread-local storage: one load instead of a lock or pthread_self().
extern __thread const void *clinux_executor_of_thread;
static inline const void *clinux_current_executor(void) { return clinux_executor_of_thread; }
static inline void clinux_set_current_executor(const void *executor) { clinux_executor_of_thread = executor; }
