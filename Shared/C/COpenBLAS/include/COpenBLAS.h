#pragma once

#include <stddef.h>
#include <stdint.h>

// Matrix products by OpenBLAS, loaded when first needed, and the few loops beside them for which Swift has no way to
// choose the processor's instructions function by function. No state, no decisions: those are in Embeddings.

/// What was found in an OpenBLAS library; see dlopen(3).
struct copenblas_library {
    void *handle;
    /// cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, columns, depth, 1, a, depth, b, depth, 0, c, stride).
    void (*sgemm)(int order, int transA, int transB, int m, int n, int k, float alpha, const float *a, int lda,
                  const float *b, int ldb, float beta, float *c, int ldc);
    char *(*core_name)(void);
    void (*set_threads)(int count);
};

/// Loads the library; 0, or -1 when it or one of its functions is not there.
int copenblas_open(const char *name, struct copenblas_library *library);

/// c = a × bᵀ for row-major a[rows × depth] and b[columns × depth]; row i of c begins at c + i × stride.
void copenblas_multiply(const struct copenblas_library *library, const float *a, const float *b, float *c,
                        int rows, int columns, int depth, int stride);

/// Instruction sets of this processor.
struct copenblas_processor {
    int has_avx, has_avx2_fma, has_avx512, is_amd;
};
struct copenblas_processor copenblas_this_processor(void);

/// x = gelu(x + bias), exact form, for x[rows × columns]; columns a multiple of 16.
void copenblas_bias_gelu(float *x, const float *bias, size_t rows, size_t columns);

/// residual = norm(x + bias + residual) × gain + shift by rows of 384, as BERT's layer norm (epsilon 1e-12).
void copenblas_add_norm(const float *x, const float *bias, float *residual, const float *gain, const float *shift,
                        size_t rows);

/// How many floats of scratch memory copenblas_attention needs for so many tokens.
size_t copenblas_attention_scratch(size_t tokens);

/// Self-attention of one text: 12 heads of 32. qkv[tokens × 1152] is query, key and value without their biases, which
/// are in bias[1152]; the result goes to out[tokens × 384].
void copenblas_attention(const float *qkv, const float *bias, float *out, float *scratch, size_t tokens);

/// Parts each of count × dimension binary16 numbers into two layers of eight bits: the number is about
/// scales[vector] × (256 × upper + lower), to within half of scales[vector]. Numbers that are not finite become 0.
void copenblas_split_halves(const uint16_t *halves, size_t count, size_t dimension, int8_t *upper, int8_t *lower,
                            float *scales);

/// products[i] = vector · bytes[i × dimension ...]. The caller keeps the numbers of `vector` so small that no sum leaves
/// 32 bits; then the products are exact, and the same on every processor.
void copenblas_byte_products(const int8_t *bytes, size_t count, size_t dimension, const int16_t *vector,
                             int32_t *products);
