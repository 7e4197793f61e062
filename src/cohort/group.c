/* A study's tables, from what its members left. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "page.h"

#include <stdlib.h>
#include <string.h>

#define PATH_MOST 4096

static void add_cell(fsc_text *text, const char *cell) {
    fsc_text_printf(text, "\t%s", cell && *cell ? cell : "n/a");
}

/* The columns of participants.tsv that are no key; without a member their names. */
static void add_person(fsc_text *text, const fsc_gathered *s, const fsc_seen *m) {
    for (int32_t c = 0; c < s->people.n_column; c++) {
        const char *name = s->people.column[c];
        if (strcmp(name, "participant_id") == 0 || strcmp(name, "session_id") == 0) continue;
        if (m)
            add_cell(text, fsc_table_cell(&s->people, m->person, c));
        else
            fsc_text_printf(text, "\tparticipants_%s", name);
    }
}

static void add_key(fsc_text *text, const fsc_group_member *m) {
    fsc_text_printf(text, "%s\t%s\t%s", m->participant, m->session[0] ? m->session : "n/a", m->state);
}

static fsc_status put(const fsc_gathered *s, const char *name, const fsc_text *text, fsc_error *err) {
    char path[PATH_MOST];
    if (text->failed) return fsc_fail_nomem(err, "writing a study's tables");
    FSC_TRY(fsc_file_join(path, sizeof path, s->dir, name, err));
    return fsc_file_write(path, text->data, text->length, err);
}

static fsc_status write_people(const fsc_gathered *s, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_text_add(&text, "participant_id\tsession_id\tstate\tline");
    add_person(&text, s, NULL);
    for (int32_t i = 0; i < s->n; i++) {
        fsc_text_add(&text, "\n");
        add_key(&text, &s->item[i].who);
        add_cell(&text, s->item[i].who.line);
        add_person(&text, s, &s->item[i]);
    }
    fsc_text_add(&text, "\n");
    return put(s, "group_people.tsv", &text, err);
}

static fsc_status write_long(const fsc_gathered *s, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    for (int32_t i = 0; i < s->n; i++) {
        const fsc_table *t = &s->item[i].sites;
        if (!t->n_column) continue;
        for (int32_t r = text.length ? 0 : -1; r < t->n_row; r++) {
            for (int32_t c = 0; c < t->n_column; c++)
                fsc_text_printf(&text, "%s%s", c ? "\t" : "", r < 0 ? t->column[c] : fsc_table_cell(t, r, c));
            add_person(&text, s, r < 0 ? NULL : &s->item[i]);
            fsc_text_add(&text, "\n");
        }
    }
    return put(s, "group_sites.tsv", &text, err);
}

static fsc_status write_wide(const fsc_gathered *s, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_text_add(&text, "participant_id\tsession_id\tstate");
    add_person(&text, s, NULL);
    for (int32_t k = 0; k < s->site.n; k++) {
        char name[sizeof *s->site.name];
        memcpy(name, s->site.name[k], sizeof name);
        for (char *c = name; *c; c++) *c = *c == ' ' ? '_' : *c;
        fsc_text_printf(&text, "\t%s_pdff_mean_fraction", name);
    }
    for (int32_t i = 0; i < s->n; i++) {
        fsc_text_add(&text, "\n");
        add_key(&text, &s->item[i].who);
        add_person(&text, s, &s->item[i]);
        for (int32_t k = 0; k < s->site.n; k++) add_cell(&text, fsc_gathered_get(s, i, k, "pdff_mean_fraction"));
    }
    fsc_text_add(&text, "\n");
    return put(s, "group_wide.tsv", &text, err);
}

static fsc_status write_dictionary(const fsc_gathered *s, fsc_error *err) {
    FSC_AUTO_BLOCK char *old = NULL;
    FSC_AUTO_TEXT fsc_text text = {0};
    size_t length = 0;
    FSC_TRY(fsc_file_read(&old, &length, s->dictionary, (size_t)1 << 26, err));
    fsc_text_add_n(&text, old, length);
    return put(s, "group_sites.json", &text, err);
}

static fsc_status write_page(const fsc_gathered *s, const fsc_gathered *other, const fsc_group_options *opt,
                             fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_page page = {.all = s, .other = other, .opt = opt};
    fsc_status status = fsc_page_open_study(&page, err);
    if (status == FSC_OK) status = fsc_group_page(&text, &page, err);
    if (status == FSC_OK) status = put(s, "group.html", &text, err);
    fsc_page_close(&page);
    return status;
}

static fsc_status hand_over(fsc_group **out, const fsc_gathered *s, fsc_error *err) {
    fsc_group *group = calloc(1, sizeof *group);
    if (group) group->member = calloc((size_t)s->n, sizeof *group->member);
    if (!group || !group->member) return free(group), fsc_fail_nomem(err, "listing people");
    for (int32_t i = 0; i < s->n; i++) group->member[i] = s->item[i].who;
    group->n_member = s->n;
    group->n_table = s->n_table;
    *out = group;
    return FSC_OK;
}

fsc_status fsc_group_write(fsc_group **out, const char *dir, const fsc_group_options *opt, fsc_error *err) {
    static const fsc_group_options standard = FSC_GROUP_OPTIONS_INIT;
    __attribute__((cleanup(fsc_gathered_free))) fsc_gathered s = {0};
    __attribute__((cleanup(fsc_gathered_free))) fsc_gathered other = {0};
    *out = NULL;
    if (!opt) opt = &standard;
    FSC_TRY(fsc_gather(&s, dir, err));
    if (opt->other) FSC_TRY(fsc_gather(&other, opt->other, err));
    FSC_TRY(write_people(&s, err));
    FSC_TRY(write_long(&s, err));
    FSC_TRY(write_dictionary(&s, err));
    FSC_TRY(write_wide(&s, err));
    FSC_TRY(write_page(&s, opt->other ? &other : NULL, opt, err));
    return hand_over(out, &s, err);
}

void fsc_group_free(fsc_group *group) {
    if (!group) return;
    free(group->member);
    free(group);
}
