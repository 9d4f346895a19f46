#include "CPhoneNumbers.h"

#include <cstring>
#include <string>

#include <phonenumbers/phonenumberutil.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

namespace {

LecternPhoneStatus status_of(PhoneNumberUtil::ErrorType error, bool has_region) {
    switch (error) {
    case PhoneNumberUtil::NO_PARSING_ERROR: return LECTERN_PHONE_OK;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
        return has_region ? LECTERN_PHONE_UNKNOWN_COUNTRY : LECTERN_PHONE_NO_COUNTRY;
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN: return LECTERN_PHONE_TOO_SHORT;
    case PhoneNumberUtil::TOO_LONG_NSN: return LECTERN_PHONE_TOO_LONG;
    case PhoneNumberUtil::NOT_A_NUMBER: return LECTERN_PHONE_NOT_A_NUMBER;
    }
    return LECTERN_PHONE_FAILED;
}

LecternPhoneStatus status_of(PhoneNumberUtil::ValidationResult result) {
    switch (result) {
    case PhoneNumberUtil::IS_POSSIBLE: return LECTERN_PHONE_OK;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE: return LECTERN_PHONE_UNKNOWN_COUNTRY;
    case PhoneNumberUtil::TOO_SHORT: return LECTERN_PHONE_TOO_SHORT;
    case PhoneNumberUtil::TOO_LONG: return LECTERN_PHONE_TOO_LONG;
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
    case PhoneNumberUtil::INVALID_LENGTH: return LECTERN_PHONE_WRONG_LENGTH;
    }
    return LECTERN_PHONE_FAILED;
}

}  // namespace

LecternPhoneStatus lectern_phone_e164(
    const char *text, size_t length, const char *region, char *buffer, size_t capacity, size_t *written) {
    *written = 0;
    try {
        const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
        const std::string given(text, length);
        // "ZZ" is the library's name for no region. A leading plus, the full-width one included, names the country itself.
        const bool names_country = given.rfind("+", 0) == 0 || given.rfind("\xEF\xBC\x8B", 0) == 0;
        PhoneNumber number;
        LecternPhoneStatus status = status_of(
            util.Parse(given, region != nullptr ? region : "ZZ", &number), region != nullptr || names_country);
        if (status != LECTERN_PHONE_OK) return status;
        status = status_of(util.IsPossibleNumberWithReason(number));
        if (status != LECTERN_PHONE_OK) return status;
        std::string formatted;
        util.Format(number, PhoneNumberUtil::E164, &formatted);
        if (formatted.size() > capacity) return LECTERN_PHONE_TOO_LONG;
        std::memcpy(buffer, formatted.data(), formatted.size());
        *written = formatted.size();
        return LECTERN_PHONE_OK;
    } catch (...) {
        return LECTERN_PHONE_FAILED;
    }
}

bool lectern_phone_knows_region(const char *region) {
    try {
        return PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(region) != 0;
    } catch (...) {
        return false;
    }
}
