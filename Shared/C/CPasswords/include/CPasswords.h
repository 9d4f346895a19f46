#pragma once
// What passwords need from the system: crypt_r(3), zxcvbn and Unicode normalisation (libunistring).
#include <stddef.h>
#include <stdint.h>
#include <zxcvbn.h>

/// crypt_r(3). Its 32 KB of scratch live on the heap for this call only and are wiped before they are freed.
/// Writes the NUL-terminated hash to `output` and returns 0, or returns an errno value.
int cpasswords_crypt(const char *phrase, const char *setting, char *output, size_t output_size);

/// crypt_gensalt_rn(3) for bcrypt: the setting `$2b$<cost>$<salt>` for 16 random bytes. Returns 0 or an errno value.
int cpasswords_bcrypt_setting(unsigned long cost, const uint8_t *random, char *output, size_t output_size);

/// u8_normalize with UNINORM_NFKC. On success returns 0; the caller frees `*result` with free(3). Else an errno value.
int cpasswords_nfkc(const uint8_t *text, size_t length, uint8_t **result, size_t *result_length);

/// u8_casefold with UNINORM_NFKC (Unicode toNFKC_Casefold without removal of ignorables). As cpasswords_nfkc.
int cpasswords_casefold(const uint8_t *text, size_t length, uint8_t **result, size_t *result_length);
