// A plain C face of pango 1.50 and cairo 1.16, for the Swift module Typesetting.
//
// The libraries are loaded when the first document is set, not when the program starts: with fontconfig, GLib, HarfBuzz
// and X11 they are forty libraries and several megabytes, which an idle service should not pay for.
//
// Rules for every function: lectern_pango_load() has returned true before; texts are valid UTF-8 of the given length; a
// `lectern_fonts` and a `lectern_canvas` are used by one thread at a time; lengths are points (1/72 inch), y downwards.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Loads libpangocairo-1.0.so.0 and what it needs, once per process and safe from any thread; never unloads it. False
/// when a library or a function is missing.
bool lectern_pango_load(void);

// Fonts.

typedef struct lectern_fonts lectern_fonts;

/// A font map over the fonts that `configuration` names, a fontconfig document (fonts.conf(5)). The machine's own
/// configuration is not read. NULL when it is malformed or memory runs out.
lectern_fonts *lectern_fonts_open(const char *configuration);
void lectern_fonts_close(lectern_fonts *fonts);

/// Whether there is a family of exactly that name.
bool lectern_fonts_have(lectern_fonts *fonts, const char *family);

/// A face: families in order of preference, joined by commas. Returns its number, or -1 when memory runs out. Faces are
/// kept until the fonts are closed.
int32_t lectern_face_add(lectern_fonts *fonts, const char *families, int weight, bool is_italic, double size);

typedef struct {
    double ascent, descent, space_width;
    uint32_t space_glyph;
    int32_t font; // -1 when there is none
} lectern_face;

/// The first family of a face that is there.
lectern_face lectern_face_get(lectern_fonts *fonts, int32_t face);

// Shaping.

typedef struct {
    uint32_t id;
    float x, y; // from the start of its run
} lectern_glyph;

/// As cairo_text_cluster_t: so many bytes of text are shown by so many glyphs.
typedef struct {
    int32_t byte_count, glyph_count;
} lectern_cluster;

/// Glyphs of one font and one direction. Glyphs are in the order in which they are seen, clusters and text in the order
/// in which they are read; where `is_backward`, the first cluster belongs to the last glyphs.
typedef struct {
    int32_t font;
    uint32_t span;
    float x, width;
    uint32_t glyph_count, cluster_count, byte_count;
    bool is_backward;
    bool is_picture; // glyphs are coloured pictures
} lectern_run;

typedef struct {
    uint32_t run_count;
    uint32_t start; // where the line begins in the text, in bytes
    float width, ascent, descent;
    bool is_right_to_left;
} lectern_line;

/// What the last shaping call has made. Valid until the next one with the same fonts.
typedef struct {
    const lectern_glyph *glyphs;
    const lectern_cluster *clusters;
    const char *text;
    const lectern_run *runs;
    const lectern_line *lines;
    size_t glyph_count, cluster_count, byte_count, run_count, line_count;
} lectern_shape;

/// A stretch of a text in one face, from `start` to where the next one starts.
typedef struct {
    uint32_t start;
    int32_t face;
} lectern_span;

typedef enum {
    LECTERN_DIRECTION_AUTOMATIC = 0,
    LECTERN_DIRECTION_LEFT_TO_RIGHT = 1,
    LECTERN_DIRECTION_RIGHT_TO_LEFT = 2,
} lectern_direction;

/// Shapes a word of left-to-right text with the first family of a face: one run, no line. False when it cannot.
bool lectern_shape_word(lectern_fonts *fonts, int32_t face, const char *text, size_t length, lectern_shape *shape);

/// Shapes a paragraph and breaks it into lines of at most `width`. The text has no line ends. `families` of the faces are
/// preferred in their order; `language` is an RFC 3066 tag. False when memory runs out.
bool lectern_shape_paragraph(
    lectern_fonts *fonts, const char *text, size_t length, const lectern_span *spans, size_t span_count, double width,
    lectern_direction direction, const char *language, lectern_shape *shape);

// Drawing.

typedef struct lectern_canvas lectern_canvas;

/// Takes bytes of the document in order; false ends it with an error.
typedef bool (*lectern_canvas_write)(void *context, const uint8_t *bytes, size_t count);

/// A PDF document whose pages have that size. NULL when memory runs out.
lectern_canvas *lectern_canvas_open(double width, double height, lectern_canvas_write write, void *context);
/// Writes what is left. False when anything failed since the start; lectern_canvas_error says what.
bool lectern_canvas_finish(lectern_canvas *canvas);
/// What failed, in cairo's words; never NULL.
const char *lectern_canvas_error(lectern_canvas *canvas);
void lectern_canvas_close(lectern_canvas *canvas);

typedef enum {
    LECTERN_METADATA_TITLE = 0,
    LECTERN_METADATA_AUTHOR,
    LECTERN_METADATA_SUBJECT,
    LECTERN_METADATA_KEYWORDS,
    LECTERN_METADATA_CREATOR,
    LECTERN_METADATA_CREATED, // RFC 3339
    LECTERN_METADATA_CHANGED,
} lectern_metadata;

void lectern_canvas_set(lectern_canvas *canvas, lectern_metadata which, const char *text);
/// An entry of the outline below `parent` (0 for the top); `target` as cairo's link attributes. Returns its number.
int lectern_canvas_outline(lectern_canvas *canvas, int parent, const char *title, const char *target, bool is_open);

/// cairo_tag_begin and cairo_tag_end; `attributes` may be NULL.
void lectern_canvas_begin(lectern_canvas *canvas, const char *tag, const char *attributes);
void lectern_canvas_end(lectern_canvas *canvas, const char *tag);
/// Ends the page; the next drawing call begins another.
void lectern_canvas_end_page(lectern_canvas *canvas);

void lectern_canvas_color(lectern_canvas *canvas, double red, double green, double blue);
void lectern_canvas_fill(lectern_canvas *canvas, double x, double y, double width, double height, double radius);
void lectern_canvas_stroke(lectern_canvas *canvas, double x, double y, double width, double height, double radius);

/// Shows a run with its start at x, y.
void lectern_canvas_show(
    lectern_canvas *canvas, lectern_fonts *fonts, const lectern_run *run, const lectern_glyph *glyphs,
    const lectern_cluster *clusters, const char *text, double x, double y);
/// The same for a run of pictures. Its text goes along as spaces of `face` that stand for it, so that it can be selected.
void lectern_canvas_show_pictures(
    lectern_canvas *canvas, lectern_fonts *fonts, const lectern_run *run, const lectern_glyph *glyphs,
    const lectern_cluster *clusters, const char *text, int32_t face, double x, double y);

/// Draws a PNG file or a JPEG file, whose size in pixels is known to be `pixel_width` by `pixel_height`, into a box. A
/// JPEG's bytes go into the document as they are and are copied. False when the file cannot be read.
bool lectern_canvas_png(
    lectern_canvas *canvas, const uint8_t *bytes, size_t count, double x, double y, double width, double height);
bool lectern_canvas_jpeg(
    lectern_canvas *canvas, const uint8_t *bytes, size_t count, int pixel_width, int pixel_height, double x, double y,
    double width, double height);

#ifdef __cplusplus
}
#endif
