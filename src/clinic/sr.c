/* The measures as Enhanced SR, TID 1500: one measurement group (TID 1411) a site. z and percentile hang on the fat
 * fraction by HAS PROPERTIES (TID 310, 311), and only where a published norm stands. */
#include "earlier.h"
#include "fail.h"
#include "format.h"
#include "objects.h"

#include <fascicle/version.h>
#include <math.h>
#include <string.h>

#define SR_CLASS "1.2.840.10008.5.1.4.1.1.88.22"

/* Opens a content item; its own value and children follow, then item_end. */
static void item(fsc_text *d, const fsc_objects *o, const char *relation, const char *type, const char *concept) {
    fsc_dump_item(d);
    fsc_dump_text(d, "0040,a010", "CS", relation);
    fsc_dump_text(d, "0040,a040", "CS", type);
    if (concept) fsc_dump_code(d, "0040,a043", fsc_codes_find(o->codes, concept));
}

static void children(fsc_text *d) {
    fsc_dump_open(d, "0040,a730");
}

static void children_end(fsc_text *d) {
    fsc_dump_close(d);
    fsc_dump_item_end(d);
}

static void add_text(fsc_text *d, const fsc_objects *o, const char *relation, const char *concept, const char *value) {
    item(d, o, relation, "TEXT", concept);
    fsc_dump_text(d, "0040,a160", "UT", value);
    fsc_dump_item_end(d);
}

static void add_uid(fsc_text *d, const fsc_objects *o, const char *relation, const char *concept, const char *value) {
    item(d, o, relation, "UIDREF", concept);
    fsc_dump_text(d, "0040,a124", "UI", value);
    fsc_dump_item_end(d);
}

static void add_code(fsc_text *d, const fsc_objects *o, const char *relation, const char *concept, fsc_code value) {
    item(d, o, relation, "CODE", concept);
    fsc_dump_code(d, "0040,a168", value);
    fsc_dump_item_end(d);
}

static void add_container(fsc_text *d, const fsc_objects *o, const char *concept, const char *template) {
    item(d, o, "CONTAINS", "CONTAINER", concept);
    fsc_dump_text(d, "0040,a050", "CS", "SEPARATE");
    if (template) {
        fsc_dump_open(d, "0040,a504");
        fsc_dump_item(d);
        fsc_dump_text(d, "0008,0105", "CS", "DCMR");
        fsc_dump_text(d, "0040,db00", "CS", template);
        fsc_dump_item_end(d);
        fsc_dump_close(d);
    }
    children(d);
}

/* A number, its children left open when open is non-zero. Ten digits, as the table has them. */
static void add_number(fsc_text *d, const fsc_objects *o, const char *relation, const char *concept, double value,
                       const char *unit, int open) {
    item(d, o, relation, "NUM", concept);
    fsc_dump_open(d, "0040,a300");
    fsc_dump_item(d);
    fsc_dump_number(d, "0040,a30a", "DS", "%.10g", value);
    fsc_dump_code(d, "0040,08ea", fsc_codes_find(o->codes, unit));
    fsc_dump_item_end(d);
    fsc_dump_close(d);
    if (open)
        children(d);
    else
        fsc_dump_item_end(d);
}

static void add_image(fsc_text *d, const fsc_objects *o, const char *concept, const char *sop_class, const char *sop,
                      int segment) {
    item(d, o, "CONTAINS", "IMAGE", concept);
    fsc_dump_open(d, "0008,1199");
    fsc_dump_item(d);
    fsc_dump_reference(d, sop_class, sop);
    if (segment) fsc_dump_raw(d, "0062,000b", "US", "%d", segment);
    fsc_dump_item_end(d);
    fsc_dump_close(d);
    fsc_dump_item_end(d);
}

/* What was compared with whom: only what was measured in people is a norm here. */
static void add_norm(fsc_text *d, const fsc_objects *o, const fsc_place *place) {
    if (!o->input->map || fsc_objects_unreviewed(o)) return;
    const fsc_map_site *site = fsc_map_find(o->input->map, place->muscle, place->level, place->side);
    if (!site || !site->norm.norm_id[0] || site->norm.kind != FSC_NORM_PUBLISHED || !isfinite(site->norm.z)) return;
    char who[300];
    fsc_format(who, sizeof who, "%s, n = %.0f; %s", site->norm.cohort, site->norm.n, site->norm.norm_id);
    add_number(d, o, "HAS PROPERTIES", "z", site->norm.z, "unit:1", 0);
    if (isfinite(site->norm.percentile))
        add_number(d, o, "HAS PROPERTIES", "percentile", site->norm.percentile, "unit:%", 0);
    add_text(d, o, "HAS PROPERTIES", "population", who);
}

