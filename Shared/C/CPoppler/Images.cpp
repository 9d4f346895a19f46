// The raster images of a page: where they are, and their samples in gray.
#include "Document.h"

#include <cstdlib>
#include <vector>

#include <Stream.h>

#include "Raster.h"

struct LecternPDFImages {
    std::vector<LecternPDFImage> images;
    size_t shapes = 0;
    size_t visibleGlyphs = 0;
};

namespace {

/// Walks a page and is told of every raster image, shape and glyph; draws nothing.
class ImageWalk : public OutputDev
{
public:
    bool upsideDown() override { return true; }
    bool useDrawChar() override { return true; }
    bool interpretType3Chars() override { return false; }
    // Answering that we paint patterns and shadings ourselves keeps poppler from breaking them into thousands of
    // small fills for us.
    bool useTilingPatternFill() override { return true; }
    bool useShadedFills(int) override { return true; }

    virtual void shape() { }
    virtual void glyph(bool) { }
    /// `colors` is null for a stencil mask, whose ink is where the samples are 0, or 1 when `isInverted`.
    virtual void image(GfxState *state, Stream *stream, int width, int height, GfxImageColorMap *colors,
                       bool isInverted, bool isInline) = 0;

    void fill(GfxState *) override { shape(); }
    void eoFill(GfxState *) override { shape(); }
    void stroke(GfxState *) override { shape(); }

    bool tilingPatternFill(GfxState *, Gfx *, Catalog *, GfxTilingPattern *, const double *, int, int, int, int, double,
                           double) override
    {
        shape();
        return true;
    }
    bool functionShadedFill(GfxState *, GfxFunctionShading *) override { return shaded(); }
    bool axialShadedFill(GfxState *, GfxAxialShading *, double, double) override { return shaded(); }
    bool radialShadedFill(GfxState *, GfxRadialShading *, double, double) override { return shaded(); }
    bool gouraudTriangleShadedFill(GfxState *, GfxGouraudTriangleShading *) override { return shaded(); }
    bool patchMeshShadedFill(GfxState *, GfxPatchMeshShading *) override { return shaded(); }

    void drawChar(GfxState *state, double, double, double, double, double, double, CharCode, int, const Unicode *,
                  int) override
    {
        glyph((state->getRender() & 3) != 3);
    }

    void drawImageMask(GfxState *state, Object *, Stream *stream, int width, int height, bool invert, bool,
                       bool isInline) override
    {
        image(state, stream, width, height, nullptr, invert, isInline);
    }
    void drawImage(GfxState *state, Object *, Stream *stream, int width, int height, GfxImageColorMap *colors, bool,
                   const int *, bool isInline) override
    {
        image(state, stream, width, height, colors, false, isInline);
    }
    void drawMaskedImage(GfxState *state, Object *, Stream *stream, int width, int height, GfxImageColorMap *colors,
                         bool, Stream *, int, int, bool, bool) override
    {
        image(state, stream, width, height, colors, false, false);
    }
    void drawSoftMaskedImage(GfxState *state, Object *, Stream *stream, int width, int height, GfxImageColorMap *colors,
                             bool, Stream *, int, int, GfxImageColorMap *, bool) override
    {
        image(state, stream, width, height, colors, false, false);
    }

protected:
    /// An inline image's data stand in the page's own stream, so whoever does not want them must read past them.
    static void skipInline(Stream *stream, int width, int height, GfxImageColorMap *colors)
    {
        const int64_t bitsPerPixel = colors != nullptr ? int64_t(colors->getNumPixelComps()) * colors->getBits() : 1;
        const int64_t length = int64_t(height) * ((int64_t(width) * bitsPerPixel + 7) / 8);
        stream->reset();
        for (int64_t index = 0; index < length; ++index) {
            if (stream->getChar() == EOF) {
                break;
            }
        }
        stream->close();
    }

private:
    bool shaded()
    {
        shape();
        return true;
    }
};

class ImageList final : public ImageWalk
{
public:
    LecternPDFImages &found;
    const size_t limit;

    ImageList(LecternPDFImages &found, size_t limit) : found(found), limit(limit) { }

