#include <string.h>

#include "Fonts.h"

static void start(struct lectern_fonts *fonts) {
    fonts->glyphs.count = fonts->clusters.count = fonts->text.count = fonts->runs.count = fonts->lines.count = 0;
}

static void result(const struct lectern_fonts *fonts, lectern_shape *shape) {
    *shape = (lectern_shape){
        .glyphs = fonts->glyphs.items,
        .clusters = fonts->clusters.items,
        .text = fonts->text.items,
        .runs = fonts->runs.items,
        .lines = fonts->lines.items,
        .glyph_count = fonts->glyphs.count,
        .cluster_count = fonts->clusters.count,
        .byte_count = fonts->text.count,
        .run_count = fonts->runs.count,
        .line_count = fonts->lines.count,
    };
}

/// Adds the cluster of `bytes` that the last `glyph_count` glyphs show; without any it is left out, with its text.
static bool add_cluster(struct lectern_fonts *fonts, lectern_run *run, const char *bytes, int byte_count, int glyph_count) {
    if (glyph_count == 0 || byte_count <= 0) return true;
    lectern_cluster *cluster = lectern_buffer_extend(&fonts->clusters, 1, sizeof *cluster);
    char *text = lectern_buffer_extend(&fonts->text, (size_t)byte_count, 1);
    if (cluster == NULL || text == NULL) return false;
    *cluster = (lectern_cluster){byte_count, glyph_count};
    memcpy(text, bytes, (size_t)byte_count);
    run->cluster_count += 1;
    run->byte_count += (uint32_t)byte_count;
    return true;
}

bool lectern_shape_word(lectern_fonts *fonts, int32_t number, const char *text, size_t length, lectern_shape *shape) {
    start(fonts);
    const struct face *face = lectern_fonts_face(fonts, number);
    if (face == NULL || face->measured.font < 0) return false;
    pango.hb_buffer_reset(fonts->word);
    pango.hb_buffer_add_utf8(fonts->word, text, (int)length, 0, (int)length);
    pango.hb_buffer_guess_segment_properties(fonts->word);
    if (pango.hb_buffer_get_direction(fonts->word) != HB_DIRECTION_LTR) return false;
    // A ligature would be one glyph for several characters, which not every reader can search or select in part.
    static const hb_feature_t features[] = {
        {HB_TAG('l', 'i', 'g', 'a'), 0, HB_FEATURE_GLOBAL_START, HB_FEATURE_GLOBAL_END},
        {HB_TAG('c', 'l', 'i', 'g'), 0, HB_FEATURE_GLOBAL_START, HB_FEATURE_GLOBAL_END},
    };
    pango.hb_shape(face->shaper, fonts->word, features, 2);
    unsigned count = 0;
    const hb_glyph_info_t *infos = pango.hb_buffer_get_glyph_infos(fonts->word, &count);
    const hb_glyph_position_t *positions = pango.hb_buffer_get_glyph_positions(fonts->word, &count);
    lectern_run *run = lectern_buffer_extend(&fonts->runs, 1, sizeof *run);
    lectern_glyph *glyphs = lectern_buffer_extend(&fonts->glyphs, count, sizeof *glyphs);
    if (run == NULL || glyphs == NULL) return false;
    memset(run, 0, sizeof *run);
    run->font = face->measured.font;
    run->glyph_count = count;
    hb_position_t pen = 0;
    for (unsigned index = 0; index < count;) {
        const unsigned first = index;
        do {
            glyphs[index] = (lectern_glyph){
                .id = infos[index].codepoint,
                .x = (float)(pen + positions[index].x_offset) / PANGO_SCALE,
                .y = -(float)positions[index].y_offset / PANGO_SCALE,
            };
            pen += positions[index].x_advance;
            index++;
        } while (index < count && infos[index].cluster == infos[first].cluster);
        const unsigned end = index < count ? infos[index].cluster : (unsigned)length;
        const int bytes = (int)end - (int)infos[first].cluster;
        if (!add_cluster(fonts, run, text + infos[first].cluster, bytes, (int)(index - first))) return false;
    }
    run->width = (float)pen / PANGO_SCALE;
    result(fonts, shape);
    return true;
}

/// Which span a run belongs to: its number travels as the colour of the text, because that neither changes the shaping
/// nor lets runs of different spans become one.
static uint32_t span_of(const PangoItem *item) {
    for (const GSList *link = item->analysis.extra_attrs; link != NULL; link = link->next) {
        const PangoAttribute *attribute = link->data;
        if (attribute->klass->type != PANGO_ATTR_FOREGROUND) continue;
        const PangoColor color = ((const PangoAttrColor *)attribute)->color;
        return (uint32_t)color.red | (uint32_t)color.green << 16;
    }
    return 0;
}

