// Pages as pictures, by poppler's own rasteriser.
#include "Document.h"
#include "Raster.h"

#include <cstdio>
#include <vector>

#include <Page.h>
#include <SplashOutputDev.h>
#include <goo/PNGWriter.h>
#include <splash/SplashBitmap.h>

LecternPDFRaster *lectern_pdf_render(
    LecternPDFDocument *document, int number, int32_t width, int32_t height, bool color)
{
    return lecternGuarded([&]() -> LecternPDFRaster * {
        double pointsWide, pointsHigh;
        int rotation;
        if (width < 1 || height < 1 || !lectern_pdf_page_size(document, number, &pointsWide, &pointsHigh, &rotation)) {
            return nullptr;
        }
        SplashColor paper = { 255, 255, 255 };
        SplashOutputDev device(color ? splashModeRGB8 : splashModeMono8, 4, false, paper, true);
        device.setFontAntialias(true);
        device.setVectorAntialias(true);
        device.startDoc(document->pdf.get());
        lecternDisplay(document, number, &device, 72.0 * width / pointsWide, 72.0 * height / pointsHigh);

        SplashBitmap *bitmap = device.getBitmap();
        if (bitmap == nullptr || bitmap->getDataPtr() == nullptr) {
            return nullptr;
        }
        const int32_t components = color ? 3 : 1;
        auto raster = LecternPDFRaster::make(width, height, components);
        if (!raster) {
            return nullptr;
        }
        // Rounding inside poppler may make the bitmap a pixel larger or smaller than asked for.
        const int32_t columns = std::min(width, int32_t(bitmap->getWidth()));
        const int32_t rows = std::min(height, int32_t(bitmap->getHeight()));
        for (int32_t row = 0; row < height; ++row) {
            uint8_t *out = raster->row(row);
            std::memset(out, 255, size_t(raster->bytesPerRow));
            if (row < rows) {
                std::memcpy(out, bitmap->getDataPtr() + ptrdiff_t(row) * bitmap->getRowSize(),
                            size_t(columns) * size_t(components));
            }
        }
        return raster.release();
    });
}

void lectern_pdf_raster_free(LecternPDFRaster *raster)
{
    delete raster;
}

const uint8_t *lectern_pdf_raster_bytes(
    const LecternPDFRaster *raster, int32_t *width, int32_t *height, int32_t *bytesPerRow)
{
    *width = raster->width;
    *height = raster->height;
    *bytesPerRow = raster->bytesPerRow;
    return raster->bytes;
}

uint8_t *lectern_pdf_raster_png(const LecternPDFRaster *raster, size_t *length)
{
    return lecternGuarded([&]() -> uint8_t * {
        char *bytes = nullptr;
        FILE *stream = open_memstream(&bytes, length);
        if (stream == nullptr) {
            return nullptr;
        }
        const bool isColor = raster->bytesPerRow >= 3 * raster->width;
        PNGWriter writer(isColor ? PNGWriter::RGB : PNGWriter::GRAY);
        std::vector<unsigned char *> rows;
        for (int32_t row = 0; row < raster->height; ++row) {
            rows.push_back(raster->bytes + size_t(row) * size_t(raster->bytesPerRow));
        }
        const bool isWritten = writer.init(stream, raster->width, raster->height, 72, 72)
            && writer.writePointers(rows.data(), raster->height) && writer.close();
        if (std::fclose(stream) != 0 || !isWritten) {
            std::free(bytes);
            return nullptr;
        }
        return reinterpret_cast<uint8_t *>(bytes);
    });
}
