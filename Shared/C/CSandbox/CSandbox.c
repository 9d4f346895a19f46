#include "include/CSandbox.h"
