#include "Fonts.h"

#include <stdlib.h>
#include <string.h>

void *lectern_buffer_extend(struct buffer *buffer, size_t more, size_t size) {
    if (buffer->count + more > buffer->capacity) {
        size_t capacity = buffer->capacity * 2 > buffer->count + more ? buffer->capacity * 2 : buffer->count + more + 64;
        void *items = realloc(buffer->items, capacity * size);
        if (items == NULL) return NULL;
        buffer->items = items;
        buffer->capacity = capacity;
    }
    void *place = (char *)buffer->items + buffer->count * size;
    buffer->count += more;
    return place;
}

lectern_fonts *lectern_fonts_open(const char *configuration) {
    struct lectern_fonts *fonts = calloc(1, sizeof *fonts);
    if (fonts == NULL) return NULL;
    fonts->configuration = pango.FcConfigCreate();
    if (fonts->configuration == NULL ||
        !pango.FcConfigParseAndLoadFromMemory(fonts->configuration, (const FcChar8 *)configuration, FcTrue) ||
        !pango.FcConfigBuildFonts(fonts->configuration)) {
        lectern_fonts_close(fonts);
        return NULL;
    }
    fonts->map = pango.pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    if (fonts->map != NULL) {
        pango.pango_fc_font_map_set_config((PangoFcFontMap *)fonts->map, fonts->configuration);
        fonts->context = pango.pango_font_map_create_context(fonts->map);
    }
    fonts->word = pango.hb_buffer_create();
    if (fonts->context == NULL || fonts->word == NULL) {
        lectern_fonts_close(fonts);
        return NULL;
    }
    // One unit is one point, and nothing is moved to a pixel: paper has none.
    pango.pango_cairo_context_set_resolution(fonts->context, 72);
    pango.pango_context_set_round_glyph_positions(fonts->context, FALSE);
    cairo_font_options_t *options = pango.cairo_font_options_create();
    pango.cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    pango.cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango.cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango.pango_cairo_context_set_font_options(fonts->context, options);
    pango.cairo_font_options_destroy(options);
    fonts->layout = pango.pango_layout_new(fonts->context);
    pango.pango_layout_set_wrap(fonts->layout, PANGO_WRAP_WORD_CHAR);
    return fonts;
}

void lectern_fonts_close(lectern_fonts *fonts) {
    if (fonts == NULL) return;
    struct face *faces = fonts->faces.items;
    for (size_t index = 0; index < fonts->faces.count; index++) {
        pango.pango_font_description_free(faces[index].description);
        if (faces[index].font != NULL) pango.g_object_unref(faces[index].font);
    }
    struct drawn_font *drawn = fonts->drawn.items;
    for (size_t index = 0; index < fonts->drawn.count; index++) {
        pango.cairo_scaled_font_destroy(drawn[index].scaled);
        pango.g_object_unref(drawn[index].font);
        if (drawn[index].large != NULL) pango.cairo_scaled_font_destroy(drawn[index].large);
    }
    struct buffer *buffers[] = {&fonts->faces, &fonts->drawn, &fonts->glyphs, &fonts->clusters, &fonts->text,
                                &fonts->runs,  &fonts->lines};
    for (size_t index = 0; index < sizeof buffers / sizeof buffers[0]; index++) free(buffers[index]->items);
    if (fonts->word != NULL) pango.hb_buffer_destroy(fonts->word);
    if (fonts->layout != NULL) pango.g_object_unref(fonts->layout);
    if (fonts->context != NULL) pango.g_object_unref(fonts->context);
    if (fonts->map != NULL) pango.g_object_unref(fonts->map);
    if (fonts->configuration != NULL) pango.FcConfigDestroy(fonts->configuration);
    free(fonts);
}

bool lectern_fonts_have(lectern_fonts *fonts, const char *family) {
    return pango.pango_font_map_get_family(fonts->map, family) != NULL;
}

int32_t lectern_face_add(lectern_fonts *fonts, const char *families, int weight, bool is_italic, double size) {
    PangoFontDescription *description = pango.pango_font_description_new();
    if (description == NULL) return -1;
    pango.pango_font_description_set_family(description, families);
    pango.pango_font_description_set_weight(description, (PangoWeight)weight);
    pango.pango_font_description_set_style(description, is_italic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
    pango.pango_font_description_set_absolute_size(description, size * PANGO_SCALE);
    struct face *face = lectern_buffer_extend(&fonts->faces, 1, sizeof *face);
    if (face == NULL) {
        pango.pango_font_description_free(description);
        return -1;
    }
    memset(face, 0, sizeof *face);
    face->description = description;
    face->measured.font = -1;
    return (int32_t)fonts->faces.count - 1;
}

struct face *lectern_fonts_face(struct lectern_fonts *fonts, int32_t number) {
    if (number < 0 || (size_t)number >= fonts->faces.count) return NULL;
    struct face *face = (struct face *)fonts->faces.items + number;
    if (face->font != NULL) return face;
    face->font = pango.pango_font_map_load_font(fonts->map, fonts->context, face->description);
    if (face->font == NULL) return NULL;
    face->shaper = pango.pango_font_get_hb_font(face->font);
    lectern_face *measured = &face->measured;
    measured->font = lectern_fonts_number(fonts, face->font);
    PangoFontMetrics *metrics = pango.pango_font_get_metrics(face->font, pango.pango_language_from_string("en"));
    measured->ascent = (double)pango.pango_font_metrics_get_ascent(metrics) / PANGO_SCALE;
    measured->descent = (double)pango.pango_font_metrics_get_descent(metrics) / PANGO_SCALE;
    pango.pango_font_metrics_unref(metrics);
    if (!pango.hb_font_get_nominal_glyph(face->shaper, ' ', &measured->space_glyph)) measured->space_glyph = 0;
    measured->space_width =
        (double)pango.hb_font_get_glyph_h_advance(face->shaper, measured->space_glyph) / PANGO_SCALE;
    return face;
}

lectern_face lectern_face_get(lectern_fonts *fonts, int32_t number) {
    const struct face *face = lectern_fonts_face(fonts, number);
    return face != NULL ? face->measured : (lectern_face){.font = -1};
}

int32_t lectern_fonts_number(struct lectern_fonts *fonts, PangoFont *font) {
    struct drawn_font *drawn = fonts->drawn.items;
    for (size_t index = fonts->drawn.count; index > 0; index--) {
        if (drawn[index - 1].font == font) return (int32_t)index - 1;
    }
    cairo_scaled_font_t *scaled = pango.pango_cairo_font_get_scaled_font((PangoCairoFont *)font);
    if (scaled == NULL) return -1;
    struct drawn_font *made = lectern_buffer_extend(&fonts->drawn, 1, sizeof *made);
    if (made == NULL) return -1;
    hb_face_t *shapes = pango.hb_font_get_face(pango.pango_font_get_hb_font(font));
    // Kept, so that the pointer stays its name: font maps forget fonts that were not used for a while.
    made->font = (pango.g_object_ref)(font);
    made->scaled = pango.cairo_scaled_font_reference(scaled);
    made->is_picture = pango.hb_ot_color_has_png(shapes);
    made->large = NULL;
    return (int32_t)fonts->drawn.count - 1;
}
