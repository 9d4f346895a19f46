#include "Library.h"

#include <dlfcn.h>
#include <pthread.h>

#include "include/CPangoCairo.h"

struct lectern_pango_library pango;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool loaded = false;

#define LECTERN_PANGO_RESOLVE(name)                                                                                    \
    pango.name = (__typeof__(&name))dlsym(handle, #name);                                                              \
    complete = complete && pango.name != NULL;

static void load(void) {
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
