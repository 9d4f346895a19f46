#include "include/COpenBLAS.h"

#include <string.h>

// Each function is compiled three times, and the loader picks the one this processor runs best. The code is written in
// vectors of 16; where registers are smaller the compiler uses several.
//
// Not under a sanitizer: the choice is made while the program is being loaded, when Thread Sanitizer is not there yet and its
// instrumentation of the choosing function crashes.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define IS_SANITIZED
#endif
#endif
#if defined(__x86_64__) && !defined(IS_SANITIZED)
#define PER_PROCESSOR \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), min_vector_width(512)))
#else
#define PER_PROCESSOR
#endif
#define INLINE static inline __attribute__((always_inline))

typedef float floats __attribute__((vector_size(64), aligned(4)));
typedef int32_t ints __attribute__((vector_size(64), aligned(4)));
enum { lanes = 16, width = 384, heads = 12, depth = 32, block = 4 };

// Vectors go in and out of the inlined helpers by pointer, so that no calling convention depends on the processor.
INLINE void load(floats *to, const float *from) { memcpy(to, from, sizeof *to); }
INLINE void store(float *to, const floats *from) { memcpy(to, from, sizeof *from); }

/// e to the power of x, to within 2 units in the last place for -87 < x < 88; smaller x give about 0.
INLINE void exponential(floats *x) {
    floats lowest = {0}, value = *x;
    lowest -= 87.0f;
    value = __builtin_elementwise_max(value, lowest);
    // Adding and taking away 1.5 × 2²³ rounds to a whole number.
    floats power = value * 1.44269504f + 12582912.0f;
    power = power - 12582912.0f;
    floats rest = value - power * 0.693359375f;
    rest = rest + power * 2.12194440e-4f;
    floats sum = rest * 1.9875691500e-4f + 1.3981999507e-3f;
    sum = sum * rest + 8.3334519073e-3f;
    sum = sum * rest + 4.1665795894e-2f;
    sum = sum * rest + 1.6666665459e-1f;
    sum = sum * rest + 5.0000001201e-1f;
    sum = sum * (rest * rest) + rest + 1.0f;
    ints scale = (__builtin_convertvector(power, ints) + 127) << 23;
    *x = sum * (floats)scale;
}

INLINE float total(const floats *x) {
    float sum = 0;
    for (int lane = 0; lane < lanes; lane++) sum += (*x)[lane];
    return sum;
}

/// x × Φ(x), with the error function by Abramowitz and Stegun 7.1.26 (absolute error below 1.5e-7).
INLINE void gelu(floats *x) {
    floats value = *x;
    floats scaled = value * 0.70710678f;
    floats magnitude = __builtin_elementwise_abs(scaled);
    floats t = 1.0f / (magnitude * 0.3275911f + 1.0f);
    floats tail = t * 1.061405429f - 1.453152027f;
    tail = tail * t + 1.421413741f;
    tail = tail * t - 0.284496736f;
    tail = tail * t + 0.254829592f;
    floats falling = -(scaled * scaled);
    exponential(&falling);
    tail = tail * t * falling;
    *x = value * 0.5f * (1.0f + __builtin_elementwise_copysign(1.0f - tail, value));
}

PER_PROCESSOR
void copenblas_bias_gelu(float *x, const float *bias, size_t rows, size_t columns) {
    for (size_t row = 0; row < rows; row++, x += columns) {
        for (size_t column = 0; column < columns; column += lanes) {
            floats value, shift;
            load(&value, x + column);
            load(&shift, bias + column);
            value += shift;
            gelu(&value);
            store(x + column, &value);
        }
    }
}

PER_PROCESSOR
void copenblas_add_norm(const float *x, const float *bias, float *residual, const float *gain, const float *shift,
                        size_t rows) {
    for (size_t row = 0; row < rows; row++, x += width, residual += width) {
        floats sum = {0}, squares = {0};
        for (int column = 0; column < width; column += lanes) {
            floats value, other, rest;
            load(&value, x + column);
            load(&other, bias + column);
            load(&rest, residual + column);
            value += other + rest;
            sum += value;
            store(residual + column, &value);
        }
        float mean = total(&sum) / width;
        for (int column = 0; column < width; column += lanes) {
            floats value;
            load(&value, residual + column);
            value -= mean;
            squares += value * value;
        }
        float scale = 1.0f / __builtin_sqrtf(total(&squares) / width + 1e-12f);
        for (int column = 0; column < width; column += lanes) {
            floats value, factor, offset;
            load(&value, residual + column);
            load(&factor, gain + column);
            load(&offset, shift + column);
            value = (value - mean) * scale * factor + offset;
            store(residual + column, &value);
        }
    }
}

INLINE size_t padded(size_t tokens) { return (tokens + lanes - 1) / lanes * lanes; }

size_t copenblas_attention_scratch(size_t tokens) { return padded(tokens) * (depth + depth + block); }

