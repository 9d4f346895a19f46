#pragma once

// What Swift cannot reach in libcurl: variadic functions, and a library that is loaded only when a service makes its
// first outgoing call. libcurl brings thirty other libraries along, about 6 MB of resident memory and several
// milliseconds of start time, which a service that only answers requests should not pay for.
//
// No logic lives here: each function passes its arguments on to the libcurl function of the same name.

#include <curl/curl.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Loads libcurl.so.4 and runs curl_global_init(CURL_GLOBAL_DEFAULT), once per process and safe from any thread.
/// False when the library is missing or refuses to start; the other functions may be called only after true.
bool lectern_curl_load(void);

CURL *lectern_curl_easy_init(void);
void lectern_curl_easy_cleanup(CURL *easy);
CURLcode lectern_curl_easy_pause(CURL *easy, int bitmask);
/// Blocks until the transfer has ended; the connection stays with the handle.
CURLcode lectern_curl_easy_perform(CURL *easy);
/// Forgets all options; keeps connections.
void lectern_curl_easy_reset(CURL *easy);

CURLcode lectern_curl_set_long(CURL *easy, CURLoption option, long value);
CURLcode lectern_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value);
/// libcurl copies the text (all string options do, CURLOPT_POSTFIELDS is a pointer option and does not).
CURLcode lectern_curl_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode lectern_curl_set_pointer(CURL *easy, CURLoption option, const void *value);
/// The list must live until the transfer has ended.
CURLcode lectern_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value);
CURLcode lectern_curl_set_write(CURL *easy, CURLoption option, curl_write_callback callback);
CURLcode lectern_curl_set_read(CURL *easy, curl_read_callback callback);
CURLcode lectern_curl_set_seek(CURL *easy, curl_seek_callback callback);
CURLcode lectern_curl_set_progress(CURL *easy, curl_xferinfo_callback callback);
CURLcode lectern_curl_set_open_socket(CURL *easy, curl_opensocket_callback callback);

CURLcode lectern_curl_get_long(CURL *easy, CURLINFO info, long *value);
CURLcode lectern_curl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value);
/// The text belongs to the handle and may be null.
CURLcode lectern_curl_get_string(CURL *easy, CURLINFO info, const char **value);

struct curl_slist *lectern_curl_list_append(struct curl_slist *list, const char *text);
void lectern_curl_list_free(struct curl_slist *list);

CURLM *lectern_curl_multi_init(void);
CURLMcode lectern_curl_multi_cleanup(CURLM *multi);
CURLMcode lectern_curl_multi_set_long(CURLM *multi, CURLMoption option, long value);
CURLMcode lectern_curl_multi_add(CURLM *multi, CURL *easy);
CURLMcode lectern_curl_multi_remove(CURLM *multi, CURL *easy);
CURLMcode lectern_curl_multi_perform(CURLM *multi, int *running);
CURLMcode lectern_curl_multi_poll(CURLM *multi, int timeout_ms, int *ready);
/// The only multi function that may be called from another thread.
CURLMcode lectern_curl_multi_wakeup(CURLM *multi);
/// Takes the next finished transfer out of the message queue; false when there is none.
bool lectern_curl_multi_next_finished(CURLM *multi, CURL **easy, CURLcode *result);

#ifdef __cplusplus
}
#endif
