#include "include/CCurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

// The checking macros of curl.h rewrite calls by name; here the names are members of the table below.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define LECTERN_CURL_FUNCTIONS(each)                                                                                   \
    each(curl_global_init) each(curl_easy_init) each(curl_easy_cleanup) each(curl_easy_pause) each(curl_easy_setopt)   \
        each(curl_easy_perform) each(curl_easy_reset) each(curl_easy_getinfo) each(curl_slist_append) each(curl_slist_free_all) each(curl_multi_init)                \
            each(curl_multi_cleanup) each(curl_multi_setopt) each(curl_multi_add_handle)                               \
                each(curl_multi_remove_handle) each(curl_multi_perform) each(curl_multi_poll)                          \
                    each(curl_multi_wakeup) each(curl_multi_info_read)

#define LECTERN_CURL_MEMBER(name) __typeof__(&name) name;
static struct {
    LECTERN_CURL_FUNCTIONS(LECTERN_CURL_MEMBER)
} library;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool loaded = false;

#define LECTERN_CURL_RESOLVE(name)                                                                                     \
    library.name = (__typeof__(&name))dlsym(handle, #name);                                                            \
    complete = complete && library.name != NULL;

static void load(void) {
    // Never closed: libcurl and OpenSSL register exit handlers, and the table must stay valid until the process ends.
    void *handle = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) return;
    bool complete = true;
    LECTERN_CURL_FUNCTIONS(LECTERN_CURL_RESOLVE)
    loaded = complete && library.curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

bool lectern_curl_load(void) {
    return pthread_once(&once, load) == 0 && loaded;
}

CURL *lectern_curl_easy_init(void) { return library.curl_easy_init(); }

void lectern_curl_easy_cleanup(CURL *easy) { library.curl_easy_cleanup(easy); }

CURLcode lectern_curl_easy_pause(CURL *easy, int bitmask) { return library.curl_easy_pause(easy, bitmask); }

CURLcode lectern_curl_easy_perform(CURL *easy) { return library.curl_easy_perform(easy); }

void lectern_curl_easy_reset(CURL *easy) { library.curl_easy_reset(easy); }

CURLcode lectern_curl_set_long(CURL *easy, CURLoption option, long value) {
    return library.curl_easy_setopt(easy, option, value);
}

CURLcode lectern_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return library.curl_easy_setopt(easy, option, value);
}

CURLcode lectern_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return library.curl_easy_setopt(easy, option, value);
}

CURLcode lectern_curl_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return library.curl_easy_setopt(easy, option, value);
}

CURLcode lectern_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return library.curl_easy_setopt(easy, option, value);
}

CURLcode lectern_curl_set_write(CURL *easy, CURLoption option, curl_write_callback callback) {
    return library.curl_easy_setopt(easy, option, callback);
}

CURLcode lectern_curl_set_read(CURL *easy, curl_read_callback callback) {
    return library.curl_easy_setopt(easy, CURLOPT_READFUNCTION, callback);
}

CURLcode lectern_curl_set_seek(CURL *easy, curl_seek_callback callback) {
    return library.curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, callback);
}

CURLcode lectern_curl_set_progress(CURL *easy, curl_xferinfo_callback callback) {
    return library.curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, callback);
}

CURLcode lectern_curl_set_open_socket(CURL *easy, curl_opensocket_callback callback) {
    return library.curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
}

CURLcode lectern_curl_get_long(CURL *easy, CURLINFO info, long *value) {
    return library.curl_easy_getinfo(easy, info, value);
}

CURLcode lectern_curl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
    return library.curl_easy_getinfo(easy, info, value);
}

CURLcode lectern_curl_get_string(CURL *easy, CURLINFO info, const char **value) {
    return library.curl_easy_getinfo(easy, info, value);
}

struct curl_slist *lectern_curl_list_append(struct curl_slist *list, const char *text) {
    return library.curl_slist_append(list, text);
}

void lectern_curl_list_free(struct curl_slist *list) { library.curl_slist_free_all(list); }

CURLM *lectern_curl_multi_init(void) { return library.curl_multi_init(); }

CURLMcode lectern_curl_multi_cleanup(CURLM *multi) { return library.curl_multi_cleanup(multi); }

CURLMcode lectern_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return library.curl_multi_setopt(multi, option, value);
}

CURLMcode lectern_curl_multi_add(CURLM *multi, CURL *easy) { return library.curl_multi_add_handle(multi, easy); }

CURLMcode lectern_curl_multi_remove(CURLM *multi, CURL *easy) { return library.curl_multi_remove_handle(multi, easy); }

CURLMcode lectern_curl_multi_perform(CURLM *multi, int *running) {
    return library.curl_multi_perform(multi, running);
}

CURLMcode lectern_curl_multi_poll(CURLM *multi, int timeout_ms, int *ready) {
    return library.curl_multi_poll(multi, NULL, 0, timeout_ms, ready);
}

CURLMcode lectern_curl_multi_wakeup(CURLM *multi) { return library.curl_multi_wakeup(multi); }

bool lectern_curl_multi_next_finished(CURLM *multi, CURL **easy, CURLcode *result) {
    int waiting = 0;
    for (CURLMsg *message = library.curl_multi_info_read(multi, &waiting); message != NULL;
         message = library.curl_multi_info_read(multi, &waiting)) {
        if (message->msg == CURLMSG_DONE) {
            *easy = message->easy_handle;
            *result = message->data.result;
            return true;
        }
    }
    return false;
}