/// Turns one row of scores into weights that add up to one; beyond `tokens` they are 0.
INLINE void softmax(float *scores, size_t tokens, size_t count) {
    for (size_t index = tokens; index < count; index++) scores[index] = -1e30f;
    floats high;
    load(&high, scores);
    for (size_t index = lanes; index < count; index += lanes) {
        floats value;
        load(&value, scores + index);
        high = __builtin_elementwise_max(high, value);
    }
    float highest = high[0];
    for (int lane = 1; lane < lanes; lane++) highest = high[lane] > highest ? high[lane] : highest;
    floats sum = {0};
    for (size_t index = 0; index < count; index += lanes) {
        floats value;
        load(&value, scores + index);
        value -= highest;
        exponential(&value);
        sum += value;
        store(scores + index, &value);
    }
    float scale = 1.0f / total(&sum);
    for (size_t index = 0; index < count; index += lanes) {
        floats value;
        load(&value, scores + index);
        value *= scale;
        store(scores + index, &value);
    }
}

PER_PROCESSOR
void copenblas_attention(const float *qkv, const float *bias, float *out, float *scratch, size_t tokens) {
    const size_t stride = 3 * width, count = padded(tokens);
    float *keys = scratch, *values = keys + count * depth, *scores = values + count * depth;
    for (int head = 0; head < heads; head++) {
        const float *query_bias = bias + head * depth, *key_bias = query_bias + width, *value_bias = key_bias + width;
        const float *first = qkv + head * depth;
        // Keys are turned round, so that the scores of neighbouring tokens are neighbours.
        for (size_t token = 0; token < tokens; token++) {
            const float *row = first + token * stride;
            for (int d = 0; d < depth; d++) {
                keys[d * count + token] = row[width + d] + key_bias[d];
                values[token * depth + d] = row[2 * width + d] + value_bias[d];
            }
        }
        for (int d = 0; d < depth; d++)
            for (size_t token = tokens; token < count; token++) keys[d * count + token] = 0;
        for (size_t token = 0; token < tokens; token += block) {
            float queries[block][depth];
            for (int row = 0; row < block; row++) {
                size_t source = token + row < tokens ? token + row : tokens - 1;
                for (int d = 0; d < depth; d++)
                    queries[row][d] = (first[source * stride + d] + query_bias[d]) * 0.17677669f;  // 1 / √32
            }
            for (size_t column = 0; column < count; column += lanes) {
                floats sums[block] = {{0}};
                for (int d = 0; d < depth; d++) {
                    floats key;
                    load(&key, keys + d * count + column);
                    for (int row = 0; row < block; row++) sums[row] += key * queries[row][d];
                }
                for (int row = 0; row < block; row++) store(scores + row * count + column, &sums[row]);
            }
            for (int row = 0; row < block; row++) softmax(scores + row * count, tokens, count);
            floats low[block] = {{0}}, high[block] = {{0}};
            for (size_t other = 0; other < tokens; other++) {
                floats value_low, value_high;
                load(&value_low, values + other * depth);
                load(&value_high, values + other * depth + lanes);
                for (int row = 0; row < block; row++) {
                    low[row] += value_low * scores[row * count + other];
                    high[row] += value_high * scores[row * count + other];
                }
            }
            for (int row = 0; row < block && token + row < tokens; row++) {
                float *target = out + (token + row) * width + head * depth;
                store(target, &low[row]);
                store(target + lanes, &high[row]);
            }
        }
    }
}

PER_PROCESSOR
void copenblas_split_halves(const uint16_t *halves, size_t count, size_t dimension, int8_t *upper, int8_t *lower,
                            float *scales) {
    for (size_t index = 0; index < count; index++, halves += dimension, upper += dimension, lower += dimension) {
        float most = 0;
        for (size_t column = 0; column < dimension; column++) {
            _Float16 half;
            memcpy(&half, halves + column, sizeof half);
            float size = __builtin_fabsf((float)half);
            if (size > most && size <= 65504.0f) most = size;
        }
        // 127 × 256, so that the upper layer stays within eight bits after rounding.
        float inverse = most > 0 ? 32512.0f / most : 0;
        scales[index] = most / 32512.0f;
        for (size_t column = 0; column < dimension; column++) {
            _Float16 half;
            memcpy(&half, halves + column, sizeof half);
            float value = (float)half;
            float steps = value * inverse;
            // Statements of their own: a product and a sum in one might be rounded once on one processor, twice on another.
            float half_step = __builtin_copysignf(0.5f, steps);
            steps = steps + half_step;
            int32_t whole = __builtin_fabsf(value) <= 65504.0f ? (int32_t)steps : 0;
            int32_t high = (whole + 128) >> 8;
            upper[column] = (int8_t)high;
            lower[column] = (int8_t)(whole - high * 256);
        }
    }
}

PER_PROCESSOR
void copenblas_byte_products(const int8_t *bytes, size_t count, size_t dimension, const int16_t *vector,
                             int32_t *products) {
    // The processor itself looks ahead only to the end of a page; asking for what comes a page later nearly halves the time
    // where memory is the limit.
    enum { ahead = 4096, line = 64 };
    for (size_t index = 0; index < count; index++, bytes += dimension) {
        // As a number: an address beyond the end of the block may be asked for, but not be reckoned as a pointer.
        uintptr_t next = (uintptr_t)bytes + ahead;
        for (size_t column = 0; column < dimension; column += line) __builtin_prefetch((const void *)(next + column));
        int32_t sum = 0;
        for (size_t column = 0; column < dimension; column++) sum += (int32_t)bytes[column] * vector[column];
        products[index] = sum;
    }
}
