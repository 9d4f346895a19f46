// A plain C face of libphonenumber (C++), for the Swift module PhoneNumbers. Nothing throws; any thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    LECTERN_PHONE_OK = 0,
    /// No telephone number at all.
    LECTERN_PHONE_NOT_A_NUMBER = 1,
    /// National, and no region was given to read it in.
    LECTERN_PHONE_NO_COUNTRY = 2,
    LECTERN_PHONE_UNKNOWN_COUNTRY = 3,
    LECTERN_PHONE_TOO_SHORT = 4,
    LECTERN_PHONE_TOO_LONG = 5,
    /// Of a length that numbers of its country do not have.
    LECTERN_PHONE_WRONG_LENGTH = 6,
    /// Out of memory, or the library failed.
    LECTERN_PHONE_FAILED = 7,
} LecternPhoneStatus;

/// Reads `length` bytes of UTF-8 as a telephone number and writes it in E.164 form, without a terminator, into `buffer`.
/// `region` (two letters with a terminator, or NULL) is the country in which a number without country code is read.
LecternPhoneStatus lectern_phone_e164(
    const char *text, size_t length, const char *region, char *buffer, size_t capacity, size_t *written);

/// Whether the library knows a region by this name (two letters with a terminator).
bool lectern_phone_knows_region(const char *region);

#ifdef __cplusplus
}
#endif
