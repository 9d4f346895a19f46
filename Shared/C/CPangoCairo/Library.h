// The functions of pango, cairo, HarfBuzz, fontconfig and GLib that are used here, as members of one table that is filled
// when the libraries are loaded. One handle finds them all: dlsym(3) also searches what a library depends on.
#pragma once

#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <hb-ot.h>
#include <hb.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>

#define LECTERN_PANGO_FUNCTIONS(each)                                                                                  \
    each(g_object_ref) each(g_object_unref) each(FcConfigCreate) each(FcConfigDestroy) each(FcConfigParseAndLoadFromMemory)               \
    each(FcConfigBuildFonts) each(hb_buffer_create) each(hb_buffer_destroy) each(hb_buffer_reset)                      \
    each(hb_buffer_add_utf8) each(hb_buffer_guess_segment_properties) each(hb_buffer_get_glyph_infos)                  \
    each(hb_buffer_get_glyph_positions) each(hb_buffer_get_direction) each(hb_shape) each(hb_font_get_nominal_glyph)   \
    each(hb_font_get_glyph_h_advance) \
    each(hb_font_get_face) each(hb_ot_color_has_png) each(hb_ot_color_has_layers)                                      \
    each(pango_cairo_font_map_new_for_font_type) each(pango_fc_font_map_set_config) each(pango_font_map_create_context)\
    each(pango_font_map_load_font) each(pango_font_map_get_family) each(pango_cairo_context_set_resolution)            \
    each(pango_cairo_context_set_font_options) each(pango_context_set_round_glyph_positions)                           \
    each(pango_context_set_base_dir) each(pango_context_set_language) each(pango_language_from_string)                 \
    each(pango_font_description_new) each(pango_font_description_free) each(pango_font_description_set_family)         \
    each(pango_font_description_set_weight) each(pango_font_description_set_style)                                     \
    each(pango_font_description_set_absolute_size) each(pango_font_describe) each(pango_font_get_hb_font)              \
    each(pango_font_get_metrics) each(pango_font_metrics_get_ascent) each(pango_font_metrics_get_descent)              \
    each(pango_font_metrics_unref) each(pango_cairo_font_get_scaled_font) each(pango_layout_new)                       \
    each(pango_layout_set_text) each(pango_layout_set_width) each(pango_layout_set_wrap)                               \
    each(pango_layout_set_attributes) each(pango_layout_set_auto_dir) each(pango_layout_get_line_count)                \
    each(pango_layout_get_lines_readonly) each(pango_layout_line_get_extents)                                          \
    each(pango_layout_line_get_resolved_direction) each(pango_attr_list_new)                 \
    each(pango_attr_list_unref) each(pango_attr_list_insert) each(pango_attr_font_desc_new)                            \
    each(pango_attr_font_features_new) each(pango_attr_foreground_new) each(pango_attr_insert_hyphens_new)             \
    each(cairo_font_options_create) each(cairo_font_options_destroy) each(cairo_font_options_set_hint_style)           \
    each(cairo_font_options_set_hint_metrics) each(cairo_font_options_set_antialias) each(cairo_scaled_font_reference) \
    each(cairo_scaled_font_destroy) each(cairo_scaled_font_get_font_matrix) each(cairo_pdf_surface_create_for_stream)  \
    each(cairo_pdf_surface_set_metadata) each(cairo_pdf_surface_add_outline) each(cairo_create) each(cairo_destroy)    \
    each(cairo_status) each(cairo_status_to_string) each(cairo_surface_finish) each(cairo_surface_destroy)             \
    each(cairo_surface_status) each(cairo_surface_set_mime_data) each(cairo_image_surface_create)                      \
    each(cairo_image_surface_create_from_png_stream)                                                                   \
    each(cairo_image_surface_get_width) each(cairo_image_surface_get_height) each(cairo_tag_begin) each(cairo_tag_end) \
    each(cairo_show_page) each(cairo_set_source_rgb) each(cairo_set_source_surface) each(cairo_set_scaled_font)        \
    each(cairo_show_text_glyphs) each(cairo_show_glyphs) each(cairo_rectangle) each(cairo_fill) each(cairo_stroke)     \
    each(cairo_set_line_width) each(cairo_new_sub_path) each(cairo_arc) each(cairo_close_path) each(cairo_save)        \
    each(cairo_restore) each(cairo_translate) each(cairo_scale) each(cairo_scaled_font_create)                        \
    each(cairo_scaled_font_get_font_face) each(cairo_scaled_font_get_font_options)

#define LECTERN_PANGO_MEMBER(name) __typeof__(&name) name;
struct lectern_pango_library {
    LECTERN_PANGO_FUNCTIONS(LECTERN_PANGO_MEMBER)
};

/// Filled by lectern_pango_load.
extern struct lectern_pango_library pango;
