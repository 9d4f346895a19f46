#pragma once

#include "Library.h"
#include "include/CPangoCairo.h"

/// A face and what was loaded for its first family.
struct face {
    PangoFontDescription *description;
    PangoFont *font;
    hb_font_t *shaper; // belongs to `font`
    lectern_face measured;
};

/// A font as cairo draws it.
struct drawn_font {
    cairo_scaled_font_t *scaled;
    PangoFont *font;
    bool is_picture;
    cairo_scaled_font_t *large; // of a font of pictures, at the size in which they are kept
};

/// Room that grows and is used again.
struct buffer {
    void *items;
    size_t count, capacity;
};

/// Room for `more` items of `size` bytes behind those that are there; NULL when memory runs out.
void *lectern_buffer_extend(struct buffer *buffer, size_t more, size_t size);

struct lectern_fonts {
    FcConfig *configuration;
    PangoFontMap *map;
    PangoContext *context;
    PangoLayout *layout;
    hb_buffer_t *word;
    struct buffer faces;
    struct buffer drawn;
    struct buffer glyphs, clusters, text, runs, lines;
};

/// The number of a font as cairo draws it; -1 when memory runs out.
int32_t lectern_fonts_number(struct lectern_fonts *fonts, PangoFont *font);
/// With its font loaded; NULL when there is none.
struct face *lectern_fonts_face(struct lectern_fonts *fonts, int32_t face);
