/* The viewer without its network: requests go through the guard to the same answers as over the wire. A request is a
 * line "METHOD PATH", may be followed on that line by Host, Origin, Sec-Fetch-Site, Content-Type and Content-Length
 * ("=" is what the page sends, "-" nothing), then its body; a line "==" stands between two. Before the first of them
 * may stand a file of strokes, or a draft: "STROKES" or "DRAFT" in place of the method. */
#ifndef FSC_TEST_FUZZ_VIEWER_H
#define FSC_TEST_FUZZ_VIEWER_H

#include "../unit/anatomy/body.h"
#include "tables.h"

#include "guard.h"
#include "serve.h"

static const char *viewer_asks;
static char viewer_revision[2][24], viewer_stamp[80]; /* as the last answer had them: of the labels, of the exam */

static inline void viewer_learn(char *out, size_t size, const char *answer, const char *key) {
    const char *at = answer ? strstr(answer, key) : NULL;
    if (at) (void)snprintf(out, size, "%.*s", (int)(strcspn(at + strlen(key), ",\"\n") % 70), at + strlen(key));
}
/* '#' in a body is the revision that the page would send, '$' the stamp of the exam's file. */
static inline char *viewer_body(const char *from, int exam) {
    const size_t n = strlen(from);
    char *body, *to;
    TWICE(body = calloc(n + 1, 72));
    to = body;
    for (; *from; from++) {
        if (*from != '#' && *from != '$')
            *to++ = *from;
        else
            to += sprintf(to, "%s", *from == '#' ? viewer_revision[exam] : viewer_stamp);
    }
    return body;
}

static inline void viewer_ask(const fsc_view_service *service, char *text) {
    static const fsc_view_keys keys = {"0123456789abcdef0123456789abcdef", "127.0.0.1:8080"};
    static const char *const sent[] = {"127.0.0.1:8080", "http://127.0.0.1:8080", "same-origin", "application/json"};
    char url[600], length[24], *word[7] = {0};
    char *body = strchr(text, '\n');
    if (body) *body++ = 0;
    int n_word = 0;
    for (char *at = strtok(text, " "); at && n_word < 7; at = strtok(NULL, " ")) word[n_word++] = at;
    if (n_word < 1) return;
    const char *path = n_word > 1 && strcmp(word[1], "=") != 0 ? word[1] : "";
    const int exam = strncmp(path, "exam/", 5) == 0;
    body = viewer_body(body ? body : "", exam);
    const size_t n = strlen(body);
    /* A level's name makes a whole proposal, which is no reader's work and takes a second: tests/unit/view/test_anchor.
     */
    if (strcmp(path, "anchor") == 0 && strpbrk(body, "LTS")) body[0] = 0;
    if (path[0] == '/')
        (void)snprintf(url, sizeof url, "%.500s", path);
    else
        (void)snprintf(url, sizeof url, "/%s/%.500s", keys.token, path);
    (void)snprintf(length, sizeof length, "%zu", n);
    const char *head[5];
    for (int i = 0; i < 5; i++) {
        const char *given = n_word > i + 2 ? word[i + 2] : "=";
        head[i] = strcmp(given, "=") == 0 ? i < 4 ? sent[i] : length : strcmp(given, "-") == 0 ? NULL : given;
    }
    const fsc_view_ask ask = {word[0], url, head[0], head[1], head[2], head[3], head[4]};
    const char *to = NULL, *why = NULL;
    fsc_view_reply reply = {.status = 500, .type = "text/plain; charset=utf-8", .fd = -1};
    if (fsc_view_guard(&keys, &ask, &to, &why) == 0) {
        const int post = strcmp(word[0], "POST") == 0;
        service->answer(service->context, to, post ? body : NULL, post ? n : 0, &reply);
        if (reply.status == 500 && reply.body.data && !strstr(reply.body.data, "memory"))
            reader_break(__FILE__, __LINE__);
        if (reply.status == 200)
            viewer_learn(viewer_revision[exam], sizeof viewer_revision[0], reply.body.data, "\"revision\": ");
        if (reply.status == 200 && exam)
            viewer_learn(viewer_stamp, sizeof viewer_stamp, reply.body.data, "\"stamp\": \"");
        if (reply.fd >= 0) (void)close(reply.fd);
        fsc_text_free(&reply.body);
    }
    free(body);
}

/* In place of serve.c. */
fsc_status fsc_view_serve(const fsc_view_service *service, fsc_error *err) {
    char *text = reader_text((const uint8_t *)viewer_asks, strlen(viewer_asks));
    (void)err;
    (void)strcpy(viewer_revision[0], "0");
    (void)strcpy(viewer_revision[1], "1");
    viewer_stamp[0] = 0;
    for (char *at = text, *next; at; at = next) {
        next = strstr(at, "\n==\n");
        if (next) *next = 0, next += 4;
        viewer_ask(service, at);
    }
    free(text);
    return FSC_OK;
}

typedef struct viewer_scene {
    fsc_fatwater maps;
    fsc_labels *muscles, *levels;
    fsc_sites *sites;
    fsc_measures *measures;
} viewer_scene;

static inline void viewer_paint(void *context, const double own[3], int64_t v) {
    fsc_fatwater *maps = context;
    const float pdff = 0.1f + 0.004f * (float)fabs(own[0]);
    maps->pdff_fraction[v] = v % 97 ? pdff : (float)NAN;
    maps->pdff_se_fraction[v] = 0.02f;
    maps->water[v] = 200 * (1 - pdff);
    maps->fat[v] = 200 * pdff;
    maps->r2star_per_s[v] = 40;
}