static void add_fat(fsc_text *d, const fsc_objects *o, const fsc_row *row) {
    if (!isfinite(row->pdff_mean_fraction)) return;
    add_number(d, o, "CONTAINS", "fat", 100 * row->pdff_mean_fraction, "unit:%", 1);
    add_code(d, o, "HAS CONCEPT MOD", "derivation", fsc_codes_find(o->codes, "mean"));
    if (isfinite(row->pdff_se_fraction))
        add_number(d, o, "HAS PROPERTIES", "se", 100 * row->pdff_se_fraction, "unit:%", 0);
    if (isfinite(row->pdff_se_label_fraction))
        add_number(d, o, "HAS PROPERTIES", "se-label", 100 * row->pdff_se_label_fraction, "unit:%", 0);
    add_norm(d, o, &row->place);
    children_end(d);
}

static void add_site_code(fsc_text *d, const fsc_objects *o, const fsc_place *place) {
    item(d, o, "HAS CONCEPT MOD", "CODE", "site");
    fsc_dump_code(d, "0040,a168", fsc_codes_find(o->codes, place->muscle));
    const fsc_code level = fsc_codes_level(o->codes, place->level);
    const char *side = place->side == FSC_SIDE_LEFT ? "side:left" : place->side == FSC_SIDE_RIGHT ? "side:right" : NULL;
    if (side || level.value) {
        children(d);
        if (side) add_code(d, o, "HAS CONCEPT MOD", "laterality", fsc_codes_find(o->codes, side));
        if (level.value) add_code(d, o, "HAS CONCEPT MOD", "topography", level);
        children_end(d);
    } else {
        fsc_dump_item_end(d);
    }
}

static int32_t segment_of(const fsc_objects *o, const fsc_place *place) {
    const fsc_sites *sites = o->input->sites;
    for (int32_t s = 0; s < sites->n_site; s++)
        if (fsc_place_same(&sites->site[s].place, place)) return o->segment[s];
    return 0;
}

static void add_group(fsc_text *d, const fsc_objects *o, const fsc_row *row) {
    const int32_t segment = segment_of(o, &row->place);
    char name[65], uid[FSC_UID_MAX];
    if (!segment) return;
    fsc_objects_site_name(name, o, &row->place);
    fsc_objects_tracking(uid, o, name);
    add_container(d, o, "group", "1411");
    add_text(d, o, "HAS OBS CONTEXT", "tracking", name);
    add_uid(d, o, "HAS OBS CONTEXT", "tracking-uid", uid);
    add_code(d, o, "CONTAINS", "finding", fsc_codes_find(o->codes, "muscle"));
    add_image(d, o, "segment", FSC_SEG_CLASS, o->seg_sop, segment);
    add_uid(d, o, "CONTAINS", "source-series", o->study->image[o->planes.used[0]].series);
    add_text(d, o, "HAS CONCEPT MOD", "algorithm", fsc_method_text(o->input->measures->method));
    add_text(d, o, "HAS CONCEPT MOD", "algorithm-version", "fascicle " FSC_VERSION);
    add_site_code(d, o, &row->place);
    add_fat(d, o, row);
    if (isfinite(row->volume_mm3)) add_number(d, o, "CONTAINS", "volume", row->volume_mm3, "unit:mm3", 0);
    if (isfinite(row->csa_mm2)) add_number(d, o, "CONTAINS", "csa", row->csa_mm2, "unit:mm2", 0);
    children_end(d);
}

static void add_context(fsc_text *d, const fsc_objects *o) {
    char uid[FSC_UID_MAX];
    fsc_dump_uid(uid, "device", "", 0);
    add_code(d, o, "HAS CONCEPT MOD", "language", fsc_codes_find(o->codes, "english"));
    add_code(d, o, "HAS OBS CONTEXT", "observer-type", fsc_codes_find(o->codes, "device"));
    add_uid(d, o, "HAS OBS CONTEXT", "device-uid", uid);
    add_text(d, o, "HAS OBS CONTEXT", "device-name", "fascicle");
    add_code(d, o, "HAS CONCEPT MOD", "procedure-reported", fsc_codes_find(o->codes, "procedure"));
}

static void add_library(fsc_text *d, const fsc_objects *o) {
    add_container(d, o, "library", "1600");
    add_container(d, o, "library-group", NULL);
    for (int32_t i = 0; i < o->planes.n_used; i++) {
        const fsc_study_image *image = &o->study->image[o->planes.used[i]];
        add_image(d, o, NULL, image->sop_class, image->sop, 0);
    }
    children_end(d);
    children_end(d);
}

