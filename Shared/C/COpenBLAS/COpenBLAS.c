#include "include/COpenBLAS.h"
