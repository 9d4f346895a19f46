#include "include/CPasswords.h"
