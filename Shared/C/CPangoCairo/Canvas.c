#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "Fonts.h"

/// The size at which pictures of glyphs are drawn before they are scaled into the document: that of the strikes in Noto
/// Color Emoji, which is all that font has.
#define PICTURE_SIZE 109.0
/// A picture of a glyph is wider than its size.
#define PICTURE_PIXELS 144
#define PICTURE_BASELINE 112.0

/// How many pictures of glyphs are kept for one document, each of 83 KB. More are drawn anew each time, coarsely.
#define PICTURES_MAX 300

struct picture {
    cairo_scaled_font_t *font;
    uint32_t glyph;
    cairo_surface_t *surface;
};

struct lectern_canvas {
    cairo_surface_t *surface;
    cairo_t *context;
    lectern_canvas_write write;
    void *write_context;
    cairo_scaled_font_t *font; // the current one
    cairo_scaled_font_t *spaces; // the last font of wide spaces
    double space_width;
    struct buffer glyphs;
    struct buffer pictures;
    bool is_finishing;
};

/// Font files this large are given back after use.
#define LARGE_FONT ((unsigned long)4 << 20)
/// What cairo writes at a time of a font or page; it writes objects in smaller pieces.
#define STREAM_PIECE 4096

// Lets go of the pages of large font files. To embed a few letters of a Chinese font cairo reads all of its 17 MB through
// FreeType's mapping, and there is a mapping for each language and weight; without this they stay resident together. They are
// unchanged pages of files, so whoever needs one again reads it again. The mappings are looked up because cairo opens and
// closes faces as it likes; only the thread that sets documents does so, and it is the one that is here.
static void release_fonts(void) {
    FILE *maps = fopen("/proc/self/maps", "re");
    if (maps == NULL) return;
    char line[1024];
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long from = 0, to = 0;
        char rights[5] = "";
        if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) != 3 || to - from < LARGE_FONT) continue;
        if (strcmp(rights, "r--p") != 0) continue; // a mapping that was written to would lose that
        const char *name = strrchr(line, '.');
        if (name == NULL || (strcmp(name, ".ttc\n") != 0 && strcmp(name, ".ttf\n") != 0 && strcmp(name, ".otf\n") != 0)) continue;
        madvise((void *)from, to - from, MADV_DONTNEED);
    }
    fclose(maps);
}