/* A coarse back with two muscles a side and three levels. */
static inline viewer_scene *viewer_open(void) {
    static viewer_scene s;
    static const double spacing[3] = {14, 12, 17};
    static const int64_t dim[3] = {9, 10, 7};
    fsc_error err = FSC_ERROR_INIT;
    if (s.sites) return &s;
    s.maps = (fsc_fatwater){.grid = body_grid("LAS", spacing, dim, 0), .method = FSC_METHOD_COMPLEX, .noise_sd = 5};
    const size_t n = (size_t)fsc_grid_count(&s.maps.grid);
    float **map[] = {&s.maps.pdff_fraction, &s.maps.pdff_se_fraction, &s.maps.water, &s.maps.fat, &s.maps.r2star_per_s};
    for (int i = 0; i < 5; i++)
        if (!(*map[i] = calloc(n, sizeof(float)))) reader_break(__FILE__, __LINE__);
    if (!(s.maps.quality = calloc(n, sizeof *s.maps.quality))) reader_break(__FILE__, __LINE__);
    if (fsc_labels_new(&s.muscles, &s.maps.grid, &err) != FSC_OK ||
        fsc_labels_new(&s.levels, &s.maps.grid, &err) != FSC_OK)
        reader_break(__FILE__, __LINE__);
    body_maps paint = {s.muscles, s.levels, 21, 3, 34, {5101, 5111}, {5102, 5112}};
    body_walk(&s.maps.grid, 0, body_paint_all, &paint);
    body_walk(&s.maps.grid, 0, viewer_paint, &s.maps);
    const fsc_sites_options opt = {"musclemap", "sct", 1, 0, NULL, NULL, FSC_LABELS_PROPOSAL};
    if (fsc_sites_build(&s.sites, &s.maps.grid, s.muscles, s.levels, &opt, &err) != FSC_OK ||
        fsc_measure_run(&s.measures, &s.maps, s.sites, NULL, &err) != FSC_OK) {
        puts(err.text);
        reader_break(__FILE__, __LINE__);
    }
    return &s;
}

static inline fsc_status viewer_saved(void *context, const fsc_view_saved *saved, fsc_error *err) {
    (void)context, (void)saved, (void)err;
    return FSC_OK;
}
static inline fsc_status viewer_planned(void *context, fsc_error *err) {
    (void)context, (void)err;
    return FSC_OK;
}

/* Once with labels and exam to be changed, once to look at only. */
static inline void read_viewer(const uint8_t *bytes, size_t n) {
    const viewer_scene *s = viewer_open();
    static const char *const folder[] = {"anat", "page", "edited", "edited/anat"};
    fsc_error err;
    char *text = reader_text(bytes, n), *at = text;
    reader_empty();
    for (int i = 0; i < 4; i++)
        if (mkdir(reader_path(folder[i]), 0700) != 0) reader_break(__FILE__, __LINE__);
    (void)reader_file("page/index.html", (const uint8_t *)"page", 4);
    (void)reader_file("anat/a_PDFFmap.nii.gz", (const uint8_t *)"map", 3);
    /* Its hash is in the name of the strokes' file. */
    (void)reader_file("anat/a_desc-sites_dseg.nii.gz", (const uint8_t *)"map", 3);
    static const char *const laid[][2] = {{"STROKES\n", "edited/anat/a_desc-60be9861_strokes.txt"},
                                          {"DRAFT\n", "edited/anat/a_desc-draft_exam.json"},
                                          {"EXAM\n", "edited/anat/a_exam.json"},
                                          {"LEGEND\n", "anat/a_desc-flags_quality.json"},
                                          {"PLAN\n", "edited/anat/a_plan.json"},
                                          {"PAGE\n", "a_desc-person_report.html"}};
    for (int i = 0; i < 6; i++) {
        const size_t word = strlen(laid[i][0]);
        if (strncmp(at, laid[i][0], word) != 0) continue;
        char *end = strstr(at, "\n==\n");
        const size_t length = end ? (size_t)(end + 1 - at) : strlen(at);
        (void)reader_file(laid[i][1], (const uint8_t *)at + word, length - word);
        at = end ? end + 4 : at + length;
        i = -1;
    }
    viewer_asks = at;
    const fsc_view_options options = {.save = viewer_saved, .plan = viewer_planned};
    fsc_view_input input = {.folder = reader_path(""),
                            .anat = reader_path("anat"),
                            .name = "a",
                            .page = reader_path("page"),
                            .fatwater = &s->maps,
                            .measures = s->measures,
                            .sites = s->sites};
    READ(fsc_view_run(&input, &options, &err));
    char edited[2][160];
    (void)snprintf(edited[0], sizeof edited[0], "%s/edited", reader_folder());
    (void)snprintf(edited[1], sizeof edited[1], "%s/edited/anat", reader_folder());
    input.save_folder = edited[0];
    input.exam_anat = edited[1];
    READ(fsc_view_run(&input, &options, &err));
    input.save_anat = edited[1];
    input.levels = s->levels;
    input.level_scheme = "sct";
    input.side_known = 1;
    READ(fsc_view_run(&input, &options, &err));
    free(text);
    reader_empty();
}

#endif
