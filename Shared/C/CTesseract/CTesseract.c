#include "include/CTesseract.h"
