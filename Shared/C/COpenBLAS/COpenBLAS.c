#include "include/COpenBLAS.h"

#include <cblas.h>
#include <dlfcn.h>
#include <string.h>

int copenblas_open(const char *name, struct copenblas_library *library) {
    library->handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library->handle == NULL) return -1;
    library->sgemm = dlsym(library->handle, "cblas_sgemm");
    library->core_name = dlsym(library->handle, "openblas_get_corename");
    library->set_threads = dlsym(library->handle, "openblas_set_num_threads");
    if (library->sgemm != NULL && library->core_name != NULL && library->set_threads != NULL) return 0;
    dlclose(library->handle);
    return -1;
}

void copenblas_multiply(const struct copenblas_library *library, const float *a, const float *b, float *c,
                        int rows, int columns, int depth, int stride) {
    library->sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, columns, depth, 1.0f, a, depth, b, depth, 0.0f, c,
                   stride);
}

struct copenblas_processor copenblas_this_processor(void) {
    struct copenblas_processor found = {0, 0, 0, 0};
#if defined(__x86_64__)
    __builtin_cpu_init();
    found.has_avx = __builtin_cpu_supports("avx") != 0;
    found.has_avx2_fma = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    found.has_avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                       __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0;
    found.is_amd = __builtin_cpu_is("amd") != 0;
#endif
    return found;
}
