/* fascicle clinic: a study's DICOM files in, objects for the archive out. */
#include "say.h"
#include "walk.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct values {
    const char *in, *out;
    walk_scan_options scan;
    walk_separate_options separate;
    walk_label_options labels;
    walk_made_options made;
    walk_map_options map;
    fsc_plan_options plan;
} values;

/* The folders by word, else as a router of DICOM series names them. */
static fsc_status folders(const cli *c, values *v, fsc_error *err) {
    if (!v->in) v->in = getenv("MERCURE_IN_DIR");
    if (!v->out) v->out = getenv("MERCURE_OUT_DIR");
    if (v->in && *v->in && v->out && *v->out) return FSC_OK;
    return cli_usage(c, err,
                     "give the study's folder and a folder for the objects (or MERCURE_IN_DIR and "
                     "MERCURE_OUT_DIR)");
}

/* The change since an earlier report that lies with the images; only then the days stand in the results. */
static fsc_status compare(walk *w, const values *v, const fsc_dicom_study *study) {
    AUTO(fsc_map) before = NULL;
    fsc_acquisition *now = &w->map->acquisition;
    if (v->map.store) return FSC_OK;
    const fsc_status status = fsc_dicom_study_earlier(&before, study, now->participant, w->err);
    if (status == FSC_E_FORMAT) { /* an archive keeps reports for longer than a version lives */
        cli_line(w->cli, "change", "none: %s", w->err->text);
        *w->err = (fsc_error)FSC_ERROR_INIT;
        return FSC_OK;
    }
    if (status != FSC_OK || !before) return status;
    if (!now->date[0]) (void)snprintf(now->date, sizeof now->date, "%s", fsc_dicom_study_day(study));
    TRY(fsc_change_run(w->map, before, w->err));
    say_change(w->cli, w->map, before->acquisition.date);
    return FSC_OK;
}

/* A scan that cannot be read for what dcm2niix did not take apart says so. */
static fsc_status read_images(walk *w, const values *v, const fsc_dicom_study *study, const char *images) {
    const fsc_status status = walk_scan(w, images, &v->scan);
    if (status == FSC_OK || status == FSC_E_CANCELLED || !fsc_dicom_study_is_multiframe(study)) return status;
    const fsc_error said = *w->err;
    return cli_refuse(
        w->err, status,
        "%.300s; the study holds multi-frame objects, which dcm2niix may not have taken apart: export it as "
        "single images",
        said.text);
}

/* Scan, labels, maps, measures and what follows from them, as `run` does. */
static fsc_status walk_all(walk *w, const values *v, fsc_dicom_study *study, const char *images) {
    values with = *v;
    AUTO_STRUCT(fsc_notes) notes = {0};
    const int told = with.labels.labels || walk_makes(&with.made);
    if (!told) TRY(fsc_dicom_study_labels(&w->labels, study, getenv("TMPDIR"), &notes, w->err));
    if (w->labels && !told) with.labels.labels = w->labels->muscle_path;
    if (!with.labels.labels && !told) with.made.propose = 1; /* a router gives no options */
    TRY(walk_made_check(w, &with.made, &with.labels));
    const int made = walk_makes(&with.made);
    TRY(read_images(w, &with, study, images));
    cli_notes(w->cli, "labels", &notes, 1);
    fsc_notes_join(&w->scan->notes, &notes);
    if (!made) TRY(walk_anatomy(w, &with.scan, &with.labels));
    if (!made && w->sites) walk_accept(w, &with.made);
    TRY(walk_separate(w, &with.separate));
    if (made) TRY(walk_made(w, &with.scan, &with.made, &with.labels, with.out));
    TRY(walk_measure(w));
    const int judged = !walk_unreviewed(w);
    TRY(judged ? walk_map(w, &with.scan, &with.map) : walk_stop(w));
    if (judged) TRY(compare(w, v, study));
    return w->map && w->exam ? walk_plan(w, &with.plan) : FSC_OK;
}

/* The page of the clinic as PDF, aside; pdf is "" when no program here can print it. */
static fsc_status print_page(walk *w, const char *stem, char *pdf, size_t size) {
    char page[CLI_PATH_MAX];
    fsc_error err = FSC_ERROR_INIT;
    TRY(fsc_report_path(page, sizeof page, stem, FSC_READER_CLINIC, w->err));
    TRY(cli_path(pdf, size, w->err, "%s/page.pdf", w->output.stage));
    const fsc_status status = fsc_report_print(pdf, page, &err);
    if (status == FSC_OK) return FSC_OK;
    pdf[0] = 0;
    if (status != FSC_E_NOTFOUND) return (*w->err = err).code;
    cli_line(w->cli, "pdf", "no object of it: %s", err.text);
    return FSC_OK;
}