static void add_comment(fsc_text *d, const fsc_objects *o) {
    FSC_AUTO_TEXT fsc_text text = {0};
    const fsc_map *map = o->input->map;
    for (int32_t s = 0; map && map->stop && s < map->n_sentence; s++)
        if (strcmp(map->sentence[s].key, "stop") == 0) fsc_text_printf(&text, "%s ", map->sentence[s].text);
    fsc_text_add(&text, "Research software, no medical device: for a reader who looks at the pictures too. ");
    fsc_text_printf(&text, "Labels: %s. ", fsc_objects_labels(o));
    if (fsc_objects_unreviewed(o))
        fsc_text_add(&text,
                     FSC_DUMP_MARK ": nobody has looked at these sites, and nothing is compared with other people.");
    add_text(d, o, "CONTAINS", "comment", text.data ? text.data : "");
    if (text.failed) d->failed = 1;
}

static void add_evidence_item(fsc_text *d, const char *sop_class, const char *sop) {
    fsc_dump_item(d);
    fsc_dump_reference(d, sop_class, sop);
    fsc_dump_item_end(d);
}

/* Viewers open a report by what it lists as evidence: every image, and the segmentation. */
static void add_evidence(fsc_text *d, const fsc_objects *o) {
    fsc_dump_open(d, "0040,a375");
    fsc_dump_item(d);
    fsc_dump_text(d, "0020,000d", "UI", o->study->uid);
    fsc_dump_open(d, "0008,1115");
    fsc_dump_item(d);
    fsc_dump_text(d, "0020,000e", "UI", o->seg_series);
    fsc_dump_open(d, "0008,1199");
    add_evidence_item(d, FSC_SEG_CLASS, o->seg_sop);
    for (int32_t i = 0; i < o->planes.n_used; i++) {
        const fsc_study_image *image = &o->study->image[o->planes.used[i]];
        if (i == 0 || strcmp(image->series, o->study->image[o->planes.used[i - 1]].series) != 0) {
            fsc_dump_close(d);
            fsc_dump_item_end(d);
            fsc_dump_item(d);
            fsc_dump_text(d, "0020,000e", "UI", image->series);
            fsc_dump_open(d, "0008,1199");
        }
        add_evidence_item(d, image->sop_class, image->sop);
    }
    fsc_dump_close(d);
    fsc_dump_item_end(d);
    fsc_dump_close(d);
    fsc_dump_item_end(d);
    fsc_dump_close(d);
}

static void add_document(fsc_text *d, const fsc_objects *o) {
    fsc_dump_text(d, "0040,a040", "CS", "CONTAINER");
    fsc_dump_code(d, "0040,a043", fsc_codes_find(o->codes, "report"));
    fsc_dump_text(d, "0040,a050", "CS", "SEPARATE");
    fsc_dump_open(d, "0040,a504");
    fsc_dump_item(d);
    fsc_dump_text(d, "0008,0105", "CS", "DCMR");
    fsc_dump_text(d, "0040,db00", "CS", "1500");
    fsc_dump_item_end(d);
    fsc_dump_close(d);
    fsc_dump_text(d, "0040,a491", "CS", fsc_objects_unreviewed(o) ? "PARTIAL" : "COMPLETE");
    fsc_dump_text(d, "0040,a493", "CS", "UNVERIFIED");
    fsc_dump_open(d, "0040,a372");
    fsc_dump_close(d);
    fsc_dump_open(d, "0008,1111");
    fsc_dump_close(d);
    add_evidence(d, o);
}

/* For a later visit; a proposal that nobody has looked at is no visit. */
static fsc_status add_record(fsc_text *d, const fsc_objects *o, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text record = {0};
    if (fsc_objects_unreviewed(o)) return FSC_OK;
    FSC_TRY(fsc_earlier_print(&record, o, err));
    add_text(d, o, "CONTAINS", "record", record.data);
    return FSC_OK;
}

fsc_status fsc_sr_write(fsc_objects *o, const char *path, fsc_error *err) {
    char description[65], series[FSC_UID_MAX];
    FSC_AUTO_TEXT fsc_text d = {0};
    add_document(&d, o);
    children(&d);
    add_context(&d, o);
    add_library(&d, o);
    add_container(&d, o, "measurements", NULL);
    add_comment(&d, o);
    FSC_TRY(add_record(&d, o, err));
    for (int32_t r = 0; r < o->input->measures->n_row; r++)
        if (o->input->measures->row[r].kind == FSC_ROW_SITE) add_group(&d, o, &o->input->measures->row[r]);
    children_end(&d);
    fsc_dump_close(&d);
    fsc_objects_description(description, o, "Muscle measurements");
    const fsc_object object = {
        .sop_class = SR_CLASS, .modality = "SR", .description = description, .series_number = "9801"};
    return fsc_dump_write(o->sr_sop, series, &d, &object, o->study, o->scratch, path, err);
}
