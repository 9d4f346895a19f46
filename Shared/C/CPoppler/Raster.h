// A picture in memory: 8-bit gray or 24-bit RGB, top row first.
#pragma once

#include "include/CPoppler.h"

#include <cstdlib>
#include <cstring>
#include <memory>

struct LecternPDFRaster {
    uint8_t *bytes = nullptr;
    int32_t width = 0, height = 0, bytesPerRow = 0;

    LecternPDFRaster() = default;
    LecternPDFRaster(const LecternPDFRaster &) = delete;
    LecternPDFRaster &operator=(const LecternPDFRaster &) = delete;
    ~LecternPDFRaster() { std::free(bytes); }

    uint8_t *row(int32_t index) { return bytes + size_t(index) * size_t(bytesPerRow); }

    /// Uninitialised memory for a picture, or nullptr when there is not enough of it.
    static std::unique_ptr<LecternPDFRaster> make(int32_t width, int32_t height, int32_t components)
    {
        auto raster = std::make_unique<LecternPDFRaster>();
        raster->width = width;
        raster->height = height;
        raster->bytesPerRow = width * components;
        raster->bytes = static_cast<uint8_t *>(std::malloc(size_t(raster->bytesPerRow) * size_t(height)));
        if (raster->bytes == nullptr) {
            return nullptr;
        }
        return raster;
    }
};
