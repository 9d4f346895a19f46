#define _GNU_SOURCE
#include "include/CLinux.h"
#include <malloc.h>

#include <linux/sockios.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>

__thread const void *clinux_executor_of_thread = NULL;

int clinux_accept(int listener, struct sockaddr_storage *address, socklen_t *length) {
    return accept4(listener, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int clinux_random(void *buffer, size_t count) {
    unsigned char *next = buffer;
    while (count > 0) {
        ssize_t filled = getrandom(next, count, 0);
        if (filled < 0) {
            if (errno == EINTR) continue;
            return -1;
        }
        next += filled;
        count -= (size_t)filled;
    }
    return 0;
}

int clinux_unacknowledged(int socket) {
    int count = 0;
    return ioctl(socket, SIOCOUTQ, &count) == 0 ? count : -1;
}

void clinux_name_thread(const char *name) {
    char shortened[16];
    strncpy(shortened, name, sizeof shortened - 1);
    shortened[sizeof shortened - 1] = 0;
    pthread_setname_np(pthread_self(), shortened);
}

ptrdiff_t clinux_find(const void *haystack, size_t length, const void *needle, size_t needle_length) {
    const void *found = memmem(haystack, length, needle, needle_length);
    return found ? (const char *)found - (const char *)haystack : -1;
}

void clinux_limit_heaps(int count) {
    mallopt(M_ARENA_MAX, count);
}