static fsc_status write_objects(walk *w, const fsc_dicom_study *study) {
    char stem[CLI_PATH_MAX], pdf[CLI_PATH_MAX];
    AUTO_STRUCT(fsc_notes) notes = {0};
    TRY(cli_path(stem, sizeof stem, w->err, "%s/%s", w->output.pages, w->scan->name));
    TRY(walk_write_report(w, stem, 0));
    TRY(print_page(w, stem, pdf, sizeof pdf));
    TRY(cli_go_on(w->err));
    const fsc_clinic_input input = {.scan = w->scan,
                                    .sites = w->sites,
                                    .measures = w->measures,
                                    .map = w->map,
                                    .plan = w->plan,
                                    .pdf_path = pdf[0] ? pdf : NULL};
    TRY(fsc_clinic_write(study, &input, w->output.pages, w->scan->name, &notes, w->err));
    cli_notes(w->cli, "clinic", &notes, 0);
    return FSC_OK;
}

static fsc_status name_objects(walk *w, const char *out) {
    static const char *const ending[] = {"PDF.dcm", "SEG.dcm", "SR.dcm", "fhir.json"};
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        char path[CLI_PATH_MAX];
        TRY(cli_path(path, sizeof path, w->err, "%s/%s_%s", out, w->scan->name, ending[i]));
        if (access(path, F_OK) == 0) cli_file(w->cli, "object", path); /* else no page was printed */
    }
    return FSC_OK;
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    values v = *(const values *)given;
    const char *images = NULL;
    TRY(folders(c, &v, err));
    AUTO(fsc_dicom_study) study = NULL;
    AUTO_STRUCT(walk) w = {.cli = c, .err = err};
    TRY(walk_made_check(&w, &v.made, &v.labels));
    TRY(walk_inputs(&w, v.out, &v.labels, &v.made, &v.map));
    TRY(fsc_dicom_study_read(&study, v.in, err));
    TRY(fsc_dicom_study_images(&images, study, getenv("TMPDIR"), err));
    TRY(walk_all(&w, &v, study, images));
    TRY(walk_output(&w, v.out));
    TRY(walk_write_maps(&w));
    TRY(walk_write_measures(&w));
    TRY(walk_write_made(&w));
    if (w.map) TRY(walk_write_map(&w));
    if (w.plan) TRY(walk_write_plan(&w));
    TRY(write_objects(&w, study));
    TRY(cli_go_on(err));
    TRY(walk_commit(&w, FSC_OUTPUT_MAPS));
    TRY(name_objects(&w, v.out));
    return w.map && w.map->n_site && v.map.store ? walk_store(&w, v.map.store) : FSC_OK;
}

static const arg args[] = {
    {"IN", offsetof(values, in), 0, "folder with the DICOM files of one study (default: MERCURE_IN_DIR)"},
    {"OUT", offsetof(values, out), 0,
     "folder for the objects and for what they are made from (default: MERCURE_OUT_DIR)"},
    ARG_END};
static const opt opts[] = {
    WALK_LABEL_OPTS(values, labels),
    WALK_MADE_OPTS(values, made),
    WALK_MAP_OPTS(values, map),
    WALK_PLAN_OPTS(values, plan),
    WALK_SCAN_OPTS(values, scan),
    WALK_SEPARATE_OPTS(values, separate),
    OPT_END,
};
const command cmd_clinic = {
    .name = "clinic",
    .group = "the whole way",
    .line = "from a study's DICOM files to objects for the archive: report, segmentation, PDF",
    .about =
        "Goes the whole way from the DICOM files of one study, as `run` does, and writes what can stand beside the "
        "pictures in an archive: the measures as a structured report (Enhanced SR, TID 1500), the sites as a "
        "segmentation, and the clinic's page as PDF. They carry the study's own patient and study; neither is written "
        "anywhere else. The same input makes the same bytes, so a second run adds nothing to an archive.\n\n"
        "Labels come from --labels, --segment, --network or a segmentation (DICOM SEG) in the study that another "
        "program or a person "
        "made; without them they are proposed, and every object says that nobody has looked at them. Every object says "
        "that this is research software. Needs DCMTK and dcm2niix, and Chromium for "
        "the PDF.",
    .args = args,
    .opts = opts,
    .size = sizeof(values),
    .run = run,
    .starts_program = cmd_always,
};
