#define _GNU_SOURCE
#include "include/CPasswords.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>

int cpasswords_crypt(const char *phrase, const char *setting, char *output, size_t output_size) {
    struct crypt_data *scratch = calloc(1, sizeof *scratch);
    if (scratch == NULL) return ENOMEM;
    int status = 0;
    errno = 0;
    const char *hash = crypt_r(phrase, setting, scratch);
    if (hash == NULL || hash[0] == '*') {
        status = errno != 0 ? errno : EINVAL;
    } else {
        size_t length = strlen(hash);
        if (length >= output_size) {
            status = ERANGE;
        } else {
            memcpy(output, hash, length + 1);
        }
    }
    explicit_bzero(scratch, sizeof *scratch);
    free(scratch);
    return status;
}

int cpasswords_bcrypt_setting(unsigned long cost, const uint8_t *random, char *output, size_t output_size) {
    errno = 0;
    if (crypt_gensalt_rn("$2b$", cost, (const char *)random, 16, output, (int)output_size) != NULL) return 0;
    return errno != 0 ? errno : EINVAL;
}

int cpasswords_nfkc(const uint8_t *text, size_t length, uint8_t **result, size_t *result_length) {
    *result = u8_normalize(UNINORM_NFKC, text, length, NULL, result_length);
    return *result == NULL ? (errno != 0 ? errno : ENOMEM) : 0;
}

int cpasswords_casefold(const uint8_t *text, size_t length, uint8_t **result, size_t *result_length) {
    *result = u8_casefold(text, length, NULL, UNINORM_NFKC, NULL, result_length);
    return *result == NULL ? (errno != 0 ? errno : ENOMEM) : 0;
}
