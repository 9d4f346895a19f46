#pragma once
// What Glibc's module map leaves out: epoll, eventfd, accept4, sendfile, and a few constants.
#include <errno.h>
#include <netinet/tcp.h>
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