static cairo_status_t pass_on(void *closure, const unsigned char *bytes, unsigned count) {
    const struct lectern_canvas *canvas = closure;
    // Fonts are embedded one after another at the end: what comes now is one that has been read.
    if (canvas->is_finishing && count >= STREAM_PIECE) release_fonts();
    return canvas->write(canvas->write_context, bytes, count) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

lectern_canvas *lectern_canvas_open(double width, double height, lectern_canvas_write write, void *context) {
    struct lectern_canvas *canvas = calloc(1, sizeof *canvas);
    if (canvas == NULL) return NULL;
    canvas->write = write;
    canvas->write_context = context;
    canvas->surface = pango.cairo_pdf_surface_create_for_stream(pass_on, canvas, width, height);
    canvas->context = pango.cairo_create(canvas->surface);
    return canvas;
}

bool lectern_canvas_finish(lectern_canvas *canvas) {
    // A context that failed must not leave a document behind that looks whole.
    const bool is_good = pango.cairo_status(canvas->context) == CAIRO_STATUS_SUCCESS;
    canvas->is_finishing = true;
    pango.cairo_surface_finish(canvas->surface);
    canvas->is_finishing = false;
    release_fonts();
    return is_good && pango.cairo_surface_status(canvas->surface) == CAIRO_STATUS_SUCCESS;
}

const char *lectern_canvas_error(lectern_canvas *canvas) {
    const cairo_status_t status = pango.cairo_status(canvas->context);
    return pango.cairo_status_to_string(
        status != CAIRO_STATUS_SUCCESS ? status : pango.cairo_surface_status(canvas->surface));
}

void lectern_canvas_close(lectern_canvas *canvas) {
    pango.cairo_destroy(canvas->context);
    pango.cairo_surface_finish(canvas->surface);
    pango.cairo_surface_destroy(canvas->surface);
    if (canvas->spaces != NULL) pango.cairo_scaled_font_destroy(canvas->spaces);
    struct picture *pictures = canvas->pictures.items;
    for (size_t index = 0; index < canvas->pictures.count; index++) {
        pango.cairo_surface_destroy(pictures[index].surface);
    }
    free(canvas->pictures.items);
    free(canvas->glyphs.items);
    free(canvas);
}

void lectern_canvas_set(lectern_canvas *canvas, lectern_metadata which, const char *text) {
    static const cairo_pdf_metadata_t kinds[] = {
        CAIRO_PDF_METADATA_TITLE,   CAIRO_PDF_METADATA_AUTHOR,      CAIRO_PDF_METADATA_SUBJECT, CAIRO_PDF_METADATA_KEYWORDS,
        CAIRO_PDF_METADATA_CREATOR, CAIRO_PDF_METADATA_CREATE_DATE, CAIRO_PDF_METADATA_MOD_DATE,
    };
    pango.cairo_pdf_surface_set_metadata(canvas->surface, kinds[which], text);
}

int lectern_canvas_outline(lectern_canvas *canvas, int parent, const char *title, const char *target, bool is_open) {
    return pango.cairo_pdf_surface_add_outline(
        canvas->surface, parent, title, target, is_open ? CAIRO_PDF_OUTLINE_FLAG_OPEN : 0);
}

void lectern_canvas_begin(lectern_canvas *canvas, const char *tag, const char *attributes) {
    pango.cairo_tag_begin(canvas->context, tag, attributes);
}

void lectern_canvas_end(lectern_canvas *canvas, const char *tag) {
    pango.cairo_tag_end(canvas->context, tag);
}

void lectern_canvas_end_page(lectern_canvas *canvas) {
    pango.cairo_show_page(canvas->context);
}

void lectern_canvas_color(lectern_canvas *canvas, double red, double green, double blue) {
    pango.cairo_set_source_rgb(canvas->context, red, green, blue);
}

static void outline_box(lectern_canvas *canvas, double x, double y, double width, double height, double radius) {
    if (radius <= 0) {
        pango.cairo_rectangle(canvas->context, x, y, width, height);
        return;
    }
    pango.cairo_new_sub_path(canvas->context);
    pango.cairo_arc(canvas->context, x + width - radius, y + radius, radius, -M_PI_2, 0);
    pango.cairo_arc(canvas->context, x + width - radius, y + height - radius, radius, 0, M_PI_2);
    pango.cairo_arc(canvas->context, x + radius, y + height - radius, radius, M_PI_2, M_PI);
    pango.cairo_arc(canvas->context, x + radius, y + radius, radius, M_PI, 3 * M_PI_2);
    pango.cairo_close_path(canvas->context);
}

void lectern_canvas_fill(lectern_canvas *canvas, double x, double y, double width, double height, double radius) {
    outline_box(canvas, x, y, width, height, radius);
    pango.cairo_fill(canvas->context);
}

void lectern_canvas_stroke(lectern_canvas *canvas, double x, double y, double width, double height, double radius) {
    outline_box(canvas, x, y, width, height, radius);
    pango.cairo_set_line_width(canvas->context, 0.6);
    pango.cairo_stroke(canvas->context);
}

static void use_font(lectern_canvas *canvas, cairo_scaled_font_t *font) {
    if (canvas->font == font) return;
    pango.cairo_set_scaled_font(canvas->context, font);
    canvas->font = font;
}

void lectern_canvas_show(
    lectern_canvas *canvas, lectern_fonts *fonts, const lectern_run *run, const lectern_glyph *glyphs,
    const lectern_cluster *clusters, const char *text, double x, double y) {
    canvas->glyphs.count = 0;
    cairo_glyph_t *placed = lectern_buffer_extend(&canvas->glyphs, run->glyph_count, sizeof *placed);
    if (placed == NULL || run->glyph_count == 0) return;
    for (uint32_t index = 0; index < run->glyph_count; index++) {
        placed[index] = (cairo_glyph_t){glyphs[index].id, x + glyphs[index].x, y + glyphs[index].y};
    }
    use_font(canvas, ((const struct drawn_font *)fonts->drawn.items)[run->font].scaled);
    // lectern_cluster is laid out as cairo_text_cluster_t.
    pango.cairo_show_text_glyphs(
        canvas->context, text, (int)run->byte_count, placed, (int)run->glyph_count,
        (const cairo_text_cluster_t *)clusters, (int)run->cluster_count,
        run->is_backward ? CAIRO_TEXT_CLUSTER_FLAG_BACKWARD : 0);
}

/// Fills a box with a picture. Not by cairo_paint: as the first thing on a page it makes cairo 1.16 forget the structure
/// elements that were begun before, which then ends in an error or a crash.
static void fill_with(
    lectern_canvas *canvas, cairo_surface_t *picture, double x, double y, double width, double height) {
    pango.cairo_set_source_surface(canvas->context, picture, x, y);
    pango.cairo_rectangle(canvas->context, x, y, width, height);
    pango.cairo_fill(canvas->context);
}

/// The font of a glyph's pictures at PICTURE_SIZE.
static cairo_scaled_font_t *large_font(lectern_fonts *fonts, struct drawn_font *drawn) {
    if (drawn->large != NULL) return drawn->large;
    PangoFontDescription *description = pango.pango_font_describe(drawn->font);
    pango.pango_font_description_set_absolute_size(description, PICTURE_SIZE * PANGO_SCALE);
    PangoFont *font = pango.pango_font_map_load_font(fonts->map, fonts->context, description);
    pango.pango_font_description_free(description);
    if (font == NULL) return NULL;
    cairo_scaled_font_t *scaled = pango.pango_cairo_font_get_scaled_font((PangoCairoFont *)font);
    if (scaled != NULL) drawn->large = pango.cairo_scaled_font_reference(scaled);
    pango.g_object_unref(font);
    return drawn->large;
}

/// The picture of a glyph, drawn once for each document; NULL when there are too many. cairo would draw it anew for each
/// occurrence, with as many pixels as its size has points.
static cairo_surface_t *glyph_picture(lectern_canvas *canvas, cairo_scaled_font_t *font, uint32_t glyph) {
    const struct picture *pictures = canvas->pictures.items;
    for (size_t index = 0; index < canvas->pictures.count; index++) {
        if (pictures[index].glyph == glyph && pictures[index].font == font) return pictures[index].surface;
    }
    if (canvas->pictures.count >= PICTURES_MAX) return NULL;
    struct picture *made = lectern_buffer_extend(&canvas->pictures, 1, sizeof *made);
    if (made == NULL) return NULL;
    made->font = font;
    made->glyph = glyph;
    made->surface = pango.cairo_image_surface_create(CAIRO_FORMAT_ARGB32, PICTURE_PIXELS, PICTURE_PIXELS);
    cairo_t *context = pango.cairo_create(made->surface);
    const cairo_glyph_t placed = {glyph, 0, PICTURE_BASELINE};
    pango.cairo_set_scaled_font(context, font);
    pango.cairo_show_glyphs(context, &placed, 1);
    pango.cairo_destroy(context);
    return made->surface;
}

/// A font whose spaces are so wide. Readers that put words together by the distances between letters must find a letter
/// of its width where a picture is.
static cairo_scaled_font_t *wide_spaces(lectern_canvas *canvas, lectern_fonts *fonts, const struct face *face, double width) {
    if (canvas->spaces != NULL && fabs(canvas->space_width - width) < 0.01) return canvas->spaces;
    cairo_scaled_font_t *usual = ((struct drawn_font *)fonts->drawn.items)[face->measured.font].scaled;
    if (face->measured.space_width <= 0 || width <= 0) return usual;
    cairo_matrix_t matrix;
    pango.cairo_scaled_font_get_font_matrix(usual, &matrix);
    matrix.xx *= width / face->measured.space_width;
    const cairo_matrix_t same = {1, 0, 0, 1, 0, 0};
    cairo_font_options_t *options = pango.cairo_font_options_create();
    pango.cairo_scaled_font_get_font_options(usual, options);
    cairo_scaled_font_t *wide =
        pango.cairo_scaled_font_create(pango.cairo_scaled_font_get_font_face(usual), &matrix, &same, options);
    pango.cairo_font_options_destroy(options);
    if (canvas->spaces != NULL) {
        if (canvas->font == canvas->spaces) canvas->font = NULL;
        pango.cairo_scaled_font_destroy(canvas->spaces);
    }
    canvas->spaces = wide;
    canvas->space_width = width;
    return wide;
}

void lectern_canvas_show_pictures(
    lectern_canvas *canvas, lectern_fonts *fonts, const lectern_run *run, const lectern_glyph *glyphs,
    const lectern_cluster *clusters, const char *text, int32_t number, double x, double y) {
    struct drawn_font *drawn = (struct drawn_font *)fonts->drawn.items + run->font;
    cairo_scaled_font_t *large = large_font(fonts, drawn);
    cairo_matrix_t small;
    pango.cairo_scaled_font_get_font_matrix(drawn->scaled, &small);
    cairo_matrix_t full = small;
    if (large != NULL) pango.cairo_scaled_font_get_font_matrix(large, &full);
    const double factor = full.xx > 0 ? small.xx / full.xx : 0;
    for (uint32_t index = 0; index < run->glyph_count && large != NULL; index++) {
        cairo_surface_t *picture = glyph_picture(canvas, large, glyphs[index].id);
        if (picture == NULL) {
            const cairo_glyph_t coarse = {glyphs[index].id, x + glyphs[index].x, y + glyphs[index].y};
            use_font(canvas, drawn->scaled);
            pango.cairo_show_glyphs(canvas->context, &coarse, 1);
            continue;
        }
        pango.cairo_save(canvas->context);
        pango.cairo_translate(canvas->context, x + glyphs[index].x, y + glyphs[index].y);
        pango.cairo_scale(canvas->context, factor, factor);
        fill_with(canvas, picture, 0, -PICTURE_BASELINE, PICTURE_PIXELS, PICTURE_PIXELS);
        pango.cairo_restore(canvas->context);
    }
    const struct face *face = lectern_fonts_face(fonts, number);
    if (face == NULL || face->measured.font < 0 || run->cluster_count == 0) return;
    use_font(canvas, wide_spaces(canvas, fonts, face, run->width / run->cluster_count));
    uint32_t glyph = run->is_backward ? run->glyph_count : 0;
    for (uint32_t index = 0; index < run->cluster_count; index++) {
        const int count = clusters[index].glyph_count;
        if (run->is_backward) glyph -= (uint32_t)count;
        const cairo_glyph_t space = {face->measured.space_glyph, x + glyphs[glyph].x, y};
        const cairo_text_cluster_t whole = {clusters[index].byte_count, 1};
        pango.cairo_show_text_glyphs(canvas->context, text, whole.num_bytes, &space, 1, &whole, 1, 0);
        text += whole.num_bytes;
        if (!run->is_backward) glyph += (uint32_t)count;
    }
}

static void paint(lectern_canvas *canvas, cairo_surface_t *picture, double x, double y, double width, double height) {
    const int across = pango.cairo_image_surface_get_width(picture);
    const int down = pango.cairo_image_surface_get_height(picture);
    if (across <= 0 || down <= 0) return;
    pango.cairo_save(canvas->context);
    pango.cairo_translate(canvas->context, x, y);
    pango.cairo_scale(canvas->context, width / across, height / down);
    fill_with(canvas, picture, 0, 0, across, down);
    pango.cairo_restore(canvas->context);
}

struct source {
    const uint8_t *bytes;
    size_t left;
};

static cairo_status_t read_source(void *closure, unsigned char *data, unsigned count) {
    struct source *source = closure;
    if (source->left < count) return CAIRO_STATUS_READ_ERROR;
    memcpy(data, source->bytes, count);
    source->bytes += count;
    source->left -= count;
    return CAIRO_STATUS_SUCCESS;
}

bool lectern_canvas_png(
    lectern_canvas *canvas, const uint8_t *bytes, size_t count, double x, double y, double width, double height) {
    struct source source = {bytes, count};
    cairo_surface_t *picture = pango.cairo_image_surface_create_from_png_stream(read_source, &source);
    const bool is_good = pango.cairo_surface_status(picture) == CAIRO_STATUS_SUCCESS;
    if (is_good) paint(canvas, picture, x, y, width, height);
    pango.cairo_surface_destroy(picture);
    return is_good;
}

bool lectern_canvas_jpeg(
    lectern_canvas *canvas, const uint8_t *bytes, size_t count, int pixel_width, int pixel_height, double x, double y,
    double width, double height) {
    // The surface only says how large the picture is: its memory is never touched.
    cairo_surface_t *picture = pango.cairo_image_surface_create(CAIRO_FORMAT_RGB24, pixel_width, pixel_height);
    uint8_t *copy = malloc(count);
    bool is_good = copy != NULL && pango.cairo_surface_status(picture) == CAIRO_STATUS_SUCCESS;
    if (is_good) {
        memcpy(copy, bytes, count);
        is_good = pango.cairo_surface_set_mime_data(picture, CAIRO_MIME_TYPE_JPEG, copy, count, free, copy) ==
                  CAIRO_STATUS_SUCCESS;
    }
    if (is_good) {
        paint(canvas, picture, x, y, width, height);
    } else {
        free(copy);
    }
    pango.cairo_surface_destroy(picture);
    return is_good;
}
