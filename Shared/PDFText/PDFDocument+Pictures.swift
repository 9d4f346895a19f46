internal import CPoppler

extension PDFDocument {
    /// Which raster images a page has and where, without decoding them; nil when there is no such page.
    package func images(onPage number: Int) -> PDFPageImages? {
        guard let found = lectern_pdf_images(handle, Int32(clamping: number), PDFPageImages.imagesMax) else {
            return nil
        }
        defer { lectern_pdf_images_free(found) }
        var count = 0
        let list = UnsafeBufferPointer(start: lectern_pdf_images_list(found, &count), count: count)
        return PDFPageImages(
            images: list.enumerated().map { PDFPageImage(index: $0, $1) },
            shapeCount: lectern_pdf_images_shapes(found), visibleGlyphCount: lectern_pdf_images_visible_glyphs(found))
    }

    /// The samples of an image in gray and in its own resolution, not yet turned; nil when it cannot be decoded or has
    /// more than `pixelsMax` pixels.
    package func grayImage(_ index: Int, ofPage number: Int, pixelsMax: Int) -> PDFRaster? {
        PDFRaster(
            adopting: lectern_pdf_image_gray(handle, Int32(clamping: number), index, Int64(pixelsMax)),
            samplesPerPixel: 1)
    }

    /// Draws a page on white in exactly that size; nil when there is no such page or memory ran out. Callers bound the
    /// number of pixels before they ask.
    package func render(page number: Int, width: Int, height: Int, inColor: Bool) -> PDFRaster? {
        PDFRaster(
            adopting: lectern_pdf_render(
                handle, Int32(clamping: number), Int32(clamping: width), Int32(clamping: height), inColor),
            samplesPerPixel: inColor ? 3 : 1)
    }
}

extension PDFPageImage {
    fileprivate init(index: Int, _ image: LecternPDFImage) {
        let (a, b, c, d, e, f) = image.matrix
        // The unit square's corners; an image's first row is at its upper edge, y = 1 (ISO 32000-1, 8.9.5.1).
        let xs = [e, a + e, c + e, a + c + e]
        let ys = [f, b + f, d + f, b + d + f]
        self.init(
            index: index, left: xs.min() ?? 0, top: ys.min() ?? 0, right: xs.max() ?? 0, bottom: ys.max() ?? 0,
            width: Int(image.width), height: Int(image.height),
            placement: Placement(a: a, b: b, c: c, d: d), isMask: image.isMask != 0)
    }
}

extension PDFPageImage.Placement {
    /// From a matrix to a page whose y axis points down. Slants below a quarter of a degree count as none.
    fileprivate init?(a: Double, b: Double, c: Double, d: Double) {
        let tolerance = 0.0044
        // Right along a row of samples is (a, b); down from row to row is (-c, -d).
        if abs(b) <= tolerance * abs(a), abs(c) <= tolerance * abs(d) {
            switch (a > 0, d < 0) {
            case (true, true): self.init(quarterTurns: 0, isMirrored: false)
            case (false, false): self.init(quarterTurns: 2, isMirrored: false)
            case (false, true): self.init(quarterTurns: 0, isMirrored: true)
            case (true, false): self.init(quarterTurns: 2, isMirrored: true)
            }
        } else if abs(a) <= tolerance * abs(b), abs(d) <= tolerance * abs(c) {
            // Rows run down the page when b > 0; the next row is to the left when c > 0.
            switch (b > 0, c > 0) {
            case (true, true): self.init(quarterTurns: 1, isMirrored: false)
            case (false, false): self.init(quarterTurns: 3, isMirrored: false)
            case (true, false): self.init(quarterTurns: 3, isMirrored: true)
            case (false, true): self.init(quarterTurns: 1, isMirrored: true)
            }
        } else {
            return nil
        }
    }
}