    void shape() override { found.shapes += 1; }
    void glyph(bool isVisible) override
    {
        if (isVisible) {
            found.visibleGlyphs += 1;
        }
        for (; behindText < found.images.size(); ++behindText) {
            found.images[behindText].isBehindText = 1;
        }
    }

    void image(GfxState *state, Stream *stream, int width, int height, GfxImageColorMap *colors, bool,
               bool isInline) override
    {
        if (found.images.size() < limit) {
            LecternPDFImage entry {};
            const double *matrix = state->getCTM();
            for (int index = 0; index < 6; ++index) {
                entry.matrix[index] = matrix[index];
            }
            entry.width = width;
            entry.height = height;
            entry.isMask = colors == nullptr;
            entry.isGray = colors != nullptr && colors->getNumPixelComps() == 1;
            found.images.push_back(entry);
        }
        if (isInline) {
            skipInline(stream, width, height, colors);
        }
    }

private:
    size_t behindText = 0;
};

class ImageDecoder final : public ImageWalk
{
public:
    std::unique_ptr<LecternPDFRaster> result;

    ImageDecoder(size_t index, int64_t pixelsMax) : remaining(index), pixelsMax(pixelsMax) { }

    void image(GfxState *, Stream *stream, int width, int height, GfxImageColorMap *colors, bool isInverted,
               bool isInline) override
    {
        const bool isWanted = !isDone && remaining == 0;
        if (!isDone && remaining > 0) {
            remaining -= 1;
        }
        if (isWanted) {
            isDone = true;
            if (width > 0 && height > 0 && int64_t(width) * height <= pixelsMax) {
                decode(stream, width, height, colors, isInverted);
                return;
            }
        }
        if (isInline) {
            skipInline(stream, width, height, colors);
        }
    }

private:
    size_t remaining;
    const int64_t pixelsMax;
    bool isDone = false;

    void decode(Stream *stream, int width, int height, GfxImageColorMap *colors, bool isInverted)
    {
        const int components = colors != nullptr ? colors->getNumPixelComps() : 1;
        const int bits = colors != nullptr ? colors->getBits() : 1;
        auto raster = LecternPDFRaster::make(width, height, 1);
        if (!raster) {
            return;
        }
        ImageStream samples(stream, width, components, bits);
        samples.reset();
        for (int row = 0; row < height; ++row) {
            unsigned char *line = samples.getLine();
            uint8_t *out = raster->row(row);
            if (line == nullptr) {
                // A picture cut short is white from there on, as every viewer shows it.
                std::memset(out, 255, size_t(width));
            } else if (colors != nullptr) {
                colors->getGrayLine(line, out, width);
            } else {
                const unsigned char ink = isInverted ? 1 : 0;
                for (int column = 0; column < width; ++column) {
                    out[column] = line[column] == ink ? 0 : 255;
                }
            }
        }
        samples.close();
        result = std::move(raster);
    }
};

} // namespace

LecternPDFImages *lectern_pdf_images(LecternPDFDocument *document, int number, size_t limit)
{
    return lecternGuarded([&]() -> LecternPDFImages * {
        if (document->page(number) == nullptr) {
            return nullptr;
        }
        auto images = std::make_unique<LecternPDFImages>();
        ImageList walk(*images, limit);
        lecternDisplay(document, number, &walk, 72, 72);
        return images.release();
    });
}

void lectern_pdf_images_free(LecternPDFImages *images)
{
    delete images;
}

const LecternPDFImage *lectern_pdf_images_list(const LecternPDFImages *images, size_t *count)
{
    *count = images->images.size();
    return images->images.data();
}

size_t lectern_pdf_images_shapes(const LecternPDFImages *images)
{
    return images->shapes;
}

size_t lectern_pdf_images_visible_glyphs(const LecternPDFImages *images)
{
    return images->visibleGlyphs;
}

LecternPDFRaster *lectern_pdf_image_gray(LecternPDFDocument *document, int number, size_t index, int64_t pixelsMax)
{
    return lecternGuarded([&]() -> LecternPDFRaster * {
        if (document->page(number) == nullptr) {
            return nullptr;
        }
        ImageDecoder walk(index, pixelsMax);
        lecternDisplay(document, number, &walk, 72, 72);
        return walk.result.release();
    });
}
