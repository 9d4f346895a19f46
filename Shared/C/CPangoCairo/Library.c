#include "Library.h"

#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>

#include "include/CPangoCairo.h"

struct lectern_pango_library pango;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool loaded = false;

#define LECTERN_PANGO_RESOLVE(name)                                                                                    \
    pango.name = (__typeof__(&name))dlsym(handle, #name);                                                              \
    complete = complete && pango.name != NULL;

/// Allocations from this size on are given back to the system when they are freed.
#define LARGE_ALLOCATION (8 << 20)

static void load(void) {
    // cairo copies the outlines of a Chinese font, 17 MB, whenever it asks what kind of font it is. By default malloc would
    // learn from the first copy that blocks of this size are usual, and keep room for several (mallopt(3)).
    mallopt(M_MMAP_THRESHOLD, LARGE_ALLOCATION);
    // Never closed: GLib registers types and exit handlers that must stay.
    void *handle = dlopen("libpangocairo-1.0.so.0", RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) return;
    bool complete = true;
    LECTERN_PANGO_FUNCTIONS(LECTERN_PANGO_RESOLVE)
    loaded = complete;
}

bool lectern_pango_load(void) {
    return pthread_once(&once, load) == 0 && loaded;
}
