#pragma once
#include <crypt.h>
#include <zxcvbn.h>