static bool add_run(struct lectern_fonts *fonts, const PangoGlyphItem *item, const char *text, float *pen) {
    const PangoGlyphString *string = item->glyphs;
    const int count = string->num_glyphs;
    const bool is_backward = (item->item->analysis.level & 1) != 0;
    lectern_run *run = lectern_buffer_extend(&fonts->runs, 1, sizeof *run);
    lectern_glyph *glyphs = lectern_buffer_extend(&fonts->glyphs, (size_t)count, sizeof *glyphs);
    if (run == NULL || (glyphs == NULL && count > 0)) return false;
    memset(run, 0, sizeof *run);
    run->font = lectern_fonts_number(fonts, item->item->analysis.font);
    if (run->font < 0) return false;
    run->is_picture = ((struct drawn_font *)fonts->drawn.items)[run->font].is_picture;
    run->span = span_of(item->item);
    run->x = *pen;
    run->is_backward = is_backward;
    int width = 0;
    int kept = 0;
    for (int index = 0; index < count; index++) {
        const PangoGlyphInfo *info = &string->glyphs[index];
        if (info->glyph != PANGO_GLYPH_EMPTY) {
            glyphs[kept++] = (lectern_glyph){
                // What no font has becomes glyph 0, which is a box in every font.
                .id = info->glyph & PANGO_GLYPH_UNKNOWN_FLAG ? 0 : info->glyph,
                .x = (float)(width + info->geometry.x_offset) / PANGO_SCALE,
                .y = (float)info->geometry.y_offset / PANGO_SCALE,
            };
        }
        width += info->geometry.width;
    }
    fonts->glyphs.count -= (size_t)(count - kept);
    run->glyph_count = (uint32_t)kept;
    run->width = (float)width / PANGO_SCALE;
    *pen += run->width;
    // Clusters in the order of the text; in a backward run its beginning is at the last glyph.
    const int step = is_backward ? -1 : 1;
    const int end = is_backward ? -1 : count;
    for (int index = is_backward ? count - 1 : 0; index != end;) {
        const int offset = string->log_clusters[index];
        int shown = 0;
        while (index != end && string->log_clusters[index] == offset) {
            if (string->glyphs[index].glyph != PANGO_GLYPH_EMPTY) shown++;
            index += step;
        }
        const int next = index != end ? string->log_clusters[index] : item->item->length;
        if (!add_cluster(fonts, run, text + item->item->offset + offset, next - offset, shown)) return false;
    }
    return true;
}

static bool add_line(struct lectern_fonts *fonts, PangoLayoutLine *line, const char *text) {
    PangoRectangle extents;
    pango.pango_layout_line_get_extents(line, NULL, &extents);
    const size_t runs_before = fonts->runs.count;
    float pen = 0;
    for (const GSList *link = line->runs; link != NULL; link = link->next) {
        if (!add_run(fonts, link->data, text, &pen)) return false;
    }
    lectern_line *made = lectern_buffer_extend(&fonts->lines, 1, sizeof *made);
    if (made == NULL) return false;
    *made = (lectern_line){
        .run_count = (uint32_t)(fonts->runs.count - runs_before),
        .start = (uint32_t)line->start_index,
        .width = pen,
        .ascent = -(float)extents.y / PANGO_SCALE,
        .descent = (float)(extents.y + extents.height) / PANGO_SCALE,
        .is_right_to_left = pango.pango_layout_line_get_resolved_direction(line) == PANGO_DIRECTION_RTL,
    };
    return true;
}

static void add_attribute(PangoAttrList *list, PangoAttribute *attribute, size_t from, size_t to) {
    attribute->start_index = (guint)from;
    attribute->end_index = (guint)to;
    pango.pango_attr_list_insert(list, attribute);
}

bool lectern_shape_paragraph(
    lectern_fonts *fonts, const char *text, size_t length, const lectern_span *spans, size_t span_count, double width,
    lectern_direction direction, const char *language, lectern_shape *shape) {
    start(fonts);
    pango.pango_context_set_language(fonts->context, pango.pango_language_from_string(language));
    pango.pango_context_set_base_dir(
        fonts->context, direction == LECTERN_DIRECTION_RIGHT_TO_LEFT ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
    PangoAttrList *attributes = pango.pango_attr_list_new();
    const struct face *faces = fonts->faces.items;
    for (size_t index = 0; index < span_count; index++) {
        const size_t from = spans[index].start;
        const size_t to = index + 1 < span_count ? spans[index + 1].start : length;
        if (spans[index].face < 0 || (size_t)spans[index].face >= fonts->faces.count) continue;
        add_attribute(attributes, pango.pango_attr_font_desc_new(faces[spans[index].face].description), from, to);
        if (span_count == 1) continue;
        add_attribute(
            attributes, pango.pango_attr_foreground_new((guint16)(index & 0xFFFF), (guint16)(index >> 16), 0), from, to);
    }
    add_attribute(attributes, pango.pango_attr_font_features_new("liga 0, clig 0"), 0, length);
    add_attribute(attributes, pango.pango_attr_insert_hyphens_new(FALSE), 0, length);
    PangoLayout *layout = fonts->layout;
    pango.pango_layout_set_auto_dir(layout, direction == LECTERN_DIRECTION_AUTOMATIC);
    pango.pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango.pango_layout_set_attributes(layout, attributes);
    pango.pango_layout_set_text(layout, text, (int)length);
    pango.pango_attr_list_unref(attributes);
    bool is_good = true;
    for (const GSList *link = pango.pango_layout_get_lines_readonly(layout); link != NULL && is_good; link = link->next) {
        is_good = add_line(fonts, link->data, text);
    }
    // The layout keeps a copy of the text until it gets another.
    pango.pango_layout_set_text(layout, "", 0);
    result(fonts, shape);
    return is_good;
}
