#include "include/CPoppler.h"
